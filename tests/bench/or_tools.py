"""Solves one routing benchmark with OR-Tools and prints the routes as JSON, for `tests.bench.routing`.

A program of its own: OR-Tools wants an older protobuf than onnxruntime, so it lives in `.venv-rivals`
(`make bench` installs it), which has nothing of the project but its plain domain modules.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from tests.bench.routing_formats import Instance, find_instances

_A_CUSTOMER = 10_000_000
"""Penalty for a customer left out where all are required; more than any detour."""


def solved(instance: Instance, seconds: float) -> list[list[int]]:
    """Give the routes: cheapest insertion, then guided local search for so many seconds; empty when none."""
    problem = instance.problem
    size, vehicles, shift = len(problem.travel.metres), len(problem.shifts), problem.shifts[0]
    manager = pywrapcp.RoutingIndexManager(size, vehicles, problem.start_row(0))
    routing = pywrapcp.RoutingModel(manager)
    metres = [[int(value or 0) for value in row] for row in problem.travel.metres]
    service = [*(visit.service_s for visit in problem.visits), 0]
    onward = [[value + service[start] for value in row] for start, row in enumerate(metres)]
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(metres))
    routing.AddDimension(routing.RegisterTransitMatrix(onward), shift.ends_s, shift.ends_s, False, "time")
    times = routing.GetDimensionOrDie("time")
    if shift.capacity is not None:
        loads = routing.RegisterUnaryTransitVector([*(visit.load for visit in problem.visits), 0])
        routing.AddDimensionWithVehicleCapacity(loads, 0, [shift.capacity] * vehicles, True, "load")
    for index, visit in enumerate(problem.visits):
        node = manager.NodeToIndex(index)
        times.CumulVar(node).SetRange(visit.opens_s, visit.closes_s)
        routing.AddDisjunction([node], _A_CUSTOMER if visit.is_firm else visit.prize_s)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(round(seconds * 1000))
    found = routing.SolveWithParameters(parameters)
    if found is None:
        return []
    return [_driven(routing, manager, found, vehicle) for vehicle in range(vehicles)]


def _driven(routing: Any, manager: Any, found: Any, vehicle: int) -> list[int]:
    order: list[int] = []
    index = found.Value(routing.NextVar(routing.Start(vehicle)))
    while not routing.IsEnd(index):
        order.append(manager.IndexToNode(index))
        index = found.Value(routing.NextVar(index))
    return order


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Solve one benchmark with OR-Tools")
    parser.add_argument("path", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--toptw-paths", type=int, default=1)
    given = parser.parse_args()
    (instance,) = find_instances([given.path], given.toptw_paths)
    busy_s = time.thread_time()
    routes = solved(instance, given.seconds)
    print(json.dumps({"routes": routes, "busy_s": time.thread_time() - busy_s}))


if __name__ == "__main__":
    main()
