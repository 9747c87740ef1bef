"""How much was walked: each metre once, by whomever and however often."""

from datetime import UTC, date, datetime

import pytest
import shapely

from map_server.domain.place import Area
from map_server.domain.segment import Segment, SegmentWalk, WalkedSegment
from map_server.domain.segment_coverage import coverage_report, walked_shares

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LANE = Segment("lane", "w1", "弄", "Lane", ((121.56, 31.25), (121.561, 31.25)), 100.0)
ROAD = Segment("road", "w2", "路", "Road", ((121.57, 31.25), (121.573, 31.25)), 300.0)


def walk(segment: Segment, begin: float, end: float, team: str = "A", day: date = MONDAY) -> SegmentWalk:
    return SegmentWalk(team, day, WalkedSegment(segment.segment_id, AT, AT, begin, end))


def test_what_was_walked_twice_counts_once() -> None:
    walks = [walk(LANE, 0.0, 0.5), walk(LANE, 0.4, 0.7, "B"), walk(LANE, 0.9, 1.0), walk(LANE, 0.1, 0.2)]
    assert walked_shares(walks) == {"lane": pytest.approx(0.8)}


def test_coverage_by_day_team_and_compound() -> None:
    ground = shapely.box(121.5599, 31.2499, 121.5611, 31.2501)
    compound = Area("compounds", "C-1", "弄内", "In the lane", ground, {})
    walks = [walk(LANE, 0, 1), walk(ROAD, 0, 0.5, "B"), walk(ROAD, 0.25, 1, "B", TUESDAY)]
    told = coverage_report((MONDAY, TUESDAY), [LANE, ROAD], walks, [compound])
    assert told.overall.share == pytest.approx(1.0)
    assert told.days[MONDAY].walked_m == pytest.approx(250)
    assert told.days[TUESDAY].walked_m == pytest.approx(225)
    assert told.teams["B"].walked_m == pytest.approx(300)
    assert (told.compounds["C-1"].total_m, told.compounds["C-1"].share) == (100.0, pytest.approx(1.0))


def test_streets_that_are_gone_count_nowhere() -> None:
    told = coverage_report((MONDAY, MONDAY), [LANE], [walk(ROAD, 0, 1)], [])
    assert told.overall.share == 0.0
    assert coverage_report((MONDAY, MONDAY), [], [], []).overall.share is None
