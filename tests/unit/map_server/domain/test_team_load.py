"""How a shift is used, and how evenly the teams are."""

from dataclasses import replace

import pytest

from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import Route, Stop, StopState
from map_server.domain.plan_changes import ChangeKind, changes_between
from map_server.domain.team_load import load_of, spread_of
from tests.patrol_office import STATION, clock_time
from tests.patrol_worlds import visit

ROUTE = Route("p", "A", clock_time("08:30"), clock_time("12:30"), STATION, STATION, 1.0, clock_time("10:30"))


def stop(name: str, arrives: str, begins: str, leaves: str, position: int = 1, team: str = "A") -> Stop:
    times = [clock_time(text) for text in (arrives, begins, leaves)]
    return Stop(name, "p", team, position, visit(name), *times)


WORK = [stop("a", "08:40", "08:50", "09:00"), stop("b", "09:10", "09:10", "09:30", 2)]


def test_way_work_and_waiting_add_up_to_the_time_out() -> None:
    load = load_of(ROUTE, WORK)
    assert (load.way_s, load.work_s, load.wait_s) == (80 * 60, 30 * 60, 10 * 60)
    assert load.way_s + load.work_s + load.wait_s == 2 * 3600
    assert load.share == pytest.approx(110 / 240)


def test_break_counts_neither_as_work_nor_as_shift() -> None:
    pause = replace(WORK[1], visit=replace(visit("A"), subject_kind=SubjectKind.BREAK))
    load = load_of(ROUTE, [replace(WORK[0], state=StopState.DONE), pause])
    assert (load.stops, load.done, load.rest_s) == (1, 1, 20 * 60)
    assert load.share == pytest.approx(90 / 220)


def test_evenness_is_one_for_equal_teams_and_half_when_one_of_two_idles() -> None:
    busy, idle = load_of(ROUTE, WORK).share, load_of(ROUTE, []).share
    assert spread_of([busy, busy]).fairness == pytest.approx(1)
    assert spread_of([busy, idle]).fairness == pytest.approx(0.5)
    assert spread_of([idle, idle]).fairness == 1
    with pytest.raises(ValueError, match="no team"):
        spread_of([])


def kinds(before: list[Stop], after: list[Stop]) -> dict[str, ChangeKind]:
    return {change.subject_key.partition(":")[2]: change.kind for change in changes_between(before, after)}


def test_changes_tell_apart_what_came_went_moved_and_shifted() -> None:
    c = stop("c", "09:40", "09:40", "09:50", 3)
    assert kinds(WORK, WORK) == {}
    assert kinds(WORK, [*WORK, c]) == {"c": ChangeKind.ADDED}
    assert kinds([*WORK, c], WORK) == {"c": ChangeKind.DROPPED}
    assert kinds(WORK, [WORK[0], replace(WORK[1], team_id="B")]) == {"b": ChangeKind.TEAM}
    swapped = [replace(WORK[1], position=1), replace(WORK[0], position=2)]
    assert kinds(WORK, swapped) == {"a": ChangeKind.ORDER, "b": ChangeKind.ORDER}
    later = replace(WORK[1], begins_at=clock_time("09:26"))
    assert kinds(WORK, [WORK[0], later]) == {"b": ChangeKind.TIME}
    assert kinds(WORK, [WORK[0], replace(later, begins_at=clock_time("09:20"))]) == {}


def test_stop_between_two_others_turns_nobodys_order_around() -> None:
    inserted = stop("c", "09:02", "09:02", "09:05", 2)
    assert kinds(WORK, [WORK[0], inserted, replace(WORK[1], position=3)]) == {"c": ChangeKind.ADDED}
