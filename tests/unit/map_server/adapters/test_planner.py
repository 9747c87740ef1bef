"""The solver's plans on small worlds, proved by the independent checker."""

from dataclasses import replace

import pytest

from map_server.adapters.planner import PyVrpPlanner
from map_server.domain.patrol import Order, PatrolProblem, SubjectKind, net_value_s, timetable
from map_server.domain.patrol_check import broken_promises
from map_server.services.patrol_ports import Effort
from tests.patrol_worlds import HOUR, road, shift, visit

QUICK = Effort(iterations=60, seed=7)


def plan(problem: PatrolProblem, effort: Effort = QUICK) -> list[Order]:
    orders = PyVrpPlanner().plan(problem, effort, lambda share, value: True)
    times = [timetable(problem, index, order) for index, order in enumerate(orders)]
    assert None not in times
    assert broken_promises(problem, [one for one in times if one is not None]) == []
    return orders


def test_one_team_walks_down_the_road_and_back() -> None:
    (order,) = plan(road({100: visit("a"), 300: visit("b"), 200: visit("c")}, [shift()]))
    assert sorted(order) == [0, 1, 2]


def test_early_window_is_kept_before_nearer_stops() -> None:
    problem = road(
        {900: visit("urgent", 9000, window=(0, 1000)), 100: visit("near"), 200: visit("b")}, [shift()]
    )
    (order,) = plan(problem)
    assert set(order) == {0, 1, 2}


def test_each_side_of_the_station_gets_its_own_team() -> None:
    problem = road(
        {1700: visit("east", 5000), -1700: visit("west", 5000)},
        [shift("A", ends_s=4000), shift("B", ends_s=4000)],
    )
    assert sorted(map(len, plan(problem))) == [1, 1]


def test_far_stop_of_little_worth_is_left_out() -> None:
    assert plan(road({3000: visit("far", prize_s=1000), 100: visit("near")}, [shift()])) == [(1,)]


def test_teams_start_where_their_own_station_is() -> None:
    problem = road(
        {0: visit("here"), 5000: visit("there")},
        [shift("A", ends_s=HOUR), shift("B", ends_s=HOUR)],
        stations_m=(5000, 0),
    )
    assert plan(problem) == [(1,), (0,)]


def test_a_quicker_team_reaches_what_a_slow_one_cannot() -> None:
    problem = road(
        {3000: visit("far", 9000)}, [shift("foot", ends_s=3600), shift("e-bike", ends_s=3600, pace_m_s=3.5)]
    )
    assert plan(problem) == [(), (0,)]


def test_places_without_a_way_do_not_disturb_the_rest() -> None:
    problem = road({100: visit("a"), 555: visit("island"), 300: visit("b")}, [shift()], islands=(555,))
    assert sorted(plan(problem)[0]) == [0, 2]


@pytest.mark.parametrize("problem", [road({}, [shift()]), road({100: visit("a")}, []), road({}, [])])
def test_nothing_to_do_or_nobody_on_shift_gives_an_empty_plan(problem: PatrolProblem) -> None:
    assert plan(problem) == [()] * len(problem.shifts)


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    problem = road(
        {step * 97.0: visit(f"v{step}", 800 + step * 31) for step in range(1, 16)}, [shift(ends_s=HOUR)]
    )
    assert plan(problem) == plan(problem)


def test_plan_is_worth_at_least_the_best_known_one() -> None:
    """Two clusters, two teams: the best plan sends each to one side; worth computed by hand."""
    visits = {float(metres): visit(f"v{metres}", 2000) for metres in (500, 520, 540, -500, -520, -540)}
    problem = road(visits, [shift("A", ends_s=2100), shift("B", ends_s=2100)])
    assert net_value_s(problem, plan(problem)) == 6 * 2000 - 2 * (540 * 2 + 3 * 300)


def test_watch_sees_progress_and_can_stop() -> None:
    seen: list[float] = []

    def stop_at_half(share: float, value: int) -> bool:
        seen.append(share)
        return share < 0.5

    problem = road({100.0 * step: visit(f"v{step}") for step in range(1, 9)}, [shift()])
    PyVrpPlanner().plan(problem, replace(QUICK, iterations=40), stop_at_half)
    assert seen == sorted(seen)
    assert seen[-1] == 0.5


@pytest.mark.parametrize("settings", [{"runtime_s": 0}, {"runtime_s": 1e6}, {"iterations": 0}])
def test_effort_out_of_range_names_its_key(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Effort(**settings)  # type: ignore[arg-type]


def test_starved_search_still_visits_every_confirmed_incident_that_fits() -> None:
    """One iteration is all that a loaded machine gave; 40 dearer sites compete for the two hours."""
    sites = {100.0 + 10 * step: visit(f"s{step}", 5000, service_s=400) for step in range(40)}
    bags = {-300.0 * step: replace(visit(f"bag{step}", 900), is_firm=True) for step in range(1, 5)}
    problem = road({**sites, **bags}, [shift(ends_s=2 * HOUR)])
    (order,) = plan(problem, Effort(iterations=1))
    assert {40, 41, 42, 43} <= set(order)
    (searched,) = plan(problem, Effort(iterations=200))
    assert {40, 41, 42, 43} <= set(searched)


def test_search_keeps_breaks_skills_loads_and_second_windows() -> None:
    pause = replace(
        visit("A", 0, 1800, (HOUR, 2 * HOUR)), subject_kind=SubjectKind.BREAK, skills=frozenset({"team:A"})
    )
    roof = replace(visit("roof", 9000), skills=frozenset({"structure_point"}))
    school = replace(visit("school", 9000, window=(0, 60)), further_windows=((2 * HOUR, 3 * HOUR),))
    work = {100.0 * step: replace(visit(f"v{step}"), load=1) for step in range(1, 9)}
    able = replace(shift("B"), skills=frozenset({"structure_point"}), capacity=3)
    problem = road({0.0: pause, 900.0: roof, 950.0: school, **work}, [replace(shift("A"), capacity=3), able])
    first, second = plan(problem)
    assert 0 in first
    assert 1 in second
    assert 2 in (*first, *second)
    assert len(first) + len(second) == 3 + 6  # three loads each


def test_alike_shifts_each_get_their_own_order() -> None:
    problem = road({1700: visit("east", 5000), -1700: visit("west", 5000)}, [shift("A"), shift("B")])
    shared = replace(
        problem,
        shifts=tuple(replace(one, ends_s=4000) for one in problem.shifts),
        travel=problem.travel.selected([0, 1, 2]),
        ends=((2, 2), (2, 2)),
    )
    assert sorted(map(len, plan(shared))) == [1, 1]


def test_metres_count_where_the_problem_says_so() -> None:
    """A long wait costs nothing when only metres do; the stop is worth its 200 m."""
    problem = road({100: visit("late", 500, window=(3 * HOUR, 4 * HOUR))}, [shift()])
    assert plan(problem) == [()]
    by_metres = replace(problem, cost_per_s=0, cost_per_m=1)
    assert plan(by_metres) == [(0,)]
    assert net_value_s(by_metres, [(0,)]) == 300
