"""A quiet morning with two teams: both go out, and a revision keeps most stops where they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from map_server.domain.team_load import load_of, spread_of
from map_server.services.patrols import PlanRecord
from tests.patrol_office import PatrolOffice, at, clock_time, incident, patrol_office, site, team
from wire_contract.vocabulary import EventKind

CLOSE_BY = [site(f"S{number}", at(150.0 * number, 100.0 * (number % 2))) for number in range(-4, 5)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PatrolOffice]:
    with patrol_office(tmp_path) as opened:
        yield opened


def used(record: PlanRecord) -> list[float]:
    """What is used of each team's shift."""
    return [load_of(route, record.stops_of(route.team_id)).share for route in record.routes]


def test_work_that_one_team_could_do_is_shared_by_two(office: PatrolOffice) -> None:
    office.register(*CLOSE_BY)
    record = office.plan(team("A"), team("B"))
    assert len(record.stops) == len(CLOSE_BY)
    assert spread_of(used(record)).fairness > 0.95
    report = record.plan.report
    assert report.levelled > 0
    assert 0 <= report.levelling_s <= 0.06 * (record.plan.value_s + report.levelling_s)


def test_an_urgent_call_on_a_quiet_morning_moves_few_other_stops(office: PatrolOffice) -> None:
    office.register(*CLOSE_BY)
    record = office.plan(team("A"), team("B"))
    office.clock.wall = clock_time("08:40")
    lane = incident(7, at(0, -700), EventKind.BLOCKED_FIRE_LANE)
    office.incidents = [lane]
    office.runs.incident_decided(lane)
    revised = office.shown(record.plan)
    before = {stop.stop_id: stop.team_id for stop in record.stops}
    moved = [stop for stop in revised.stops if before.get(stop.stop_id, stop.team_id) != stop.team_id]
    assert "incident-7" in {stop.visit.subject_id for stop in revised.stops}
    assert len(moved) <= 0.2 * len(before)
