"""Measures patrol planning on the sample ward: `python -m tests.bench.patrol [--seconds 10] [--seeds 10]`.

All 359 structure points, 60 incidents and 60 blind corners; 6 teams on foot or e-bike, a morning and an
afternoon each. The plan is compared with teams that always go to the nearest open stop; one urgent incident
is taken in while teams are under way; thirty days are lived through. Value = prizes collected less seconds of
patrol spent.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from map_server.adapters.planner import PyVrpPlanner
from map_server.adapters.streets import EmbeddedStreets
from map_server.domain.insertion import greedy, rounded_off
from map_server.domain.left_out import left_out
from map_server.domain.levelling import busy_share, levelled
from map_server.domain.patrol import Order, PatrolProblem, SubjectKind, Visit, net_value_s, places, timetable
from map_server.domain.patrol_check import broken_promises
from map_server.domain.team_load import spread_of
from map_server.services.patrol_ports import Effort
from tests.ward_days import MONDAY, PARAMS, STATIONS, nearest_neighbour, simulate, ward_problem, ward_streets


def planned(problem: PatrolProblem, runtime_s: float) -> list[Order]:
    """Plan as the server does."""
    return evened(problem, searched(problem, runtime_s))


def searched(problem: PatrolProblem, runtime_s: float) -> list[Order]:
    """Plan without a look at how the work is shared out."""
    orders = PyVrpPlanner().plan(problem, Effort(runtime_s=runtime_s), lambda share, value: True)
    return rounded_off(problem, orders)


def evened(problem: PatrolProblem, orders: Sequence[Order]) -> list[Order]:
    """Share the work out evenly, as the server does."""
    return rounded_off(problem, levelled(problem, orders, PARAMS.levelling_share))


def faults(problem: PatrolProblem, orders: Sequence[Order]) -> int:
    """Count the promises that a plan breaks."""
    times = [timetable(problem, shift, order) for shift, order in enumerate(orders)]
    return len(broken_promises(problem, [one for one in times if one is not None])) + times.count(None)


def _row(name: str, problem: PatrolProblem, orders: Sequence[Order], seconds: float) -> int:
    made = [problem.visits[visit] for order in orders for visit in order]
    kinds = Counter(visit.subject_kind for visit in made)
    prizes = sum(visit.prize_s for visit in made)
    value = net_value_s(problem, orders)
    urgent = sum(visit.is_urgent for visit in made)
    print(
        f"  {name:18s} {seconds:6.2f} s  value {value:8d} s  prizes {prizes:8d} s"
        f"  {kinds[SubjectKind.INCIDENT]:2d} incidents ({urgent} urgent),"
        f" {kinds[SubjectKind.SITE]:3d} sites, {kinds[SubjectKind.CORNER]:2d} corners,"
        f" faults {faults(problem, orders)}",
        flush=True,
    )
    return value


def _gain(seed: int, streets: EmbeddedStreets, runtime_s: float) -> float:
    """Print one day's rows and give the plan's value as a multiple of the nearest neighbour's."""
    began_s = time.perf_counter()
    problem = ward_problem(seed, streets)
    distances_s = time.perf_counter() - began_s
    print(f"seed {seed}: {len(problem.visits)} visits, {len(problem.shifts)} shifts")
    measured_s = time.perf_counter()
    nearest = nearest_neighbour(problem)
    value = _row("nearest neighbour", problem, nearest, time.perf_counter() - measured_s)
    measured_s = time.perf_counter()
    _row("best bargain", problem, greedy(problem), time.perf_counter() - measured_s)
    measured_s = time.perf_counter()
    found = searched(problem, runtime_s)
    orders = evened(problem, found)
    reasons = Counter(why.reason.value for why in left_out(problem, orders))
    whole_s = time.perf_counter() - measured_s
    best = _row("plan", problem, orders, whole_s)
    paid = net_value_s(problem, found) - best
    print(f"  evenness {_evenness(problem, found)} -> {_evenness(problem, orders)} for {paid} s of the value")
    print(f"  distances, plan, check and reasons {distances_s + whole_s:.1f} s; left out {dict(reasons)}")
    return best / value


def _light_day(seed: int, streets: EmbeddedStreets, runtime_s: float) -> None:
    """Print how even the teams are on a day with a third of the work, where one team could do another's."""
    whole, rng = ward_problem(seed, streets), random.Random(seed)
    problem = whole.without([index for index in range(len(whole.visits)) if rng.random() > 1 / 3])
    before = searched(problem, runtime_s)
    began_s = time.perf_counter()
    after = evened(problem, before)
    seconds = time.perf_counter() - began_s
    worth = net_value_s(problem, before)
    print(
        f"light day {seed}: {len(problem.visits)} visits, evenness {_evenness(problem, before)} ->"
        f" {_evenness(problem, after)} for {100 * (worth - net_value_s(problem, after)) / worth:.1f} % of"
        f" the value, {seconds:.2f} s, faults {faults(problem, after)}",
        flush=True,
    )


def _evenness(problem: PatrolProblem, orders: Sequence[Order]) -> str:
    """Write Jain's index of the used shares of the shifts, with the least and the most used one."""
    times = [timetable(problem, shift, order) for shift, order in enumerate(orders)]
    spread = spread_of([busy_share(problem, one) for one in times if one is not None])
    return f"{spread.fairness:.3f} ({spread.least_share:.2f} to {spread.most_share:.2f})"


def _replanned(streets: EmbeddedStreets, runtime_s: float) -> None:
    """Take an urgent incident in at mid-morning: what is begun stays, the rest keeps team and order."""
    problem = ward_problem(1, streets)
    orders = planned(problem, runtime_s)
    now_s = 2 * 3600
    began_s = time.perf_counter()
    begun = [_begun(problem, shift, order, now_s) for shift, order in enumerate(orders)]
    rest = [order[len(own) :] for own, order in zip(begun, orders, strict=True)]
    lane = Visit(
        SubjectKind.INCIDENT,
        "urgent",
        "blocked_fire_lane",
        "",
        "",
        STATIONS[4],
        PARAMS.incident_service_s,
        PARAMS.urgent_prize_s,
        now_s,
        now_s + PARAMS.urgent_within_s,
        True,
    )
    kept = [index for index in range(len(problem.visits)) if not any(index in own for own in begun)]
    row = {index: position for position, index in enumerate(kept)}
    shifts = []
    for shift, own in enumerate(begun):
        times = timetable(problem, shift, own)
        assert times is not None
        team = problem.shifts[shift]
        free_s = max(times.calls[-1].leaves_s, now_s) if own else max(team.starts_s, now_s)
        start = problem.visits[own[-1]].point if own else team.start
        shifts.append(replace(team, starts_s=min(free_s, team.ends_s - 1), start=start))
    visits = [*(problem.visits[index] for index in kept), lane]
    changed = PatrolProblem(MONDAY, tuple(visits), tuple(shifts), streets.table(places(visits, shifts)))
    before = [tuple(row[index] for index in order) for order in rest]
    after = rounded_off(changed, before)
    seconds = time.perf_counter() - began_s
    moved = sum(len(set(old) - set(new)) for old, new in zip(before, after, strict=True))
    moved += sum(_overtaken(old, new) for old, new in zip(before, after, strict=True))
    others = sum(map(len, before))
    print(
        f"urgent incident at 10:30: replanned in {seconds:.2f} s, in the plan"
        f" {any(len(kept) in order for order in after)}, {sum(map(len, begun))} begun stops untouched,"
        f" {moved} of {others} others moved ({100 * moved / others:.1f} %), faults {faults(changed, after)}"
    )


def _begun(problem: PatrolProblem, shift: int, order: Order, now_s: int) -> Order:
    """Give the stops that a team has left, begun, or is walking to."""
    times = timetable(problem, shift, order)
    assert times is not None
    count = sum(call.begins_s <= now_s for call in times.calls)
    on_the_way = problem.shifts[shift].starts_s < now_s < problem.shifts[shift].ends_s
    return order[: count + 1] if on_the_way else order[:count]


def _overtaken(before: Order, after: Order) -> int:
    both = [visit for visit in after if visit in before]
    return sum(one != other for one, other in zip([v for v in before if v in both], both, strict=True))


def _month(streets: EmbeddedStreets, days: int, runtime_s: float) -> None:
    began_s = time.perf_counter()
    month = simulate(days, streets, lambda problem: planned(problem, runtime_s))
    listed = {reason.value: count for reason, count in month.listed.items()}
    print(
        f"{month.days} days in {time.perf_counter() - began_s:.0f} s:"
        f" {month.in_window} looks in their window, {month.overdue_visited} late,"
        f" on the overdue list with a reason {listed} (site-days),"
        f" silent {len(month.silent)}"
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure patrol planning on the sample ward")
    parser.add_argument("--seconds", type=float, default=10.0, help="processor time given to the solver")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--days", type=int, default=30)
    given = parser.parse_args()
    began_s = time.perf_counter()
    streets = ward_streets()
    print(f"street graph: {streets.description}, built in {time.perf_counter() - began_s:.2f} s")
    gains = [_gain(seed, streets, given.seconds) for seed in range(1, given.seeds + 1)]
    print(
        f"value against nearest neighbour: median {statistics.median(gains):.2f} x, lowest {min(gains):.2f} x"
    )
    for seed in range(1, min(given.seeds, 3) + 1):
        _light_day(seed, streets, min(given.seconds, 4.0))
    _replanned(streets, given.seconds)
    _month(streets, given.days, min(given.seconds, 2.0))


if __name__ == "__main__":
    main()
