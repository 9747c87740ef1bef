"""Benchmarks are read without distortion: the published solutions cost in our problem what they say."""

from pathlib import Path

import pytest

from map_server.adapters.planner import PyVrpPlanner
from map_server.domain.patrol import Order, timetable
from map_server.domain.patrol_check import broken_promises
from map_server.services.patrol_ports import Effort
from tests.bench.routing_formats import Family, Instance, find_instances, read_toptw, read_vrplib
from tests.shared_data import shared

VRPTW = """NAME : tiny
TYPE : VRPTW
DIMENSION : 4
VEHICLES : 2
CAPACITY : 5
SERVICE_TIME : 10
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 3 4
4 0 9
DEMAND_SECTION
1 0
2 2
3 2
4 3
TIME_WINDOW_SECTION
1 0 100
2 0 90
3 20 30
4 0 90
{prizes}DEPOT_SECTION
1
-1
EOF
"""
PRIZES = "PRIZE_SECTION\n1 0\n2 4\n3 20\n4 30\n"
TOPTW = """2 2 3 1
0 200
  0 0.00 0.00 0.00 0.00 0 0 0 60
  1 3.00 4.00 5.00 10.00 1 1 1 0 50
  2 0.00 9.00 5.00 30.00 1 1 1 0 50
  3 40.00 0.00 5.00 90.00 1 1 1 0 50
"""


def plan(instance: Instance) -> list[Order]:
    orders = PyVrpPlanner().plan(instance.problem, Effort(iterations=50), lambda share, value: True)
    times = [timetable(instance.problem, shift, order) for shift, order in enumerate(orders)]
    assert broken_promises(instance.problem, [one for one in times if one is not None]) == []
    return orders


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_vrptw_has_truncated_tenths_loads_and_windows(tmp_path: Path) -> None:
    instance = read_vrplib(written(tmp_path, "tiny.vrp", VRPTW.format(prizes="")))
    problem = instance.problem
    assert instance.family is Family.VRPTW
    assert problem.travel.metres[0][3] == 14  # the depot stands last: 10 * sqrt(2), truncated
    assert problem.travel.metres[1][3] == 50
    assert (problem.visits[1].opens_s, problem.visits[1].closes_s, problem.visits[1].service_s) == (
        200,
        300,
        100,
    )
    assert (len(problem.shifts), problem.shifts[0].capacity, problem.shifts[0].ends_s) == (2, 5, 1000)
    orders = plan(instance)
    assert instance.missing(orders) == []
    assert sorted(map(len, orders)) == [1, 2]  # seven units do not fit into one
    assert instance.cost(orders) == instance.distance(orders) / 10


def test_pcvrptw_pays_for_what_is_left(tmp_path: Path) -> None:
    instance = read_vrplib(written(tmp_path, "tiny.vrp", VRPTW.format(prizes=PRIZES)))
    assert instance.family is Family.PCVRPTW
    assert [visit.prize_s for visit in instance.problem.visits] == [40, 200, 300]
    assert instance.cost([(), ()]) == 540
    assert instance.cost(plan(instance)) < 540


def test_toptw_takes_the_highest_profit_first_and_the_shorter_way_second(tmp_path: Path) -> None:
    instance = read_toptw(written(tmp_path, "tiny.txt", TOPTW))
    orders = plan(instance)
    assert instance.profit(orders) == 40  # the place of 90 is too far for 60 time units
    assert instance.distance(orders) == 50 + 58 + 90
    assert instance.cost(orders) == 40


def test_folder_gives_every_instance_in_it_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path, "a.vrp", VRPTW.format(prizes=PRIZES))
    written(tmp_path, "b.txt", TOPTW)
    written(tmp_path, "FORMAT.txt", "words about the format\n\nmore words, and more\nand a last line\n")
    assert [one.family for one in find_instances([tmp_path])] == [Family.PCVRPTW, Family.TOPTW]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["vrptw/C1_10_1", "vrptw/R1_10_1", "pcvrptw/C1_10_1", "pcvrptw/R1_10_1"])
def test_published_solution_keeps_every_promise_at_the_published_cost(name: str) -> None:
    instance = read_vrplib(shared(f"routing/{name}.vrp"))
    lines = shared(f"routing/{name}.sol").read_text(encoding="utf-8").splitlines()
    driven = [
        tuple(int(node) - 1 for node in line.split(":")[1].split()) for line in lines if "Route" in line
    ]
    orders = [*driven, *((),) * (len(instance.problem.shifts) - len(driven))]
    times = [timetable(instance.problem, shift, order) for shift, order in enumerate(orders)]
    assert None not in times
    assert broken_promises(instance.problem, [one for one in times if one is not None]) == []
    assert instance.cost(orders) == pytest.approx(instance.best_known)
