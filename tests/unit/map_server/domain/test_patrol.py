"""Timetables, insertion, reasons, and the checker that trusts none of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from map_server.domain.insertion import cheapest_gap, fill, force_in, rounded_off, walkable, with_visit
from map_server.domain.left_out import LeftOutReason, left_out
from map_server.domain.patrol import Call, Order, PatrolProblem, Timetable, net_value_s, timetable
from map_server.domain.patrol_check import broken_promises
from tests.patrol_worlds import HOUR, road, shift, visit


def routes(problem: PatrolProblem, orders: list[Order]) -> list[Timetable]:
    times = [timetable(problem, index, order) for index, order in enumerate(orders)]
    assert None not in times
    return [one for one in times if one is not None]


def test_timetable_adds_walking_waiting_and_work() -> None:
    problem = road({100: visit("near"), 400: visit("late", window=(1000, 2000))}, [shift()])
    times = timetable(problem, 0, (0, 1))
    assert times == Timetable(0, (Call(0, 100, 100, 400), Call(1, 700, 1000, 1300)), 1700, 800.0)
    assert net_value_s(problem, [(0, 1)]) == 6000 - 1700


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("the window has closed", road({1000: visit("a", window=(0, 900))}, [shift()])),
        ("the shift ends before the return", road({1000: visit("a")}, [shift(ends_s=2200)])),
        ("no way leads there", road({1000: visit("a")}, [shift()], islands=(1000,))),
    ],
)
def test_an_order_that_cannot_be_walked_has_no_timetable(what: str, problem: PatrolProblem) -> None:
    assert timetable(problem, 0, (0,)) is None, what


def test_gap_on_the_way_costs_only_the_work() -> None:
    problem = road({500: visit("far"), 200: visit("on the way")}, [shift()])
    gap = cheapest_gap(problem, [(0,)], 1)
    assert gap is not None
    assert (gap.delay_s, gap.fits) == (300, True)


def test_gap_counts_the_wait_for_a_window() -> None:
    problem = road({500: visit("opens later", window=(2000, 3000))}, [shift()])
    gap = cheapest_gap(problem, [()], 0)
    assert gap is not None
    assert gap.delay_s == 2000 + 300 + 500


def test_urgent_visit_pushes_out_the_least_valuable_stop_only() -> None:
    problem = road(
        {300: visit("dear", 5000), 600: visit("cheap", 900), 900: visit("urgent", 20_000, is_urgent=True)},
        [shift(ends_s=2 * 900 + 2 * 300 + 30)],
    )
    orders, given_up = force_in(problem, [(0, 1)], 2)
    assert given_up == (1,)
    assert sorted(orders[0]) == [0, 2]


def test_only_stops_that_stand_in_the_way_make_room() -> None:
    """The cheap stop behind does not help the urgent one to be early, so it stays."""
    problem = road(
        {
            100: visit("must be early too", 5000, service_s=1500, window=(0, 200)),
            3000: visit("cheap, behind", 900),
            1500: visit("urgent", 20_000, window=(0, 1600), is_urgent=True),
        },
        [shift(ends_s=9000)],
    )
    assert force_in(problem, [(0, 1)], 2) == ([(2, 1)], (0,))


def test_urgent_visit_never_pushes_out_another_urgent_one() -> None:
    problem = road(
        {900: visit("first", 9000, is_urgent=True), -900: visit("second", 20_000, is_urgent=True)},
        [shift(ends_s=2200)],
    )
    assert force_in(problem, [(0,)], 1) == ([(0,)], (1,))


def test_late_team_gives_up_what_matters_least() -> None:
    problem = road({400: visit("dear", 5000), 800: visit("cheap", 900)}, [shift(starts_s=0, ends_s=1500)])
    assert walkable(problem, 0, (0, 1)) == ((0,), (1,))


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        (
            LeftOutReason.NO_TEAM_ON_SHIFT,
            road({100: visit("evening", window=(9 * HOUR, 10 * HOUR))}, [shift()]),
        ),
        (LeftOutReason.NO_TEAM_ON_SHIFT, road({100: visit("nobody on duty")}, [])),
        (LeftOutReason.NOT_REACHABLE, road({100: visit("island")}, [shift()], islands=(100,))),
        (LeftOutReason.NO_WINDOW_FITS, road({3000: visit("too far", window=(0, 600))}, [shift()])),
        (LeftOutReason.NOT_WORTH_DETOUR, road({3000: visit("cheap", prize_s=400)}, [shift()])),
    ],
)
def test_every_visit_left_out_has_its_reason(reason: LeftOutReason, problem: PatrolProblem) -> None:
    (why,) = left_out(problem, [()] * len(problem.shifts))
    assert why.reason is reason


def test_reasons_carry_their_numbers() -> None:
    problem = road(
        {3000: visit("cheap", prize_s=400), 2000: visit("late", window=(0, 600)), 50: visit("island")},
        [shift()],
        islands=(50,),
    )
    cheap, late, island = left_out(problem, [()])
    assert cheap.delay_s == 6300
    assert late.short_s == 1400
    assert island.away_m == 250.0


def test_visit_that_would_fit_alone_is_told_that_the_shifts_are_full() -> None:
    problem = road({900: visit("one"), -900: visit("other")}, [shift(ends_s=2200)])
    (why,) = left_out(problem, [(0,)])
    assert (why.reason, why.short_s, why.delay_s) == (LeftOutReason.SHIFTS_FULL, 2 * 2100 - 2200, 2100)


def test_checker_accepts_an_honest_plan() -> None:
    problem = road({100: visit("a"), 400: visit("b")}, [shift("A"), shift("B")])
    assert broken_promises(problem, routes(problem, [(0,), (1,)])) == []


HONEST = road({100: visit("a", window=(0, 500)), 400: visit("b")}, [shift("A"), shift("B")])
A, B = Call(0, 100, 100, 400), Call(1, 700, 700, 1000)


@pytest.mark.parametrize(
    ("fault", "plan"),
    [
        ("visited 2 times", [Timetable(0, (A,), 500, 200), Timetable(1, (A,), 500, 200)]),
        ("shift 0 has 2 routes", [Timetable(0, (A,), 500, 200), Timetable(0, (B,), 1400, 800)]),
        ("does not exist", [Timetable(0, (replace(A, visit=2),), 500, 200)]),
        ("m of leg 1 do not fit", [Timetable(0, (Call(0, 60, 60, 400),), 500, 200)]),
        ("m of leg 2 do not fit", [Timetable(0, (A,), 450, 200)]),
        ("outside of its window", [Timetable(0, (Call(0, 501, 501, 801),), 901, 200)]),
        ("before the team arrives", [Timetable(0, (Call(0, 100, 90, 400),), 500, 200)]),
        ("less time on site", [Timetable(0, (Call(0, 100, 100, 200),), 500, 200)]),
        (
            "after the shift",
            [Timetable(0, (Call(1, 4 * HOUR, 4 * HOUR, 4 * HOUR + 300),), 4 * HOUR + 700, 800)],
        ),
        ("before the shift", [Timetable(0, (Call(0, -10, 100, 400),), 500, 200)]),
    ],
)
def test_checker_finds_each_planted_fault(fault: str, plan: list[Timetable]) -> None:
    assert any(fault in line for line in broken_promises(HONEST, plan))


def test_checker_finds_a_leg_without_a_way() -> None:
    problem = road({100: visit("a")}, [shift()], islands=(100,))
    assert any("no way" in line for line in broken_promises(problem, [Timetable(0, (A,), 500, 0)]))


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("service_s", {"service_s": -1}),
        ("prize_s", {"prize_s": -1}),
        ("load", {"load": -1}),
        ("opens_s", {"opens_s": 5 * HOUR}),
        ("further_windows", {"further_windows": ((3 * HOUR, 5 * HOUR),)}),  # begins inside the first
    ],
)
def test_visit_out_of_range_names_its_key(key: str, changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=key):
        replace(visit("a"), **changes)  # type: ignore[arg-type]


def test_same_subject_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        road({100: visit("a"), 200: visit("a")}, [shift()])


VISITS = st.lists(
    st.tuples(
        st.integers(-3000, 3000),  # metres from the station
        st.integers(301, 9000),  # prize
        st.integers(0, 2 * HOUR),  # window opens
        st.integers(0, 2 * HOUR),  # and stays open for
        st.booleans(),  # urgent
    ),
    max_size=12,
    unique_by=lambda row: row[0],
)


@given(VISITS, st.integers(1, 3))
def test_rounding_off_never_breaks_a_promise_and_leaves_no_bargain(
    rows: list[tuple[int, int, int, int, bool]], teams: int
) -> None:
    visits = {
        float(metres): visit(f"v{metres}", prize, 300, (opens, opens + length), urgent)
        for metres, prize, opens, length, urgent in rows
    }
    problem = road(visits, [shift(f"T{team}", ends_s=2 * HOUR) for team in range(teams)])
    orders = rounded_off(problem, [()] * teams)
    assert broken_promises(problem, routes(problem, orders)) == []
    for why in left_out(problem, orders):
        if why.reason is LeftOutReason.NOT_WORTH_DETOUR:
            assert why.delay_s is not None
            assert why.delay_s >= problem.visits[why.visit].prize_s


@given(VISITS)
def test_gap_foretells_exactly_what_insertion_does(rows: list[tuple[int, int, int, int, bool]]) -> None:
    visits = {
        float(metres): visit(f"v{metres}", prize, 300, (opens, opens + length))
        for metres, prize, opens, length, _ in rows
    }
    problem = road(visits, [shift(ends_s=2 * HOUR)])
    orders = fill(problem, [()], range(0, len(visits), 2))
    for index in range(1, len(visits), 2):
        gap = cheapest_gap(problem, orders, index)
        assert gap is not None
        walked = timetable(problem, 0, with_visit(orders, gap, index)[0])
        assert (walked is not None) == gap.fits
