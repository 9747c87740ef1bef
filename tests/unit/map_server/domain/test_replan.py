"""What stays and what may change while a team is under way."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from map_server.domain.patrol_plan import Route, Stop, StopState
from map_server.domain.replan import progress_of
from tests.patrol_office import clock_time
from tests.patrol_worlds import visit

STATION = (121.56, 31.25)
ROUTE = Route(
    "plan", "A", clock_time("08:30"), clock_time("12:30"), STATION, STATION, 1.0, clock_time("11:00")
)


def stop(position: int, arrives: str, begins: str | None = None) -> Stop:
    """A stop of five minutes."""
    begins_at = clock_time(begins or arrives)
    place = replace(visit(f"v{position}"), point=(121.56 + position / 1000, 31.25))
    return Stop(
        f"s{position}",
        "plan",
        "A",
        position,
        place,
        clock_time(arrives),
        begins_at,
        begins_at + timedelta(minutes=5),
    )


STOPS = (stop(1, "08:40"), stop(2, "08:55"), stop(3, "09:10"))


def done(one: Stop, when: str) -> Stop:
    return one.done(clock_time(when), "p")


def started(one: Stop, when: str) -> Stop:
    return one.started(clock_time(when), "p")


@pytest.mark.parametrize(
    ("situation", "stops", "now", "pinned", "free_at"),
    [
        ("the shift has not begun: all may change", STOPS, "08:00", [], "08:30"),
        ("on the way to the first stop", STOPS, "08:35", ["s1"], "08:45"),
        ("at work on the first", (started(STOPS[0], "08:41"), *STOPS[1:]), "08:43", ["s1"], "08:46"),
        (
            "at work for longer than planned",
            (started(STOPS[0], "08:41"), *STOPS[1:]),
            "09:30",
            ["s1"],
            "09:30",
        ),
        ("walking to the second", (done(STOPS[0], "08:45"), *STOPS[1:]), "08:50", ["s1", "s2"], "09:00"),
        ("walking, but late", (done(STOPS[0], "09:05"), *STOPS[1:]), "09:06", ["s1", "s2"], "09:20"),
        (
            "walking for longer than planned",
            (done(STOPS[0], "08:45"), *STOPS[1:]),
            "09:30",
            ["s1", "s2"],
            "09:35",
        ),
        ("all done", tuple(done(one, "09:20") for one in STOPS), "09:30", ["s1", "s2", "s3"], "09:30"),
    ],
)
def test_what_is_touched_or_walked_to_stays(
    situation: str, stops: tuple[Stop, ...], now: str, pinned: list[str], free_at: str
) -> None:
    progress = progress_of(ROUTE, stops, clock_time(now))
    assert [one.stop_id for one in progress.pinned] == pinned, situation
    assert progress.free_at == clock_time(free_at), situation
    assert {one.stop_id for one in (*progress.pinned, *progress.ahead)} == {"s1", "s2", "s3"}


def test_free_place_is_where_the_team_will_stand() -> None:
    assert progress_of(ROUTE, STOPS, clock_time("08:00")).free_place == STATION
    assert progress_of(ROUTE, STOPS, clock_time("08:35")).free_place == STOPS[0].visit.point


def test_stop_that_was_skipped_may_be_planned_again() -> None:
    progress = progress_of(ROUTE, (STOPS[0], done(STOPS[1], "08:40"), STOPS[2]), clock_time("08:41"))
    assert [one.stop_id for one in progress.pinned] == ["s2", "s3"]
    assert [one.stop_id for one in progress.ahead] == ["s1"]


def test_wait_for_an_opening_is_kept_when_the_team_is_early() -> None:
    waiting = (done(STOPS[0], "08:45"), stop(2, "08:55", begins="09:30"))
    assert progress_of(ROUTE, waiting, clock_time("08:50")).free_at == clock_time("09:35")


def test_check_ins_are_idempotent_and_never_go_back() -> None:
    one = done(started(STOPS[0], "08:41"), "08:46")
    assert one.state is StopState.DONE
    assert (one.started_at, one.done_at) == (clock_time("08:41"), clock_time("08:46"))
    assert done(one, "09:00") == one
    assert started(one, "09:00") == one


def test_done_without_arrival_began_when_it_was_done() -> None:
    one: Stop = done(STOPS[0], "08:46")
    at: datetime | None = one.started_at
    assert at == one.done_at
