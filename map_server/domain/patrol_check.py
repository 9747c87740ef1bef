"""Proves that a plan keeps every promise before it is stored; shares no arithmetic with what made it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from map_server.domain.patrol import PatrolProblem, SubjectKind, Timetable


def broken_promises(problem: PatrolProblem, routes: Sequence[Timetable]) -> list[str]:
    """Give one line for each broken window, shift, break, skill, load, leg or double visit.

    An empty list proves the plan.
    """
    if unknown := list(_unknown(problem, routes)):
        return unknown
    faults = [*_doubles(problem, routes), *_missing_breaks(problem, routes)]
    for route in routes:
        faults += _broken_legs(problem, route)
        faults += _broken_windows(problem, route)
        faults += _broken_shift(problem, route)
        faults += _beyond_the_team(problem, route)
    return faults


def _unknown(problem: PatrolProblem, routes: Sequence[Timetable]) -> Iterable[str]:
    for route in routes:
        if not 0 <= route.shift < len(problem.shifts):
            yield f"shift {route.shift} does not exist"
        for call in route.calls:
            if not 0 <= call.visit < len(problem.visits):
                yield f"visit {call.visit} does not exist"


def _doubles(problem: PatrolProblem, routes: Sequence[Timetable]) -> Iterable[str]:
    times_made = Counter(call.visit for route in routes for call in route.calls)
    for visit, count in times_made.items():
        if count > 1:
            yield f"{problem.visits[visit].key} is visited {count} times"
    for shift, count in Counter(route.shift for route in routes).items():
        if count > 1:
            yield f"shift {shift} has {count} routes"


def _broken_legs(problem: PatrolProblem, route: Timetable) -> Iterable[str]:
    """Compare every gap between leaving and arriving with the metres at the team's pace."""
    shift, table = problem.shifts[route.shift], problem.own_travel.get(route.shift, problem.travel)
    first, last = len(problem.visits) + 2 * route.shift, len(problem.visits) + 2 * route.shift + 1
    if problem.ends:
        first, last = problem.ends[route.shift]
    rows = [first, *(call.visit for call in route.calls), last]
    left_s = [shift.starts_s, *(call.leaves_s for call in route.calls)]
    reached_s = [*(call.arrives_s for call in route.calls), route.ends_s]
    for leg, (leaving_s, arriving_s) in enumerate(zip(left_s, reached_s, strict=True)):
        metres = (table.effort_m or table.metres)[rows[leg]][rows[leg + 1]]
        if metres is None:
            yield f"{shift.team_id}: no way leads along leg {leg + 1}"
        elif (arriving_s - leaving_s) * shift.pace_m_s < metres - 1e-3:
            given_s = arriving_s - leaving_s
            yield f"{shift.team_id}: {metres:.0f} m of leg {leg + 1} do not fit into {given_s} s"


def _broken_windows(problem: PatrolProblem, route: Timetable) -> Iterable[str]:
    for call in route.calls:
        visit = problem.visits[call.visit]
        if call.begins_s < call.arrives_s:
            yield f"{visit.key}: work begins before the team arrives"
        windows = [(visit.opens_s, visit.closes_s), *visit.further_windows]
        if not any(opens_s <= call.begins_s <= closes_s for opens_s, closes_s in windows):
            yield f"{visit.key}: work begins at {call.begins_s} s, outside of its windows {windows}"
        if call.leaves_s - call.begins_s < visit.service_s:
            yield f"{visit.key}: less time on site than the {visit.service_s} s that it takes"


def _missing_breaks(problem: PatrolProblem, routes: Sequence[Timetable]) -> Iterable[str]:
    rested = {call.visit for route in routes for call in route.calls}
    on_shift = {shift.team_id for shift in problem.shifts}
    for index, visit in enumerate(problem.visits):
        if visit.subject_kind is SubjectKind.BREAK and visit.subject_id in on_shift and index not in rested:
            yield f"{visit.subject_id}: goes without its break"


def _beyond_the_team(problem: PatrolProblem, route: Timetable) -> Iterable[str]:
    """Compare skills and loads with what the team has and carries."""
    shift = problem.shifts[route.shift]
    has = {*shift.skills, "team:" + shift.team_id}
    for call in route.calls:
        visit = problem.visits[call.visit]
        if lacking := sorted(set(visit.skills) - has):
            yield f"{visit.key}: {shift.team_id} lacks {', '.join(lacking)}"
        if visit.subject_kind is SubjectKind.BREAK and visit.subject_id != shift.team_id:
            yield f"{visit.key}: is not a break of {shift.team_id}"
    load = sum(problem.visits[call.visit].load for call in route.calls)
    if shift.capacity is not None and load > shift.capacity:
        yield f"{shift.team_id}: carries {load}, more than {shift.capacity}"


def _broken_shift(problem: PatrolProblem, route: Timetable) -> Iterable[str]:
    shift = problem.shifts[route.shift]
    first_s = route.calls[0].arrives_s if route.calls else route.ends_s
    if first_s < shift.starts_s:
        yield f"{shift.team_id}: the route begins before the shift"
    if route.ends_s > shift.ends_s:
        yield f"{shift.team_id}: the route ends {route.ends_s - shift.ends_s} s after the shift"
