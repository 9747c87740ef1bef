"""Matches a track to the streets with a hidden Markov model: which segments were walked, how far, and when.

States are the places on streets near a fix. A place is the likelier, the nearer it lies; a step from place to
place is the likelier, the less the way along the streets differs from the straight line. Viterbi's algorithm
finds the likeliest sequence. Source: Newson and Krumm, Hidden Markov Map Matching Through Noise and
Sparseness, ACM SIGSPATIAL 2009.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np
import shapely

from map_server.adapters.road_access import Accesses, legs
from map_server.adapters.road_graph import RoadGraph, Ways
from map_server.adapters.road_segments import Floats, Ints
from map_server.adapters.streets import EmbeddedStreets
from map_server.adapters.track_cleaning import cleaned
from map_server.adapters.track_pieces import WalkedPiece, walked_segments
from map_server.domain.street import TravelMode
from map_server.domain.track_match import MatchedTrack, TrackFix
from map_server.domain.travel import FASTEST_M_S

_SIGMAS_PER_68 = 1.515
"""A phone's accuracy is the radius that holds the truth in 68 of 100 cases; of a round normal error that is
1.515 standard deviations of one axis."""


@dataclass(frozen=True, slots=True)
class MatchParams:
    """`sigma_m` is the least noise of a fix along one axis (Newson and Krumm measured 4.07 m), `beta_m` how
    much ways differ from straight lines.
    """

    sigma_m: float = 4.07
    beta_m: float = 8.0
    least_radius_m: float = 30.0
    most_radius_m: float = 80.0
    most_places: int = 8
    """Places on streets that are weighed for each fix, the nearest ones."""
    worst_accuracy_m: float = 100.0
    longest_gap_s: float = 240.0
    """After a longer silence nothing is said of the way between."""
    least_depth_m: float = 20.0
    """A street that was left where it was entered, and not gone into so far, was passed and not walked."""

    def __post_init__(self) -> None:
        for key in ("sigma_m", "beta_m", "least_radius_m", "longest_gap_s", "worst_accuracy_m"):
            if not 0 < getattr(self, key) <= 3600:
                raise ValueError(f"{key}: {getattr(self, key)} must lie above 0, up to 3600")
        if not self.least_radius_m <= self.most_radius_m <= 500:
            raise ValueError(f"most_radius_m: {self.most_radius_m} must lie between least_radius_m and 500")
        if not 1 <= self.most_places <= 50:
            raise ValueError(f"most_places: {self.most_places} must lie between 1 and 50")
        if not 0 <= self.least_depth_m <= 200:
            raise ValueError(f"least_depth_m: {self.least_depth_m} must lie between 0 and 200")


@dataclass(frozen=True, slots=True)
class _Places:
    """The places near one fix, with the logarithm of how likely each is."""

    at: datetime
    xy_m: Floats
    on: Accesses
    likelihood: Floats


@dataclass(frozen=True, slots=True)
class _Step:
    """Ways between the places of two fixes: metres, and their likelihood (-inf: cannot be)."""

    metres: Floats
    likelihood: Floats


class TrackMatching:
    """Matches tracks to one street network, on foot: whoever rides an e-bike may push it anywhere."""

    def __init__(self, streets: EmbeddedStreets, params: MatchParams | None = None) -> None:
        self._params = params or MatchParams()
        self._pieces = streets.pieces
        self._graph: RoadGraph = streets.graph(TravelMode.WALK)
        self._rows: Ints = np.flatnonzero(self._graph.forward | self._graph.backward)
        self._tree = shapely.STRtree([self._pieces.pieces[row].line for row in self._rows])

    def match(self, track: Sequence[TrackFix]) -> MatchedTrack:
        """Match a track; the fixes may come in any order, and more than once."""
        clean = cleaned(track, self._params.worst_accuracy_m, 2 * self._params.sigma_m)
        near = [self._places(fix) for fix in clean.fixes]
        found = [places for places in near if places is not None]
        walked: list[WalkedPiece] = []
        if found:
            nodes = np.unique(np.concatenate([legs(self._graph, one.on, True).nodes for one in found]))
            walked = self._walked(found, self._graph.ways_from(nodes))
        lengths = {piece.row: float(self._graph.length_m[piece.row]) for piece in walked}
        ids = {row: self._pieces.pieces[row].segment.segment_id for row in lengths}
        return replace(
            clean.counts,
            walked=walked_segments(walked, lengths, ids, self._params.least_depth_m),
            matched=len(found),
            off_street=len(near) - len(found),
        )

    def _places(self, fix: TrackFix) -> _Places | None:
        """Give the places on streets near a fix; None where there are none."""
        sigma_m = max(self._params.sigma_m, fix.accuracy_m / _SIGMAS_PER_68)
        radius_m = min(max(3 * sigma_m, self._params.least_radius_m), self._params.most_radius_m)
        xy_m = np.array(self._pieces.plane.xy_m(fix.point))
        point = shapely.Point(xy_m)
        found = self._tree.query(point, predicate="dwithin", distance=radius_m)
        if found.size == 0:
            return None
        lines = self._tree.geometries[found]
        away_m = shapely.distance(lines, point)
        nearest = np.argsort(away_m, kind="stable")[: self._params.most_places]
        share = shapely.line_locate_point(lines[nearest], point, normalized=True)
        on = Accesses(self._rows[found[nearest]], share, away_m[nearest])
        return _Places(fix.at, xy_m, on, -0.5 * (on.away_m / sigma_m) ** 2)

    def _walked(self, found: Sequence[_Places], ways: Ways) -> list[WalkedPiece]:
        """Cut the track where no step is possible, and write out the likeliest ways of each part."""
        walked: list[WalkedPiece] = []
        begin = 0
        while begin < len(found):
            scores, steps, choices = found[begin].likelihood, [], []
            end = begin + 1
            while end < len(found):
                step = self._step(found[end - 1], found[end], ways)
                total = scores[:, None] + step.likelihood
                if not np.isfinite(total.max()):
                    break
                choices.append(total.argmax(axis=0))
                steps.append(step)
                scores = total.max(axis=0) + found[end].likelihood
                end += 1
            chosen = _traced(scores, choices)
            for index, (one, other) in enumerate(pairwise(chosen)):
                pair = found[begin + index], found[begin + index + 1]
                walked += self._way(pair, (one, other), ways)
            begin = end
        return walked

    def _step(self, one: _Places, other: _Places, ways: Ways) -> _Step:
        metres = _routes(self._graph, one.on, other.on, ways).min(axis=(2, 3))
        metres = np.minimum(metres, _along(self._graph, one.on, other.on))
        straight_m = float(np.hypot(*(other.xy_m - one.xy_m)))
        seconds = (other.at - one.at).total_seconds()
        likelihood = -np.abs(metres - straight_m) / self._params.beta_m
        reach_m = FASTEST_M_S * seconds + 2 * self._params.least_radius_m
        is_possible = (metres <= reach_m) & (seconds <= self._params.longest_gap_s)
        return _Step(metres, np.where(is_possible, likelihood, -np.inf))

    def _way(self, pair: tuple[_Places, _Places], chosen: tuple[int, int], ways: Ways) -> list[WalkedPiece]:
        """Write out the way between two chosen places, with times in proportion to the metres."""
        one, other = (places.on.of(np.array([row])) for places, row in zip(pair, chosen, strict=True))
        routes = _routes(self._graph, one, other, ways)[0, 0]
        direct_m = float(_along(self._graph, one, other)[0, 0])
        first_row, last_row = int(one.piece[0]), int(other.piece[0])
        if direct_m <= routes.min():
            course = [(first_row, float(one.share[0]), float(other.share[0]))]
        else:
            leave, arrive = (int(side) for side in np.unravel_index(routes.argmin(), routes.shape))
            start, end = (
                int(self._graph.end_nodes[first_row, leave]),
                int(self._graph.end_nodes[last_row, arrive]),
            )
            row = int(ways.row_of[start])
            between = self._graph.pieces_between(ways.before[row].tolist(), start, end) or []
            course = [(first_row, float(one.share[0]), float(leave))]
            course += [(piece, 0.0, 1.0) if ahead else (piece, 1.0, 0.0) for piece, ahead in between]
            course.append((last_row, float(arrive), float(other.share[0])))
        return _timed(course, self._graph.length_m, pair[0].at, pair[1].at)


def _routes(graph: RoadGraph, one: Accesses, other: Accesses, ways: Ways) -> Floats:
    """Give metres over the ends of the streets: places x places x end left by x end arrived by."""
    leaving, arriving = legs(graph, one, True), legs(graph, other, False)
    rows = ways.row_of[leaving.nodes]
    between = ways.length_m[rows[:, None, :, None], arriving.nodes[None, :, None, :]]
    metres: Floats = leaving.length_m[:, None, :, None] + between + arriving.length_m[None, :, None, :]
    return metres


def _along(graph: RoadGraph, one: Accesses, other: Accesses) -> Floats:
    """Give metres between places on one and the same street (inf: they are not)."""
    metres = np.abs(other.share[None, :] - one.share[:, None]) * graph.length_m[one.piece][:, None]
    along: Floats = np.where(one.piece[:, None] == other.piece[None, :], metres, np.inf)
    return along


def _traced(scores: Floats, choices: Sequence[Ints]) -> list[int]:
    chosen = [int(scores.argmax())]
    for choice in reversed(choices):
        chosen.append(int(choice[chosen[-1]]))
    return chosen[::-1]


def _timed(
    course: Sequence[tuple[int, float, float]], length_m: Floats, begin_at: datetime, end_at: datetime
) -> list[WalkedPiece]:
    metres = [abs(end - begin) * float(length_m[row]) for row, begin, end in course]
    total_m, done_m, timed = max(sum(metres), 1e-9), 0.0, []
    for (row, begin, end), own_m in zip(course, metres, strict=True):
        entered_at = begin_at + (end_at - begin_at) * (done_m / total_m)
        done_m += own_m
        left_at = begin_at + (end_at - begin_at) * min(done_m / total_m, 1.0)
        timed.append(WalkedPiece(row, begin, end, entered_at, max(left_at, entered_at)))
    return timed
