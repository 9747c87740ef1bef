"""A team that is out from 07:00 to 11:00 and from 16:00 to 20:00: two walks, and nobody out in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from map_server.domain.errors import InvalidInput
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol_plan import Route, Stop, StopState
from map_server.domain.team import Rest, Team, TeamShift
from map_server.domain.team_load import load_of
from map_server.domain.track import TrackParams
from map_server.services.patrols import PlanRecord
from map_server.services.shift_wishes import ShiftWish
from tests.patrol_office import (
    DAY,
    QUICK,
    STATION,
    PatrolOffice,
    at,
    clock_time,
    incident,
    names,
    patrol_office,
    reasons,
    site,
    team,
)
from wire_contract.vocabulary import EventKind

DEPOT = at(0, -500)
EVENING = TeamShift(time(16), time(20), DEPOT, DEPOT)
SPLIT = replace(team("A", shift=("07:00", "11:00")), further_shifts=(EVENING,))
MANY = [site(f"S{number}", at(300.0 * number, 2400.0)) for number in range(-12, 13)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PatrolOffice]:
    with patrol_office(tmp_path) as opened:
        opened.clock.wall = clock_time("06:30")
        yield opened


def halves(record: PlanRecord) -> tuple[Route, list[Stop], list[Stop]]:
    """The team's route, its morning and its evening."""
    (route,) = record.routes
    own = record.stops_of(route.team_id)
    assert [stop.position for stop in own] == list(range(1, len(own) + 1))
    return route, route.stops_of_shift(0, own), route.stops_of_shift(1, own)


def test_nobody_is_sent_out_between_the_halves(office: PatrolOffice) -> None:
    """There is work for more than four hours, all day long, and none of it is done at noon."""
    office.register(*MANY)
    route, morning, evening = halves(office.plan(SPLIT))
    for stops, begins, ends in ((morning, "07:00", "11:00"), (evening, "16:00", "20:00")):
        assert stops[0].arrives_at >= clock_time(begins)
        assert stops[-1].leaves_at <= clock_time(ends)
    assert len(set(names([*morning, *evening]))) == len(morning) + len(evening)
    first, second = route.shifts
    assert first.returns_at <= clock_time("11:00")
    assert clock_time("16:00") < second.returns_at <= clock_time("20:00")


def test_each_half_begins_and_ends_at_its_own_place(office: PatrolOffice) -> None:
    office.register(*MANY)
    route, morning, evening = halves(office.plan(SPLIT))
    assert len(route.legs) == len(morning) + 1 + len(evening) + 1
    first, second = route.legs[: len(morning) + 1], route.legs[len(morning) + 1 :]
    assert (first[0][0], first[-1][-1]) == (STATION, STATION)
    assert second[0][0] == second[-1][-1] == pytest.approx(DEPOT)


def test_hours_off_are_neither_way_nor_shift(office: PatrolOffice) -> None:
    office.register(*MANY)
    record = office.plan(SPLIT)
    route, morning, evening = halves(record)
    load = load_of(route, [*morning, *evening])
    assert load.shift_s == 8 * 3600
    assert load.way_s + load.work_s + load.wait_s <= 8 * 3600
    assert 0.5 < load.share <= 1


def test_a_site_with_evening_hours_is_seen_in_the_evening(office: PatrolOffice) -> None:
    late = replace(site("market", at(400)), visit_from=time(17), visit_until=time(19))
    noon = replace(site("canteen", at(500)), visit_from=time(12), visit_until=time(13))
    office.register(site("lane", at(300)), late, noon)
    record = office.plan(SPLIT)
    _, _, evening = halves(record)
    assert "market" in names(evening)
    assert reasons(record) == {"canteen": LeftOutReason.NO_TEAM_ON_SHIFT}


def test_a_call_at_noon_goes_to_the_evening_and_what_the_morning_left_open_too(office: PatrolOffice) -> None:
    office.register(*(site(f"N{number}", at(150.0 * number)) for number in range(1, 6)))
    record = office.plan(SPLIT)
    _, morning, _ = halves(record)
    assert len(morning) > 1
    office.check_in(morning[0], "08:30")
    office.clock.wall = clock_time("12:00")
    lane = incident(9, at(600), EventKind.BLOCKED_FIRE_LANE)
    office.incidents = [lane]
    office.runs.incident_decided(lane)
    _, kept, evening = halves(office.shown(record.plan))
    assert [(stop.stop_id, stop.state) for stop in kept] == [(morning[0].stop_id, StopState.DONE)]
    assert "incident-9" in names(evening)
    assert {stop.stop_id for stop in morning[1:]} <= {stop.stop_id for stop in evening}
    assert all(stop.arrives_at >= clock_time("16:00") for stop in evening)


def test_a_revision_in_the_morning_leaves_the_evening_where_it_is(office: PatrolOffice) -> None:
    office.register(*MANY)
    record = office.plan(SPLIT)
    _, morning, evening = halves(record)
    office.check_in(morning[0], "08:00")
    office.patrols.replan(record.plan.plan_id, "person:chief")
    route, _, after = halves(office.shown(record.plan))
    assert [stop.stop_id for stop in after] == [stop.stop_id for stop in evening]
    assert [shift.start for shift in route.shifts] == [STATION, DEPOT]


def test_a_break_is_taken_in_the_half_into_which_it_falls(office: PatrolOffice) -> None:
    office.register(*MANY)
    resting = replace(SPLIT, rest=Rest(time(17, 30), time(18, 30), 30))
    _, morning, evening = halves(office.plan(resting))
    assert "A" not in names(morning)
    (rest,) = [stop for stop in evening if stop.visit.subject_id == "A"]
    assert rest.visit.point == DEPOT
    off = replace(SPLIT, team_id="B", rest=Rest(time(12), time(13), 30))  # at noon it is off anyhow
    (route, *_) = [one for one in office.plan(off).routes if one.team_id == "B"]
    assert route.rest_opens_at is None


def test_tracks_of_the_hours_off_are_not_kept(office: PatrolOffice) -> None:
    route, _, _ = halves(office.plan(SPLIT))
    kept = {hour: TrackParams().is_on_shift(route, clock_time(f"{hour}:00")) for hour in (10, 13, 18)}
    assert kept == {10: True, 13: False, 18: True}


def test_hours_may_be_named_for_the_day(office: PatrolOffice) -> None:
    """The evening alone, from its own place; or other hours of both halves."""
    office.register(*MANY)
    office.teams.add(SPLIT, "person:chief")

    def planned(*hours: tuple[int, int]) -> Route:
        wishes = [ShiftWish("A", time(begins), time(ends)) for begins, ends in hours]
        plan = office.patrols.request(DAY, wishes, "person:chief", QUICK)
        return office.shown(plan).routes[0]

    assert planned((15, 19)).start == DEPOT
    both = planned((15, 19), (8, 10))
    assert [shift.starts_at for shift in both.shifts] == [clock_time("08:00"), clock_time("15:00")]
    with pytest.raises(InvalidInput, match="at the same time"):
        planned((8, 10), (9, 12))
    office.clock.wall = clock_time("12:00")
    plan = office.patrols.request(DAY, [ShiftWish("A")], "person:chief", QUICK)
    assert office.shown(plan).routes[0].starts_at == clock_time("16:00")


@pytest.mark.parametrize(
    "shifts",
    [
        ((time(10), time(12)),),  # the first runs until 11:00
        ((time(16), time(20)), (time(14), time(15))),  # not in order
        ((time(16), time(16)),),  # no length
        ((time(12), time(13)), (time(14), time(15)), (time(16), time(17)), (time(18), time(19))),  # too many
    ],
)
def test_shifts_that_cannot_be_are_refused(shifts: tuple[tuple[time, time], ...]) -> None:
    def asked_for() -> Team:
        return replace(SPLIT, further_shifts=tuple(TeamShift(*hours, DEPOT, DEPOT) for hours in shifts))

    with pytest.raises(ValueError, match="shift"):
        asked_for()
