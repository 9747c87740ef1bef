"""Published routing benchmarks through the project's own planner, beside plain PyVRP and OR-Tools.

`python -m tests.bench.routing [--seconds 30] [--toptw-paths 1] [FILE_OR_FOLDER …]`, by default all of the
published data in ../shared/data/routing. Each solver gets the same processor time on one thread; plans of the
project are proved by its independent checker.
"""

import argparse
import json
import os
import subprocess
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
RIVALS = REPO / ".venv-rivals" / "bin" / "python"
"""Has OR-Tools; `make bench` installs it."""


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


def or_tools(instance: Instance, seconds: float) -> Row:
    """Let OR-Tools solve the same problem in an environment of its own; judge its routes as our own."""
    command = [str(RIVALS), "-m", "tests.bench.or_tools", str(instance.path), str(seconds)]
    command += ["--toptw-paths", str(len(instance.problem.shifts) if instance.profits else 1)]
    began_s = time.perf_counter()
    answer = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True)
    said = json.loads(answer.stdout)
    orders: list[Order] = [tuple(route) for route in said["routes"]]
    is_whole = instance.family is not Family.VRPTW or not instance.missing(orders)
    cost = instance.cost(orders) if orders and is_whole else None
    return Row("OR-Tools", cost, time.perf_counter() - began_s, said["busy_s"])


_Solver = Callable[[Instance, float, int], tuple[float | None, int]]


def _row(name: str, solve: _Solver, instance: Instance, seconds: float, seed: int) -> Row:
    began_s, busy_s = time.perf_counter(), time.thread_time()
    cost, faults = solve(instance, seconds, seed)
    return Row(name, cost, time.perf_counter() - began_s, time.thread_time() - busy_s, faults)


def measured(instance: Instance, seconds: float, seed: int) -> list[Row]:
    """Let each solver solve one instance for the same time.

    On a starved machine the planner stops early; the others then get what it had.
    """
    own = _row("project", project, instance, seconds, seed)
    rows = [own]
    if instance.family is not Family.TOPTW:  # PyVRP has no reader for TOPTW
        rows.append(_row("plain PyVRP", plain_pyvrp, instance, own.busy_s, seed))
    if RIVALS.exists():
        rows.append(or_tools(instance, own.wall_s))  # OR-Tools counts time by the clock
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
        sums = ", ".join(f"{solver} {prize:.0f}" for solver, prize in total.items())
        print(f"TOPTW total prize: {sums}, best known {known:.0f}")
    return int(any(row.faults for _, rows in table for row in rows if row.solver == "project"))


if __name__ == "__main__":
    sys.exit(main())
