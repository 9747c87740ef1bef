"""A duty officer's day: fixes, moves and forbids stops; campaigns, breaks, corners; what changed; overdue."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from map_server.domain.blind_corner import BlindCorner
from map_server.domain.campaign import Campaign, Recurrence
from map_server.domain.errors import Conflict, InvalidInput, NotFound
from map_server.domain.hand_rule import PIN_SLACK
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import StopState
from map_server.domain.plan_changes import ChangeKind
from map_server.domain.team import Rest
from map_server.services.overdue import OverdueReason
from map_server.services.patrols import PlanRecord
from tests.patrol_office import (
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

SITE = SubjectKind.SITE
CHIEF = "person:chief"
EAST = [site(f"E{number}", at(500.0 * number)) for number in range(1, 5)]
WEST = [site(f"W{number}", at(-500.0 * number)) for number in range(1, 5)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PatrolOffice]:
    with patrol_office(tmp_path) as opened:
        opened.register(*EAST, *WEST)
        yield opened


def two_teams(office: PatrolOffice) -> PlanRecord:
    return office.plan(team("A", at(1500)), team("B", at(-1500)))


def stop_of(record: PlanRecord, subject_id: str):  # type: ignore[no-untyped-def]
    return next(stop for stop in record.stops if stop.visit.subject_id == subject_id)


def test_stop_moved_to_another_team_and_time_goes_there_and_says_so(office: PatrolOffice) -> None:
    record = two_teams(office)
    assert stop_of(record, "E3").team_id == "A"
    ten = clock_time("10:00")
    office.decisions.pin(
        record.plan.plan_id, (SITE, "E3"), CHIEF, team_id="B", at=ten, reason="asked for by the committee"
    )
    revised = office.shown(record.plan)
    moved = stop_of(revised, "E3")
    assert moved.team_id == "B"
    assert ten <= moved.begins_at <= ten + PIN_SLACK
    (change,) = [one for one in revised.changes if one.subject_key == "site:E3"]
    assert (change.kind, change.team_before, change.team_after) == (ChangeKind.TEAM, "A", "B")
    assert [rule.key for rule in revised.rules] == ["site:E3"]
    assert ("patrol_stop_pinned", record.plan.plan_id) in office.log()


def test_moved_stop_stays_with_its_team_at_the_next_revision_and_is_freed_again(office: PatrolOffice) -> None:
    record = two_teams(office)
    office.decisions.pin(record.plan.plan_id, (SITE, "E3"), CHIEF, team_id="B")
    office.patrols.replan(record.plan.plan_id, CHIEF)
    assert stop_of(office.shown(record.plan), "E3").team_id == "B"
    office.decisions.free(record.plan.plan_id, (SITE, "E3"), CHIEF)
    freed = office.shown(record.plan)
    assert freed.rules == []
    assert stop_of(freed, "E3").visit.skills == frozenset()
    with pytest.raises(NotFound):
        office.decisions.free(record.plan.plan_id, (SITE, "E3"), CHIEF)


def test_forbidden_stop_is_left_out_by_hand_even_when_a_team_walks_to_it(office: PatrolOffice) -> None:
    record = two_teams(office)
    first = record.stops_of("A")[0]
    office.clock.wall = clock_time("08:32")
    office.decisions.forbid(record.plan.plan_id, (SITE, first.visit.subject_id), CHIEF, "road works")
    revised = office.shown(record.plan)
    assert first.visit.subject_id not in names(revised.stops)
    assert reasons(revised)[first.visit.subject_id] is LeftOutReason.FORBIDDEN


def test_stop_left_out_as_not_worth_it_is_made_once_it_is_pinned(office: PatrolOffice) -> None:
    office.register(site("far", at(0, 3500)))
    record = two_teams(office)
    assert reasons(record) == {"far": LeftOutReason.NOT_WORTH_DETOUR}
    office.decisions.pin(record.plan.plan_id, (SITE, "far"), CHIEF)
    assert "far" in names(office.shown(record.plan).stops)


def test_what_cannot_be_kept_is_told_with_its_reason(office: PatrolOffice) -> None:
    """Team A cannot be 1,500 m away at the very start of its shift."""
    record = two_teams(office)
    office.decisions.pin(record.plan.plan_id, (SITE, "W4"), CHIEF, team_id="A", at=clock_time("08:30"))
    assert reasons(office.shown(record.plan)) == {"W4": LeftOutReason.NO_WINDOW_FITS}


def test_decisions_that_make_no_sense_are_refused(office: PatrolOffice) -> None:
    record = two_teams(office)
    plan_id, first = record.plan.plan_id, record.stops_of("A")[0]
    with pytest.raises(NotFound, match="does not speak of"):
        office.decisions.forbid(plan_id, (SITE, "nowhere"), CHIEF)
    with pytest.raises(InvalidInput, match="team_id"):
        office.decisions.pin(plan_id, (SITE, "E1"), CHIEF, team_id="Z")
    with pytest.raises(InvalidInput, match="at: lies outside"):
        office.decisions.pin(plan_id, (SITE, "E1"), CHIEF, at=clock_time("20:00"))
    with pytest.raises(InvalidInput, match="break"):
        office.decisions.forbid(plan_id, (SubjectKind.BREAK, "A"), CHIEF)
    office.check_in(first, "08:40", StopState.STARTED)
    with pytest.raises(Conflict, match="begun"):
        office.decisions.forbid(plan_id, (SITE, first.visit.subject_id), CHIEF)
    assert office.shown(record.plan).rules == []


def test_joint_campaign_brings_both_teams_to_one_place_at_one_time(office: PatrolOffice) -> None:
    monday = Recurrence(frozenset({0}), first=date(2026, 1, 1))
    market = Campaign("", "联合整治", "Joint campaign", at(0), time(10), 1800, monday, team_count=2)
    office.campaigns.add(market, CHIEF)
    (coming,) = office.campaigns.coming()
    assert coming.days[0] == date(2026, 11, 23)
    record = two_teams(office)
    there = [stop for stop in record.stops if stop.visit.subject_kind is SubjectKind.CAMPAIGN]
    assert sorted(stop.team_id for stop in there) == ["A", "B"]
    assert {stop.begins_at for stop in there} == {clock_time("10:00")}


def test_campaign_short_of_teams_names_the_place_that_nobody_fills(office: PatrolOffice) -> None:
    monday = Recurrence(frozenset({0}), first=date(2026, 1, 1))
    office.campaigns.add(
        Campaign("", "联合整治", "Joint", at(0), time(10), 1800, monday, team_count=3), CHIEF
    )
    record = two_teams(office)
    (missing,) = [one for one in record.left_out if one.visit.subject_kind is SubjectKind.CAMPAIGN]
    assert missing.reason is LeftOutReason.SHIFTS_FULL


def test_break_is_in_the_list_and_survives_an_urgent_revision(office: PatrolOffice) -> None:
    rested = replace(team("A"), rest=Rest(time(10), time(10, 30), 30))
    record = office.plan(rested)
    pause = stop_of(record, "A")
    assert clock_time("10:00") <= pause.begins_at <= clock_time("10:30")
    office.clock.wall = clock_time("09:00")
    office.patrols.replan(record.plan.plan_id, CHIEF)
    again = stop_of(office.shown(record.plan), "A")
    assert again.stop_id == pause.stop_id
    office.clock.wall = clock_time("11:30")  # nobody checked in: late rather than never
    office.patrols.replan(record.plan.plan_id, CHIEF)
    assert "A" in names(office.shown(record.plan).stops)


def test_only_the_team_that_names_a_kind_among_its_skills_goes_there(office: PatrolOffice) -> None:
    record = office.plan(team("A", at(1500)), replace(team("B", at(-1500)), skills=frozenset({"drop_point"})))
    assert record.stops_of("A") == []
    assert set(names(record.stops_of("B"))) >= {"W1", "W2", "W3", "W4"}


def test_blind_corner_near_the_way_is_walked(office: PatrolOffice) -> None:
    lon, lat = at(750, 10)
    office.corners = [BlindCorner("segment-7", lon, lat, 120.0, 20.0, "桐舟路", "Tongzhou Road")]
    record = two_teams(office)
    stop = stop_of(record, "segment-7")
    assert (stop.visit.subject_kind, stop.visit.category) == (SubjectKind.CORNER, "blind_corner")
    assert stop.visit.service_s == 100
    office.check_in(stop, "11:00")
    assert ("stop_checked_in", stop.stop_id) in office.log()


def test_every_overdue_site_is_listed_with_its_reason(office: PatrolOffice) -> None:
    office.register(site("far", at(0, 30_000), days_ago=30))
    assert {one.reason for one in office.overdue()} == {OverdueReason.NO_PLAN}
    record = two_teams(office)
    office.check_in(record.stops_of("A")[0], "08:45")
    listed = {one.site.site_id: one for one in office.overdue()}
    assert record.stops_of("A")[0].visit.subject_id not in listed
    assert listed["far"].reason is OverdueReason.LEFT_OUT
    assert listed["far"].plan is not None
    assert listed["far"].plan.left_out is not None
    assert listed["far"].plan.left_out.reason is LeftOutReason.NO_WINDOW_FITS
    assert office.overdue()[0].site.site_id == "far"  # the longest overdue first
    assert listed["W1"].reason is OverdueReason.PLANNED
    office.clock.wall = clock_time("08:00") + timedelta(days=2)
    assert {one.site.site_id: one.reason for one in office.overdue()}["W1"] is OverdueReason.NOT_DONE


def test_added_urgent_stop_is_told_as_the_change(office: PatrolOffice) -> None:
    record = two_teams(office)
    office.clock.wall = clock_time("09:00")
    office.incidents = [incident(9, at(1700))]
    office.patrols.replan(record.plan.plan_id, CHIEF)
    added = [one for one in office.shown(record.plan).changes if one.kind is ChangeKind.ADDED]
    assert [one.subject_key for one in added] == ["incident:incident-9"]
    assert not any(one.kind is ChangeKind.TEAM for one in office.shown(record.plan).changes)
