"""Confirmed incidents before periodic sites, breaks, skills, loads and several windows, without a solver."""

from dataclasses import replace

import pytest

from map_server.domain.insertion import greedy, rounded_off, walkable
from map_server.domain.left_out import LeftOutReason, left_out
from map_server.domain.patrol import Call, Order, PatrolProblem, SubjectKind, Timetable, timetable
from map_server.domain.patrol_check import broken_promises
from tests.patrol_worlds import HOUR, road, shift, visit


def proved(problem: PatrolProblem, orders: list[Order]) -> list[Order]:
    times = [timetable(problem, index, order) for index, order in enumerate(orders)]
    assert broken_promises(problem, [one for one in times if one is not None]) == []
    assert None not in times
    return orders


def rest(team: str = "A", window: tuple[int, int] = (HOUR, 2 * HOUR), service_s: int = 1800):  # type: ignore[no-untyped-def]
    pause = visit(team, prize_s=0, service_s=service_s, window=window)
    return replace(pause, subject_kind=SubjectKind.BREAK, skills=frozenset({f"team:{team}"}))


def test_confirmed_incident_far_away_comes_before_dearer_sites_nearby() -> None:
    """It costs more than it is worth and pushes three sites out, and it is made all the same."""
    sites = {
        float(metres): visit(f"s{metres}", prize_s=5000, service_s=900) for metres in (100, 200, 300, 400)
    }
    problem = road(
        {**sites, -1500.0: replace(visit("bag", prize_s=900), is_firm=True)}, [shift(ends_s=HOUR + 1000)]
    )
    (order,) = proved(problem, greedy(problem))
    assert 4 in order
    full = rounded_off(problem, [(0, 1, 2, 3)])
    assert 4 in proved(problem, full)[0]


def test_firm_visits_never_push_out_urgent_ones_nor_each_other() -> None:
    problem = road(
        {
            1500: replace(visit("lane", 9000), is_urgent=True),
            -1500: replace(visit("bag", 20_000), is_firm=True),
            -1600: replace(visit("bag2", 20_000), is_firm=True),
        },
        [shift(ends_s=3700)],
    )
    (order,) = proved(problem, greedy(problem))
    assert order == (0,)
    assert {why.reason for why in left_out(problem, [order])} == {LeftOutReason.SHIFTS_FULL}


def test_break_is_taken_within_its_hours_and_nothing_pushes_it_out() -> None:
    work = {
        float(metres): replace(visit(f"v{metres}", service_s=1200), is_urgent=True)
        for metres in range(100, 1100, 100)
    }
    problem = road({**work, 0.0: rest()}, [shift()])
    (order,) = proved(problem, greedy(problem))
    assert 10 in order
    times = timetable(problem, 0, order)
    assert times is not None
    (pause,) = [call for call in times.calls if call.visit == 10]
    assert HOUR <= pause.begins_s <= 2 * HOUR
    without = tuple(one for one in order if one != 10)
    assert any("break" in line for line in broken_promises(problem, [timetable(problem, 0, without)]))  # type: ignore[list-item]


def test_long_break_splits_the_shift() -> None:
    """Nothing can be done from 10:30 to 13:30; what is due then alone is left out."""
    pause = rest(window=(2 * HOUR, 2 * HOUR), service_s=3 * HOUR)
    problem = road(
        {
            0: pause,
            100: visit("morning", window=(0, HOUR)),
            200: visit("noon", window=(3 * HOUR, 4 * HOUR)),
            300: visit("afternoon", 20_000, window=(6 * HOUR, 7 * HOUR)),
        },
        [shift(ends_s=8 * HOUR)],
    )
    (order,) = proved(problem, greedy(problem))
    assert order == (1, 0, 3)


def test_only_a_team_with_the_skill_goes() -> None:
    structure = replace(visit("roof", 9000), skills=frozenset({"structure_point"}))
    able = replace(shift("B"), skills=frozenset({"structure_point", "other"}))
    problem = road({100: structure, 200: visit("bag")}, [shift("A"), able])
    orders = proved(problem, greedy(problem))
    assert 0 in orders[1]
    nobody = replace(problem, shifts=(shift("A"), shift("B")))
    (why,) = left_out(nobody, greedy(nobody))
    assert (why.visit, why.reason) == (0, LeftOutReason.SKILL_MISSING)


def test_visit_with_two_windows_is_made_in_the_second_where_the_first_is_missed() -> None:
    school = replace(visit("school", 20_000, window=(0, 300)), further_windows=((2 * HOUR, 3 * HOUR),))
    problem = road({1000: school, 1100: visit("near", window=(0, HOUR))}, [shift()])
    (order,) = proved(problem, greedy(problem))
    times = timetable(problem, 0, order)
    assert times is not None
    begins = {call.visit: call.begins_s for call in times.calls}
    assert begins[0] >= 2 * HOUR
    assert begins[1] <= HOUR


def test_load_beyond_the_capacity_is_left() -> None:
    heavy = {float(metres): replace(visit(f"v{metres}"), load=4) for metres in (100, 200, 300)}
    problem = road(heavy, [replace(shift(), capacity=9)])
    (order,) = proved(problem, greedy(problem))
    assert len(order) == 2


def test_walkable_lets_go_first_what_the_team_may_not_make() -> None:
    foreign = replace(visit("roof", 9000), skills=frozenset({"team:B"}), is_firm=True)
    problem = road({100: foreign, 200: visit("bag"), 300: visit("bag2")}, [shift("A")])
    assert walkable(problem, 0, (0, 1, 2)) == ((1, 2), (0,))


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (Call(0, 100, 100, 400), "lacks structure_point"),
        (Call(1, 200, 500, 800), "outside of its windows"),  # between the two
        (Call(2, 300, 300, 600), "carries 9, more than 5"),
        (Call(3, 400, 400, 700), "not a break of A"),
    ],
)
def test_checker_finds_what_a_planner_must_never_do(call: Call, complaint: str) -> None:
    problem = road(
        {
            100: replace(visit("roof"), skills=frozenset({"structure_point"})),
            200: replace(visit("school", window=(0, 400)), further_windows=((600, 900),)),
            300: replace(visit("heavy"), load=9),
            400: rest("B", (0, HOUR), 300),
        },
        [replace(shift("A"), capacity=5)],
    )
    home_s = call.leaves_s + 1000
    assert any(complaint in line for line in broken_promises(problem, [Timetable(0, (call,), home_s, 0)]))
