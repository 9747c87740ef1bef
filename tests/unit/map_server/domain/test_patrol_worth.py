"""What a visit is worth: windows, prizes that grow with delay, and settings that defend themselves."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from map_server.domain.incident import Severity
from map_server.domain.patrol_params import PatrolParams
from map_server.domain.patrol_worth import (
    Horizon,
    incident_visit,
    site_visits,
    with_late_urgent_visits,
)
from map_server.domain.place import Whereabouts
from map_server.domain.site import SiteKind, StructureState
from map_server.domain.ward_time import WARD_ZONE
from tests.patrol_office import at, clock_time, incident, site
from tests.patrol_worlds import road, shift, visit
from wire_contract.vocabulary import EventKind

HORIZON = Horizon(clock_time("08:30"), clock_time("12:30"), clock_time("08:00"), WARD_ZONE)
PARAMS = PatrolParams()
HERE = Whereabouts(compound_zh="桐舟二村", compound_en="Tongzhou Village 2")


def test_urgent_incident_closes_an_hour_after_the_teams_can_act() -> None:
    lane = incident(7, at(0), EventKind.BLOCKED_FIRE_LANE)
    assert lane.fix is not None
    before_shift = incident_visit(lane, lane.fix, HERE, HORIZON, PARAMS)
    assert (before_shift.closes_s, before_shift.is_urgent) == (3600, True)
    during = incident_visit(lane, lane.fix, HERE, replace(HORIZON, now=clock_time("10:20")), PARAMS)
    assert during.closes_s == (110 + 60) * 60
    late = incident_visit(lane, lane.fix, HERE, replace(HORIZON, now=clock_time("12:00")), PARAMS)
    assert late.closes_s == 4 * 3600  # never after the last shift


def test_ordinary_incident_may_be_visited_in_the_whole_shift_and_is_named_by_its_place() -> None:
    garbage = incident(12, at(0))
    assert garbage.severity is Severity.NORMAL
    assert garbage.fix is not None
    made = incident_visit(garbage, garbage.fix, HERE, HORIZON, PARAMS)
    assert (made.opens_s, made.closes_s) == (0, 4 * 3600)
    assert (made.name_zh, made.name_en) == ("#12 桐舟二村", "#12 Tongzhou Village 2")


@pytest.mark.parametrize(
    ("days_ago", "is_visited"),
    [(None, True), (8, True), (7, True), (5.2, True), (4.7, False)],  # due within two days counts
)
def test_sites_are_visited_when_they_are_due_or_soon_will_be(
    days_ago: float | None, is_visited: bool
) -> None:
    assert bool(site_visits([site("S", at(0), days_ago)], HORIZON, PARAMS)) is is_visited


def test_worth_grows_with_every_day_of_delay_up_to_a_limit() -> None:
    prizes = [
        site_visits([site("S", at(0), days_ago)], HORIZON, PARAMS)[0].prize_s
        for days_ago in (7, 9, 12, 300, 4.85, 5.85, 6.7)
    ]
    assert prizes[:4] == sorted(prizes[:4])
    assert prizes[1] - prizes[0] == 2 * PARAMS.overdue_prize_s_per_day
    assert prizes[4:] == sorted(prizes[4:])
    assert prizes[4] == pytest.approx(PARAMS.early_share * PARAMS.site_prize_s[SiteKind.DROP_POINT], rel=0.05)
    assert prizes[6] < prizes[0]
    assert prizes[3] == PARAMS.site_prize_s[SiteKind.DROP_POINT] + PARAMS.most_overdue_prize_s


def test_longest_overdue_sites_come_first_when_there_are_too_many() -> None:
    sites = [site("a", at(0), 8), site("b", at(0), 30), site("c", at(0), 12)]
    made = site_visits(sites, HORIZON, replace(PARAMS, most_sites=2))
    assert [one.subject_id for one in made] == ["b", "c"]


def test_hours_of_a_site_become_its_window() -> None:
    open_late = replace(site("S", at(0)), visit_from=time(9), visit_until=time(11))
    (made,) = site_visits([open_late], HORIZON, PARAMS)
    assert (made.opens_s, made.closes_s) == (1800, 9000)


def test_site_of_a_group_that_needs_no_look_is_not_visited() -> None:
    released = replace(site("S", at(0), None), kind=SiteKind.STRUCTURE_POINT, state=StructureState.RELEASED)
    assert site_visits([replace(released, interval_days=None)], HORIZON, PARAMS) == []
    assert site_visits([replace(released, withdrawn_at=at(0))], HORIZON, PARAMS) == []


def test_urgent_visit_out_of_reach_is_opened_until_the_last_shift_ends() -> None:
    problem = road(
        {
            5000: visit("far and urgent", 20_000, window=(0, 3600), is_urgent=True),
            900: visit("near and urgent", 20_000, window=(0, 3600), is_urgent=True),
            5001: visit("far", window=(0, 3600)),
        },
        [shift()],
    )
    opened = with_late_urgent_visits(problem)
    assert [one.closes_s for one in opened.visits] == [4 * 3600, 3600, 3600]


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("incident_prize_s", {"incident_prize_s": 600}),  # not above the time on site
        ("urgent_prize_s", {"urgent_prize_s": 100_000}),
        ("incident_service_s", {"incident_service_s": 0}),
        ("urgent_within_s", {"urgent_within_s": 10}),
        ("site_prize_s", {"site_prize_s": dict.fromkeys(SiteKind, 10)}),
        ("most_overdue_prize_s", {"most_overdue_prize_s": -1}),
        ("most_sites", {"most_sites": 5000}),
    ],
)
def test_settings_out_of_range_name_their_key(key: str, settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=key):
        PatrolParams(**settings)  # type: ignore[arg-type]


def test_horizon_that_has_begun_counts_from_now() -> None:
    assert HORIZON.begins_at == clock_time("08:30")
    assert replace(HORIZON, now=clock_time("09:00")).begins_at == clock_time("09:00")
    assert HORIZON.seconds(HORIZON.origin_at + timedelta(minutes=2)) == 120
