"""How much of the streets was walked, told from matched tracks: by day, by team, by compound."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from map_server.domain.place import Area
from map_server.domain.segment import Segment, SegmentWalk

_Key = TypeVar("_Key", date, str)


@dataclass(frozen=True, slots=True)
class Walked:
    """Metres of street, and how many of them were walked at least once."""

    total_m: float
    walked_m: float

    @property
    def share(self) -> float | None:
        """The walked part, 0 to 1; None where there is no street."""
        return None if self.total_m <= 0 else min(self.walked_m / self.total_m, 1.0)


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Coverage of some days of the ward. A compound's streets are those whose middle lies in it."""

    first: date
    last: date
    overall: Walked
    days: Mapping[date, Walked]
    teams: Mapping[str, Walked]
    compounds: Mapping[str, Walked]


def walked_shares(walks: Iterable[SegmentWalk]) -> dict[str, float]:
    """Give the walked share of each segment, 0 to 1; what was walked twice counts once."""
    parts: dict[str, list[tuple[float, float]]] = {}
    for walk in walks:
        parts.setdefault(walk.walked.segment_id, []).append((walk.walked.begin, walk.walked.end))
    return {segment_id: _united(found) for segment_id, found in parts.items()}


def coverage_report(
    days: tuple[date, date],
    segments: Sequence[Segment],
    walks: Sequence[SegmentWalk],
    compounds: Collection[Area],
) -> CoverageReport:
    """Count coverage of the days from first to last, both included."""
    first, last = days
    within = compound_of(segments, compounds)
    by_compound: dict[str, list[Segment]] = {area.area_id: [] for area in compounds}
    for segment in segments:
        if (area_id := within.get(segment.segment_id)) is not None:
            by_compound[area_id].append(segment)
    shares = walked_shares(walks)
    by_day = _grouped((walk.day, walk) for walk in walks)
    by_team = _grouped((walk.team_id, walk) for walk in walks)
    return CoverageReport(
        first,
        last,
        _walked(segments, shares),
        {day: _walked(segments, walked_shares(own)) for day, own in sorted(by_day.items())},
        {team: _walked(segments, walked_shares(own)) for team, own in sorted(by_team.items())},
        {area_id: _walked(own, shares) for area_id, own in by_compound.items() if own},
    )


def compound_of(segments: Sequence[Segment], compounds: Collection[Area]) -> dict[str, str]:
    """Give for the segments that lie in a compound its id."""
    areas = list(compounds)
    if not areas or not segments:
        return {}
    tree = shapely.STRtree([area.geometry for area in areas])
    rows, found = tree.query([middle_of(segment) for segment in segments], predicate="within")
    return {
        segments[row].segment_id: areas[area].area_id
        for row, area in zip(rows.tolist(), found.tolist(), strict=True)
    }


def middle_of(segment: Segment) -> BaseGeometry:
    """Give the point half way along a segment."""
    return shapely.LineString(segment.points).interpolate(0.5, normalized=True)


def _walked(segments: Iterable[Segment], shares: Mapping[str, float]) -> Walked:
    total_m = walked_m = 0.0
    for segment in segments:
        total_m += segment.length_m
        walked_m += segment.length_m * shares.get(segment.segment_id, 0.0)
    return Walked(total_m, walked_m)


def _united(parts: list[tuple[float, float]]) -> float:
    total, reached = 0.0, 0.0
    for begin, end in sorted(parts):
        total += max(end - max(begin, reached), 0.0)
        reached = max(reached, end)
    return total


def _grouped(pairs: Iterable[tuple[_Key, SegmentWalk]]) -> dict[_Key, list[SegmentWalk]]:
    groups: dict[_Key, list[SegmentWalk]] = {}
    for key, walk in pairs:
        groups.setdefault(key, []).append(walk)
    return groups
