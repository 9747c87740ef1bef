"""The sample ward's work in short: one full day against the nearest neighbour, and a week without a gap."""

from collections import Counter

import pytest

from map_server.adapters.planner import PyVrpPlanner
from map_server.adapters.streets import EmbeddedStreets
from map_server.domain.insertion import rounded_off
from map_server.domain.left_out import LeftOutReason, left_out
from map_server.domain.patrol import Order, PatrolProblem, SubjectKind, net_value_s, timetable
from map_server.domain.patrol_check import broken_promises
from map_server.services.patrol_ports import Effort
from tests.ward_days import nearest_neighbour, simulate, ward_problem, ward_streets


@pytest.fixture(scope="module")
def streets() -> EmbeddedStreets:
    return ward_streets()


def planned(problem: PatrolProblem, iterations: int) -> list[Order]:
    orders = PyVrpPlanner().plan(problem, Effort(iterations=iterations), lambda share, value: True)
    orders = rounded_off(problem, orders)
    times = [timetable(problem, shift, order) for shift, order in enumerate(orders)]
    assert broken_promises(problem, [one for one in times if one is not None]) == []
    assert None not in times
    return orders


def test_day_with_all_structure_points_beats_the_nearest_neighbour_by_a_tenth(
    streets: EmbeddedStreets,
) -> None:
    problem = ward_problem(1, streets)
    kinds = Counter(visit.subject_kind for visit in problem.visits)
    assert kinds == {SubjectKind.SITE: 359, SubjectKind.INCIDENT: 60, SubjectKind.CORNER: 60}
    orders = planned(problem, iterations=60)
    assert net_value_s(problem, orders) >= 1.1 * net_value_s(problem, nearest_neighbour(problem))
    made = {visit for order in orders for visit in order}
    assert all(index in made for index, visit in enumerate(problem.visits) if visit.is_firm)
    assert len(made) + len(left_out(problem, orders)) == len(problem.visits)


def test_in_a_week_no_due_site_is_passed_over_in_silence(streets: EmbeddedStreets) -> None:
    month = simulate(8, streets, lambda problem: planned(problem, iterations=1))
    assert month.silent == []
    assert month.in_window > 60
    assert month.listed[LeftOutReason.NOT_REACHABLE] > 0  # the place that no street reaches
