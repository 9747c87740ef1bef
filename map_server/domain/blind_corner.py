"""Blind corners (盲角): stretches of street that no camera sees and that nobody has walked for days.

A camera sees a street as far as its view on the map (layer `camera_views`) covers it, and only while it could
judge. One without a view on the map sees nothing: where it hangs does not tell where it looks, and a corner
that is believed to be watched is worse than one that is visited for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from shapely.ops import nearest_points

from map_server.domain.datum import LonLat
from map_server.domain.segment import Segment

_ENDS_DIGITS = 7
"""Segments meet where their ends are equal to a centimetre."""


@dataclass(frozen=True, slots=True)
class BlindCorner:
    """A stretch to be walked. `days_since_walked` is None where a part of it was not walked in memory.

    `lon` and `lat` are a point on its street, in WGS 84.
    """

    corner_id: str
    lon: float
    lat: float
    length_m: float
    days_since_walked: float | None
    name_zh: str = ""
    name_en: str = ""
    segment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlindParams:
    """When a street counts as seen or walked, and how long a corner is."""

    unwalked_days: int = 7
    least_seen_share: float = 0.5
    least_walked_share: float = 0.8
    longest_corner_m: float = 300.0
    least_corner_m: float = 25.0
    """Shorter stubs are seen in passing; they are no reason to go there."""
    memory_days: int = 90
    """What was walked longer ago counts as never walked."""
    least_observed_s: float = 3600.0
    """From so many seconds of judging in those days on, a camera saw what lies in its view."""

    def __post_init__(self) -> None:
        if not 1 <= self.unwalked_days <= 365:
            raise ValueError(f"unwalked_days: {self.unwalked_days} must lie between 1 and 365")
        if not self.unwalked_days <= self.memory_days <= 3660:
            raise ValueError(f"memory_days: {self.memory_days} must lie between unwalked_days and 3660")
        for key in ("least_seen_share", "least_walked_share"):
            if not 0 < getattr(self, key) <= 1:
                raise ValueError(f"{key}: {getattr(self, key)} must lie above 0, up to 1")
        if not 0 <= self.least_corner_m < self.longest_corner_m <= 5000:
            raise ValueError("longest_corner_m: must lie above least_corner_m, up to 5000")


def blind_corners(
    segments: Sequence[Segment],
    seen_shares: Mapping[str, float],
    walked_on: Mapping[str, date],
    today: date,
    params: BlindParams,
) -> list[BlindCorner]:
    """Give the corners, those of longest standing first.

    `walked_on` has the last day on which a segment was walked well enough; never walked ones are missing.
    """
    blind = [
        segment
        for segment in segments
        if seen_shares.get(segment.segment_id, 0.0) < params.least_seen_share
        and (today - walked_on.get(segment.segment_id, date.min)).days >= params.unwalked_days
    ]
    corners = [_corner(group, walked_on, today) for group in _groups(blind, params.longest_corner_m)]
    corners = [corner for corner in corners if corner.length_m >= params.least_corner_m]
    return sorted(corners, key=lambda one: (-_standing(one), one.corner_id))


def _standing(corner: BlindCorner) -> float:
    return float("inf") if corner.days_since_walked is None else corner.days_since_walked


def _groups(blind: Sequence[Segment], longest_m: float) -> list[list[Segment]]:
    """Join segments that meet, as long as they stay short enough; first those of one street."""
    waiting = {segment.segment_id: segment for segment in sorted(blind, key=lambda one: one.segment_id)}
    at: dict[LonLat, list[Segment]] = {}
    for segment in waiting.values():
        for end in _ends(segment):
            at.setdefault(end, []).append(segment)
    groups = []
    while waiting:
        _, seed = waiting.popitem()
        group, total_m = [seed], seed.length_m
        while (found := _next(group, at, waiting)) is not None and total_m + found.length_m <= longest_m:
            group.append(waiting.pop(found.segment_id))
            total_m += found.length_m
        groups.append(group)
    return groups


def _next(
    group: Sequence[Segment], at: Mapping[LonLat, Sequence[Segment]], waiting: Mapping[str, Segment]
) -> Segment | None:
    around = {
        neighbour.segment_id: neighbour
        for segment in group
        for end in _ends(segment)
        for neighbour in at[end]
        if neighbour.segment_id in waiting
    }
    names = {segment.name_zh for segment in group}
    return min(
        around.values(),
        key=lambda one: (one.name_zh not in names, one.length_m, one.segment_id),
        default=None,
    )


def _ends(segment: Segment) -> tuple[LonLat, LonLat]:
    first, last = (
        (round(lon, _ENDS_DIGITS), round(lat, _ENDS_DIGITS))
        for lon, lat in (segment.points[0], segment.points[-1])
    )
    return first, last


def _corner(group: Sequence[Segment], walked_on: Mapping[str, date], today: date) -> BlindCorner:
    lines = shapely.MultiLineString([segment.points for segment in group])
    point = nearest_points(lines, lines.centroid)[0]
    longest = max(group, key=lambda one: (bool(one.name_zh), one.length_m))
    days = [walked_on.get(segment.segment_id) for segment in group]
    oldest = None if None in days else min(day for day in days if day is not None)
    ids = tuple(sorted(segment.segment_id for segment in group))
    return BlindCorner(
        corner_id=ids[0],
        lon=point.x,
        lat=point.y,
        length_m=round(sum(segment.length_m for segment in group), 1),
        days_since_walked=None if oldest is None else float((today - oldest).days),
        name_zh=longest.name_zh,
        name_en=longest.name_en,
        segment_ids=ids,
    )
