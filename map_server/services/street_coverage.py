"""Tells which streets teams walked, by their tracks, and what neither camera nor foot has seen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import shapely

from map_server.domain.blind_corner import BlindCorner, BlindParams, blind_corners
from map_server.domain.errors import InvalidInput
from map_server.domain.place import Area
from map_server.domain.plane import LocalPlane
from map_server.domain.segment import Segment, SegmentWalk
from map_server.domain.segment_coverage import (
    CoverageReport,
    coverage_report,
    middle_of,
    walked_shares,
)
from map_server.domain.site_index import flat
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.ports import Begin, Clock
from map_server.services.site_ports import GrowthReads
from map_server.services.street_ports import StreetSegments

LONGEST_PERIOD_DAYS = 366


class StreetCoverage:
    """`cameras` tells for how long each camera could judge."""

    def __init__(
        self,
        read: Begin,
        clock: Clock,
        streets: StreetSegments,
        cameras: GrowthReads,
        params: BlindParams | None = None,
    ) -> None:
        self._read = read
        self._clock = clock
        self._streets = streets
        self._cameras = cameras
        self._params = params or BlindParams()

    @property
    def params(self) -> BlindParams:
        """When a street counts as seen or walked."""
        return self._params

    def over(self, first: date, last: date) -> CoverageReport:
        """Count what was walked on days of the ward, both included. Raises InvalidInput."""
        if not first <= last <= first + timedelta(days=LONGEST_PERIOD_DAYS):
            raise InvalidInput("to: must not lie before from, nor more than a year after it")
        segments = self._streets.segments()
        with self._read() as work:
            walks = work.segment_walks.between(first, last)
            compounds = work.areas.of_layer("compounds")
            ward = work.areas.of_layer("ward")
        return coverage_report((first, last), _inside(segments, ward), walks, compounds)

    def blind_corners(self) -> Sequence[BlindCorner]:
        """Give the blind corners of now, those of longest standing first."""
        today = _ward_day(self._clock.now())
        since = today - timedelta(days=self._params.unwalked_days - 1)
        segments = self._streets.segments()
        with self._read() as work:
            walks = work.segment_walks.between(today - timedelta(days=self._params.memory_days), today)
            views = work.areas.of_layer("camera_views")
            ward = work.areas.of_layer("ward")
        observed_s = self._cameras.observed_s(since, today)
        seen = [view for view in views if observed_s.get(_camera(view), 0.0) >= self._params.least_observed_s]
        inside = _inside(segments, ward)
        walked_on = _last_walked(walks, self._params.least_walked_share)
        return blind_corners(inside, _seen_shares(inside, seen), walked_on, today, self._params)

    def __call__(self) -> Sequence[BlindCorner]:
        """Give the blind corners: this is the port that planning takes."""
        return self.blind_corners()


def _ward_day(moment: datetime) -> date:
    return moment.astimezone(WARD_ZONE).date()


def _camera(view: Area) -> tuple[str, str]:
    return str(view.attributes.get("device_id", "")), str(view.attributes.get("camera_id", ""))


def _inside(segments: Sequence[Segment], ward: Sequence[Area]) -> list[Segment]:
    """Give the segments whose middle lies in the ward; all of them where no ward is loaded."""
    if not ward or not segments:
        return list(segments)
    ground = shapely.union_all([area.geometry for area in ward])
    shapely.prepare(ground)
    lies_in = shapely.intersects(ground, [middle_of(segment) for segment in segments])
    return [segment for segment, is_in in zip(segments, lies_in.tolist(), strict=True) if is_in]


def _last_walked(walks: Sequence[SegmentWalk], least_share: float) -> dict[str, date]:
    """Give the last day on which each segment was walked well enough, by all teams together."""
    by_day: dict[date, list[SegmentWalk]] = {}
    for walk in walks:
        by_day.setdefault(walk.day, []).append(walk)
    found: dict[str, date] = {}
    for day in sorted(by_day):
        found |= {one: day for one, share in walked_shares(by_day[day]).items() if share >= least_share}
    return found


def _seen_shares(segments: Sequence[Segment], views: Sequence[Area]) -> dict[str, float]:
    if not views or not segments:
        return {}
    plane = LocalPlane(segments[0].points[0])
    ground = shapely.union_all([flat(view.geometry, plane) for view in views])
    shapely.prepare(ground)
    shares = {}
    for segment in segments:
        line = flat(shapely.LineString(segment.points), plane)
        if ground.intersects(line):
            shares[segment.segment_id] = float(ground.intersection(line).length / line.length)
    return shares
