"""Published routing benchmarks through the project's own planner, beside plain PyVRP and OR-Tools.

`python -m tests.bench.routing [--seconds 30] [--toptw-paths 1] [FILE_OR_FOLDER …]`, by default all of the
published data in ../shared/data/routing. Each solver gets the same processor time on one thread; plans of the
project are proved by its independent checker.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyvrp

from map_server.adapters.planner import PyVrpPlanner
from map_server.domain.patrol import Order, timetable
from map_server.domain.patrol_check import broken_promises
from map_server.services.patrol_ports import Effort
from tests.bench.routing_formats import Family, Instance, find_instances

REPO = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LILONG_SHARED_DATA", REPO.parent / "shared" / "data")) / "routing"
_PENALTY_OF_A_CUSTOMER = 10_000_000
"""What OR-Tools pays for a customer left out where all are required; more than any detour."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one solver reached: objective, seconds by the clock and of the processor, broken promises."""

    solver: str
    cost: float | None
    wall_s: float
    busy_s: float
    faults: int = 0


class _ProcessorTime:
    """Stops PyVRP after so many seconds of processor time, as the project's planner counts them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since_s = time.thread_time()

    def __call__(self, best_cost: int) -> bool:
        return time.thread_time() - self._since_s >= self._seconds


def project(instance: Instance, seconds: float, seed: int) -> tuple[float | None, int]:
    """Plan with the project's planner; give the objective and the number of broken promises."""
    orders = PyVrpPlanner().plan(
        instance.problem, Effort(runtime_s=seconds, seed=seed), lambda share, value: True
    )
    times = [timetable(instance.problem, shift, order) for shift, order in enumerate(orders)]
    faults = broken_promises(instance.problem, [one for one in times if one is not None])
    count = len(faults) + times.count(None)
    if instance.family is Family.VRPTW:
        count += len(instance.missing(orders))
    return (None, count) if None in times else (instance.cost(orders), count)


def plain_pyvrp(instance: Instance, seconds: float, seed: int) -> tuple[float | None, int]:
    """Solve the file with PyVRP's own reader and defaults."""
    data = pyvrp.read(instance.path, round_func="dimacs")
    result = pyvrp.solve(data, stop=_ProcessorTime(seconds), seed=seed, collect_stats=False, display=False)
    if not result.is_feasible():
        return None, 0
    return (result.cost() / 10 if instance.family is Family.VRPTW else float(result.cost())), 0


def or_tools(instance: Instance, seconds: float, seed: int) -> tuple[float | None, int]:
    """Solve the same problem with OR-Tools: cheapest arc, then guided local search."""
    # Imported here: a development dependency of this program alone.
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    problem = instance.problem
    size, vehicles = len(problem.travel.metres), len(problem.shifts)
    shift = problem.shifts[0]
    manager = pywrapcp.RoutingIndexManager(size, vehicles, problem.start_row(0))
    routing = pywrapcp.RoutingModel(manager)
    metres = [[int(value or 0) for value in row] for row in problem.travel.metres]
    service = [*(visit.service_s for visit in problem.visits), 0]
    onward = [[value + service[start] for value in row] for start, row in enumerate(metres)]
    way = routing.RegisterTransitMatrix(metres)
    clock = routing.RegisterTransitMatrix(onward)
    routing.SetArcCostEvaluatorOfAllVehicles(way)
    routing.AddDimension(clock, shift.ends_s, shift.ends_s, False, "time")
    times = routing.GetDimensionOrDie("time")
    if shift.capacity is not None:
        loads = routing.RegisterUnaryTransitVector([*(visit.load for visit in problem.visits), 0])
        routing.AddDimensionWithVehicleCapacity(loads, 0, [shift.capacity] * vehicles, True, "load")
    for index, visit in enumerate(problem.visits):
        node = manager.NodeToIndex(index)
        times.CumulVar(node).SetRange(visit.opens_s, visit.closes_s)
        routing.AddDisjunction([node], _PENALTY_OF_A_CUSTOMER if visit.is_firm else visit.prize_s)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(seconds * 1000))
    found = routing.SolveWithParameters(parameters)
    if found is None:
        return None, 0
    orders = [_driven(routing, manager, found, vehicle) for vehicle in range(vehicles)]
    if instance.family is Family.VRPTW and instance.missing(orders):
        return None, len(instance.missing(orders))
    return instance.cost(orders), 0


def _driven(routing, manager, found, vehicle: int) -> Order:  # type: ignore[no-untyped-def]
    order: list[int] = []
    index = found.Value(routing.NextVar(routing.Start(vehicle)))
    while not routing.IsEnd(index):
        order.append(manager.IndexToNode(index))
        index = found.Value(routing.NextVar(index))
    return tuple(order)


_Solver = Callable[[Instance, float, int], tuple[float | None, int]]


def _row(name: str, solve: _Solver, instance: Instance, seconds: float, seed: int) -> Row:
    began_s, busy_s = time.perf_counter(), time.thread_time()
    cost, faults = solve(instance, seconds, seed)
    return Row(name, cost, time.perf_counter() - began_s, time.thread_time() - busy_s, faults)


def measured(instance: Instance, seconds: float, seed: int) -> list[Row]:
    """Let each solver solve one instance for the same processor time."""
    rows = [_row("project", project, instance, seconds, seed)]
    if instance.family is not Family.TOPTW:  # PyVRP has no reader for TOPTW
        rows.append(_row("plain PyVRP", plain_pyvrp, instance, seconds, seed))
    slowdown = max(rows[0].wall_s / max(rows[0].busy_s, 0.1), 1.0)  # OR-Tools counts time by the clock
    rows.append(_row("OR-Tools", or_tools, instance, seconds * slowdown, seed))
    return rows


def gap_percent(instance: Instance, cost: float | None) -> float | None:
    """Give how far a result lies from the best known one: above 0 is worse."""
    if cost is None or instance.best_known is None:
        return None
    if instance.family is Family.TOPTW:
        return 100 * (instance.best_known - cost) / instance.best_known
    return 100 * (cost - instance.best_known) / instance.best_known


def _print(instance: Instance, rows: Sequence[Row]) -> None:
    known = "" if instance.best_known is None else f", best known {instance.best_known:g}"
    print(
        f"{instance.family} {instance.name}: {len(instance.problem.visits)} stops,"
        f" {len(instance.problem.shifts)} routes at most{known}"
    )
    for row in rows:
        gap = gap_percent(instance, row.cost)
        result = "no solution" if row.cost is None else f"{row.cost:10.1f}"
        shown = "" if gap is None else f"  gap {gap:6.2f} %"
        print(
            f"  {row.solver:12s} {result}{shown}  {row.busy_s:6.1f} s of processor, faults {row.faults}",
            flush=True,
        )


def _distances(table: Sequence[tuple[Instance, list[Row]]]) -> list[float]:
    """Give by how many percentage points the project is behind plain PyVRP, instance by instance."""
    behind = []
    for instance, rows in table:
        gaps = {row.solver: gap_percent(instance, row.cost) for row in rows}
        own, plain = gaps.get("project"), gaps.get("plain PyVRP")
        if own is not None and plain is not None:
            behind.append(own - plain)
    return behind


def main() -> int:
    """Run from the command line; 1 when a plan of the project broke a promise."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, default=[DATA], help="files, or folders that hold them"
    )
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="processor time for each solver and instance"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--toptw-paths", type=int, default=1, help="routes of a TOPTW instance")
    given = parser.parse_args()
    instances = find_instances(given.paths, given.toptw_paths)
    if not instances:
        print(
            f"no instance in {', '.join(map(str, given.paths))}; give .vrp or TOPTW .txt files",
            file=sys.stderr,
        )
        return 2
    table = []
    for instance in instances:
        rows = measured(instance, given.seconds, given.seed)
        _print(instance, rows)
        table.append((instance, rows))
    if behind := _distances(table):
        mean = sum(behind) / len(behind)
        print(f"behind plain PyVRP at equal time: worst {max(behind):+.2f}, mean {mean:+.2f} points")
    profits = [
        (instance, {row.solver: row.cost or 0 for row in rows})
        for instance, rows in table
        if instance.profits
    ]
    if profits:
        total = {solver: sum(costs[solver] for _, costs in profits) for solver in profits[0][1]}
        known = sum(instance.best_known or 0 for instance, _ in profits)
        others = f"OR-Tools {total['OR-Tools']:.0f}, best known {known:.0f}"
        print(f"TOPTW total prize: project {total['project']:.0f}, {others}")
    return int(any(row.faults for _, rows in table for row in rows if row.solver == "project"))


if __name__ == "__main__":
    sys.exit(main())
