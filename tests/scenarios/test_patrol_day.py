"""A patrol's day as the duty officer and the teams live it: planned, walked, disturbed, checked in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from map_server.domain.errors import Conflict, InvalidInput
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol_plan import PlanState, StopState
from map_server.domain.site import SiteKind
from map_server.services.shift_wishes import ShiftWish
from tests.patrol_office import (
    DAY,
    QUICK,
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


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PatrolOffice]:
    with patrol_office(tmp_path) as opened:
        yield opened


EAST = [site(f"E{number}", at(600.0 * number)) for number in range(1, 6)]
WEST = [site(f"W{number}", at(-600.0 * number)) for number in range(1, 6)]


def test_morning_plan_visits_incidents_and_due_sites_and_explains_the_rest(office: PatrolOffice) -> None:
    office.register(
        site("due", at(300)),
        site("fresh", at(350), days_ago=1),
        site("far", at(0, 30_000)),
        site("new", at(-200), None),
    )
    office.incidents = [incident(1, at(500)), incident(2, None)]
    record = office.plan(team("A"))
    assert record.plan.state is PlanState.READY
    assert sorted(names(record.stops)) == ["due", "incident-1", "new"]  # "fresh" is not due yet
    assert reasons(record) == {"far": LeftOutReason.NO_WINDOW_FITS}
    assert record.plan.report.unplaced == 1
    assert record.plan.network == "a square town"


def test_two_teams_never_visit_the_same_place(office: PatrolOffice) -> None:
    office.register(*EAST, *WEST)
    record = office.plan(team("A", at(2000)), team("B", at(-2000)))
    visited = names(record.stops)
    assert len(visited) == len(set(visited)) == 10
    assert set(names(record.stops_of("A"))) >= {"E3", "E4", "E5"}
    assert set(names(record.stops_of("B"))) >= {"W3", "W4", "W5"}


def test_urgent_fire_lane_at_1020_while_team_b_is_on_its_third_stop(office: PatrolOffice) -> None:
    """Team B walks on to the urgent lane next; nothing done or begun changes, and few other stops move."""
    office.register(*EAST, *WEST)
    record = office.plan(team("A", at(0, 4000)), team("B", shift=("09:30", "14:30")))
    before = {stop.stop_id: stop for stop in record.stops}
    b_stops = record.stops_of("B")
    assert len(b_stops) >= 6
    office.check_in(b_stops[0], "09:50")
    office.check_in(b_stops[1], "10:05")
    office.check_in(b_stops[2], "10:18", StopState.STARTED)

    third = b_stops[2].visit.point
    lane = incident(77, (third[0], third[1] + 0.002), EventKind.BLOCKED_FIRE_LANE)
    office.clock.wall = clock_time("10:20")
    office.incidents = [lane]
    office.runs.incident_decided(lane)

    revised = office.shown(record.plan)
    assert revised.plan.revision == 2
    assert revised.plan.report.added == 1
    b_after = revised.stops_of("B")
    assert [(stop.stop_id, stop.state) for stop in b_after[:3]] == [
        (b_stops[0].stop_id, StopState.DONE),
        (b_stops[1].stop_id, StopState.DONE),
        (b_stops[2].stop_id, StopState.STARTED),
    ]
    assert b_after[3].visit.subject_id == "incident-77"
    assert b_after[3].begins_at <= clock_time("10:20") + timedelta(hours=1)
    others = [stop for stop in revised.stops if stop.visit.subject_id != "incident-77"]
    moved = [stop for stop in others if before[stop.stop_id].team_id != stop.team_id]
    assert moved == []
    assert len(before) - len(others) <= 0.2 * len(before)
    assert [stop.stop_id for stop in b_after if stop.stop_id in before] == [
        stop.stop_id for stop in b_stops if stop.stop_id in {one.stop_id for one in others}
    ]
    assert ("patrol_plan_revised", record.plan.plan_id) in office.log()


def test_stop_to_which_the_team_is_walking_is_not_taken_from_it(office: PatrolOffice) -> None:
    office.register(*EAST)
    record = office.plan(team("A"))
    first, second = record.stops_of("A")[:2]
    office.check_in(first, "08:50")
    office.clock.wall = clock_time("08:52")
    lane = incident(5, at(0), EventKind.BLOCKED_FIRE_LANE)
    office.incidents = [lane]
    office.runs.incident_decided(lane)
    after = office.shown(record.plan).stops_of("A")
    assert [stop.stop_id for stop in after[:2]] == [first.stop_id, second.stop_id]
    urgent = next(stop for stop in after if stop.visit.subject_id == "incident-5")
    assert urgent.begins_at <= clock_time("09:52")


def test_urgent_incident_that_nobody_reaches_in_time_is_visited_late_rather_than_never(
    office: PatrolOffice,
) -> None:
    office.incidents = [incident(9, at(6000), EventKind.BLOCKED_FIRE_LANE)]  # 100 minutes on foot
    (stop,) = office.plan(team("A")).stops
    assert stop.visit.subject_id == "incident-9"
    assert stop.begins_at > clock_time("08:30") + timedelta(hours=1)


def test_an_ordinary_incident_does_not_disturb_teams_under_way(office: PatrolOffice) -> None:
    office.register(*EAST)
    record = office.plan(team("A"))
    office.clock.wall = clock_time("09:00")
    garbage = incident(3, at(650))
    office.incidents = [garbage]
    office.runs.incident_decided(garbage)
    assert office.shown(record.plan).plan.revision == 1
    office.patrols.replan(record.plan.plan_id, "person:chief")
    assert "incident-3" in names(office.shown(record.plan).stops)


def test_stop_whose_incident_has_gone_leaves_the_plan_at_the_next_revision(office: PatrolOffice) -> None:
    office.incidents = [incident(1, at(500)), incident(2, at(900))]
    record = office.plan(team("A"))
    office.incidents = office.incidents[1:]
    office.patrols.replan(record.plan.plan_id, "person:chief")
    assert names(office.shown(record.plan).stops) == ["incident-2"]


def test_check_in_from_a_shaky_phone_counts_once(office: PatrolOffice) -> None:
    office.register(site("due", at(300)))
    (stop,) = office.plan(team("A")).stops
    first = office.check_in(stop, "08:40")
    again = office.check_in(stop, "08:55")
    assert again == first
    assert first.done_at == clock_time("08:40")
    assert office.log().count(("stop_checked_in", stop.stop_id)) == 1
    with office.read() as work:
        (looked_at,) = work.sites.of_kinds([SiteKind.DROP_POINT])
    assert looked_at.inspected_at == clock_time("08:40")
    assert ("site_inspected", "due") in office.log()


def test_late_report_keeps_the_time_at_which_it_happened(office: PatrolOffice) -> None:
    office.register(site("due", at(300)))
    (stop,) = office.plan(team("A")).stops
    office.clock.wall = clock_time("11:00")
    happened_at = clock_time("08:45")
    done = office.patrols.check_in(stop.plan_id, stop.stop_id, "person:patrol", happened_at=happened_at)
    assert done.done_at == happened_at


@pytest.mark.parametrize(
    ("hours", "what"),
    [(1, "a phone's clock that runs ahead"), (-24 * 365, "a clock that stands at another year")],
)
def test_impossible_time_of_a_report_is_refused(office: PatrolOffice, hours: int, what: str) -> None:
    office.register(site("due", at(300)))
    (stop,) = office.plan(team("A")).stops
    wrong = office.clock.now() + timedelta(hours=hours)
    with pytest.raises(InvalidInput, match="happened_at"):
        office.patrols.check_in(stop.plan_id, stop.stop_id, "person:patrol", happened_at=wrong)


def test_cancelled_while_planning_stays_cancelled(office: PatrolOffice) -> None:
    office.register(site("due", at(300)))
    office.is_waiting = True
    office.teams.add(team("A"), "person:chief")
    plan = office.patrols.request(DAY, [ShiftWish("A")], "person:chief", QUICK)
    assert office.patrols.progress(plan.plan_id) == 0.0
    office.patrols.cancel(plan.plan_id, "person:chief")
    office.work_off()
    record = office.shown(plan)
    assert (record.plan.state, record.stops, record.progress) == (PlanState.CANCELLED, [], None)


def test_plan_that_was_being_made_when_the_server_ended_says_so(office: PatrolOffice) -> None:
    office.is_waiting = True
    office.teams.add(team("A"), "person:chief")
    plan = office.patrols.request(DAY, [ShiftWish("A")], "person:chief", QUICK)
    office.runs.recover()
    assert office.shown(plan).plan.state is PlanState.FAILED
    assert "restarted" in office.shown(plan).plan.report.failure


def test_check_in_during_a_revision_is_not_lost(office: PatrolOffice) -> None:
    """The revision was computed from the old stops; it is computed again, and the check-in stands."""
    office.register(*EAST)
    record = office.plan(team("A"))
    first = record.stops_of("A")[0]
    real_incidents = office.incidents

    class CheckInMeanwhile(list[object]):
        has_run = False

        def __iter__(self) -> Iterator[object]:
            if not CheckInMeanwhile.has_run:
                CheckInMeanwhile.has_run = True
                office.check_in(first, "08:45")
            return iter(real_incidents)

    office.incidents = CheckInMeanwhile()  # type: ignore[assignment]
    office.patrols.replan(record.plan.plan_id, "person:chief")
    after = office.shown(record.plan)
    assert after.plan.revision == 2
    assert after.stops_of("A")[0].state is StopState.DONE


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ([], "at least one team"),
        ([ShiftWish("Z")], "no active team Z"),
        ([ShiftWish("A"), ShiftWish("A")], "at the same time"),
        ([ShiftWish("A", clock_time("08:00").time(), clock_time("08:30").time())], "is over"),
    ],
)
def test_wrong_wish_is_refused_with_its_field(
    office: PatrolOffice, wishes: list[ShiftWish], message: str
) -> None:
    office.teams.add(team("A"), "person:chief")
    with pytest.raises(InvalidInput, match=message) as caught:
        office.patrols.request(DAY, wishes, "person:chief", QUICK)
    assert caught.value.fields[0].path.startswith("shifts")
    assert office.patrols.latest() == []


def test_only_a_ready_plan_can_be_revised_or_checked_in(office: PatrolOffice) -> None:
    office.register(site("due", at(300)))
    record = office.plan(team("A"))
    office.patrols.cancel(record.plan.plan_id, "person:chief")
    with pytest.raises(Conflict):
        office.patrols.replan(record.plan.plan_id, "person:chief")
    with pytest.raises(Conflict):
        office.check_in(record.stops[0], "08:45")
    with pytest.raises(Conflict):
        office.patrols.cancel(record.plan.plan_id, "person:chief")
