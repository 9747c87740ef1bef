"""Measures patrol planning on the sample ward: `python -m tests.bench.patrol [--seconds 4] [--seeds 5]`.

60 confirmed incidents and 120 due sites, 4 teams on foot or e-bike, one shift of four hours. The plan is
compared with a team that always goes to the nearest open stop, and with always inserting the best bargain.
Value = prizes collected less seconds of patrol spent.
"""

import argparse
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from map_server.adapters.planner import PyVrpPlanner
from map_server.adapters.streets import EmbeddedStreets, plain_ways
from map_server.domain.datum import LonLat
from map_server.domain.insertion import fill, fits_alone, rounded_off
from map_server.domain.left_out import left_out
from map_server.domain.patrol import (
    Order,
    PatrolProblem,
    Shift,
    SubjectKind,
    Timetable,
    Visit,
    net_value_s,
    places,
    timetable,
)
from map_server.domain.patrol_check import broken_promises
from map_server.services.patrol_ports import Effort

WARD = Path(__file__).resolve().parents[2] / "geodata" / "sample_ward"
SHIFT_S = 4 * 3600
STATIONS = ((121.5478, 31.2452), (121.5662, 31.2438), (121.5535, 31.2572), (121.5715, 31.2540))


def _points(layer: str) -> list[LonLat]:
    features = json.loads((WARD / f"{layer}.geojson").read_text(encoding="utf-8"))["features"]
    return [tuple(feature["geometry"]["coordinates"]) for feature in features]


def ward_streets() -> EmbeddedStreets:
    """Load the sample ward's streets."""
    features = json.loads((WARD / "streets.geojson").read_text(encoding="utf-8"))["features"]
    return EmbeddedStreets(plain_ways([feature["geometry"]["coordinates"] for feature in features]))


def _visits(rng: random.Random, incidents: int, sites: int) -> list[Visit]:
    near_drop_points = rng.sample(_points("drop_points"), incidents)
    structure_points = rng.sample(_points("structure_points"), sites)
    visits = []
    for number, point in enumerate(near_drop_points):
        urgent = number % 10 == 0
        closes_s = 3600 if urgent else rng.choice((SHIFT_S, SHIFT_S, 2 * 3600))
        kind = "blocked_fire_lane" if urgent else "garbage_drop"
        prize_s = 14_400 if urgent else rng.choice((1800, 2700, 3600))
        visits.append(
            Visit(SubjectKind.INCIDENT, f"{number}", kind, "", "", point, 600, prize_s, 0, closes_s, urgent)
        )
    for number, point in enumerate(structure_points):
        prize_s = rng.choice((900, 1200, 1800))
        visits.append(
            Visit(SubjectKind.SITE, f"{number}", "structure_point", "", "", point, 300, prize_s, 0, SHIFT_S)
        )
    return visits


def ward_problem(
    seed: int, incidents: int, sites: int, teams: int, streets: EmbeddedStreets
) -> PatrolProblem:
    """Draw a morning's work from the ward."""
    visits = _visits(random.Random(seed), incidents, sites)
    shifts = [
        Shift(f"team-{team}", 0, SHIFT_S, STATIONS[team % 4], STATIONS[team % 4], 1.2 if team % 2 else 3.5)
        for team in range(teams)
    ]
    origin_at = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    table = streets.table(places(visits, shifts))
    return PatrolProblem(origin_at, tuple(visits), tuple(shifts), table)


def nearest_neighbour(problem: PatrolProblem) -> list[Order]:
    """Let each team walk to the nearest stop that it can still make, until none is left."""
    open_visits = set(range(len(problem.visits)))
    orders: list[Order] = [() for _ in problem.shifts]
    for shift in range(len(problem.shifts)):
        while True:
            here = orders[shift][-1] if orders[shift] else problem.start_row(shift)
            near = sorted(
                (seconds, visit)
                for visit in open_visits
                if (seconds := problem.seconds(shift, here, visit)) is not None
            )
            fits = (
                visit for _, visit in near if timetable(problem, shift, (*orders[shift], visit)) is not None
            )
            if (visit := next(fits, None)) is None:
                break
            orders[shift] = (*orders[shift], visit)
            open_visits.discard(visit)
    return orders


def _routes(problem: PatrolProblem, orders: Sequence[Order]) -> list[Timetable]:
    times = [timetable(problem, shift, order) for shift, order in enumerate(orders)]
    return [one for one in times if one is not None]


def _planned(problem: PatrolProblem, runtime_s: float) -> list[Order]:
    orders = PyVrpPlanner().plan(problem, Effort(runtime_s=runtime_s), lambda share, value: True)
    return rounded_off(problem, orders)


def _bargains(problem: PatrolProblem) -> list[Order]:
    reachable = [visit for visit in range(len(problem.visits)) if fits_alone(problem, visit)]
    return fill(problem, [()] * len(problem.shifts), reachable)


def _row(name: str, problem: PatrolProblem, make: Callable[[PatrolProblem], list[Order]]) -> list[Order]:
    began_s = time.perf_counter()
    orders = make(problem)
    seconds = time.perf_counter() - began_s
    faults = len(broken_promises(problem, _routes(problem, orders)))
    urgent = sum(problem.visits[visit].is_urgent for order in orders for visit in order)
    stops = f"{sum(map(len, orders)):3d} stops, {urgent} urgent"
    print(
        f"  {name:18s} {seconds:6.2f} s  value {net_value_s(problem, orders):7d} s  {stops}, faults {faults}"
    )
    return orders


def _gain(problem: PatrolProblem, runtime_s: float) -> float:
    """Print one problem's rows and give the plan's value as a multiple of the nearest neighbour's."""
    nearest = _row("nearest neighbour", problem, nearest_neighbour)
    _row("best bargain", problem, _bargains)
    planned = _row("plan", problem, lambda same: _planned(same, runtime_s))
    reasons = Counter(why.reason.value for why in left_out(problem, planned))
    print(f"  left out: {dict(reasons)}")
    return net_value_s(problem, planned) / net_value_s(problem, nearest)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure patrol planning on the sample ward")
    parser.add_argument("--seconds", type=float, default=4.0, help="run time given to the solver")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--incidents", type=int, default=60)
    parser.add_argument("--sites", type=int, default=120)
    parser.add_argument("--teams", type=int, default=4)
    given = parser.parse_args()
    began_s = time.perf_counter()
    streets = ward_streets()
    print(f"street graph: {streets.description}, built in {time.perf_counter() - began_s:.2f} s")
    gains = []
    for seed in range(1, given.seeds + 1):
        began_s = time.perf_counter()
        problem = ward_problem(seed, given.incidents, given.sites, given.teams, streets)
        print(
            f"seed {seed}: {len(problem.visits)} visits; distances in {time.perf_counter() - began_s:.2f} s"
        )
        gains.append(_gain(problem, given.seconds))
    print(
        f"value against nearest neighbour: median {statistics.median(gains):.2f} x, lowest {min(gains):.2f} x"
    )


if __name__ == "__main__":
    main()
