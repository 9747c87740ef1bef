"""Walks of known truth over a street network: where a walker really was, and what a phone said of it."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import shapely

from map_server.adapters.streets import EmbeddedStreets
from map_server.domain.street import TravelMode
from map_server.domain.track_match import TrackFix

BEGAN_AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PACE_M_S = 1.2


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk along whole segments, in order, and its true course in metres on the network's plane."""

    segment_ids: tuple[str, ...]
    length_m: float
    course: shapely.LineString


@dataclass(frozen=True, slots=True)
class Phone:
    """How a phone tells of a walk: how often, with which drifting noise, how many fixes lost or doubled."""

    every_s: float = 5.0
    sigma_m: float = 10.0
    memory_s: float = 20.0
    """The noise of a fix resembles that of the fix before: it fades with this time constant."""
    lost: float = 0.0
    doubled: float = 0.0
    silence_s: float = 0.0
    """One hole in the middle of the walk."""


def random_walk(streets: EmbeddedStreets, rng: random.Random, length_m: float) -> Walk:
    """Walk from a random junction; turn back only at dead ends, take new streets where there are any."""
    graph, pieces = streets.graph(TravelMode.WALK), streets.pieces.pieces
    around: dict[int, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(graph.is_reached).tolist():
        start, end = (int(node) for node in graph.end_nodes[row])
        around.setdefault(start, []).append((row, end))
        around.setdefault(end, []).append((row, start))
    node, last, done_m = rng.choice(sorted(around)), -1, 0.0
    walked: list[int] = []
    course: list[tuple[float, float]] = []
    while done_m < length_m:
        ahead = [(row, end) for row, end in around[node] if row != last] or around[node]
        fresh = [(row, end) for row, end in ahead if row not in walked] or ahead
        row, end = rng.choice(fresh)
        points = [(x, y) for x, y in pieces[row].line.coords]
        course += points if int(graph.end_nodes[row, 0]) == node else points[::-1]
        walked.append(row)
        done_m += pieces[row].segment.length_m
        node, last = end, row
    ids = tuple(pieces[row].segment.segment_id for row in walked)
    return Walk(ids, done_m, shapely.LineString(course))


def fixes_of(walk: Walk, streets: EmbeddedStreets, phone: Phone, rng: random.Random) -> list[TrackFix]:
    """Give what the phone says, in the order in which it arrives."""
    plane, length_m = streets.pieces.plane, walk.course.length
    count = int(length_m / PACE_M_S / phone.every_s) + 1
    kept = math.exp(-phone.every_s / phone.memory_s)
    noise = np.zeros(2)
    fixes: list[TrackFix] = []
    for index in range(count):
        fresh = np.array([rng.gauss(0, phone.sigma_m), rng.gauss(0, phone.sigma_m)])
        noise = fresh if index == 0 else kept * noise + math.sqrt(1 - kept * kept) * fresh
        seconds = index * phone.every_s
        middle_s = length_m / PACE_M_S / 2
        if rng.random() < phone.lost or abs(seconds - middle_s) < phone.silence_s / 2:
            continue
        place = walk.course.interpolate(seconds * PACE_M_S)
        lon, lat = plane.lonlat(place.x + noise[0], place.y + noise[1])
        fix = TrackFix(lon, lat, 1.515 * phone.sigma_m, BEGAN_AT + timedelta(seconds=seconds))
        fixes += [fix, fix] if rng.random() < phone.doubled else [fix]
    return fixes


@dataclass(frozen=True, slots=True)
class Score:
    """Metres of streets: truly walked, found, and found rightly."""

    walked_m: float
    found_m: float
    right_m: float

    @property
    def recall(self) -> float:
        return self.right_m / self.walked_m

    @property
    def precision(self) -> float:
        return self.right_m / self.found_m


def total(scores: Sequence[Score]) -> Score:
    return Score(
        sum(one.walked_m for one in scores),
        sum(one.found_m for one in scores),
        sum(one.right_m for one in scores),
    )
