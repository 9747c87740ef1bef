"""Replanning while teams are under way.

What must stay as it is, and where and when each team is free again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from map_server.domain.datum import LonLat
from map_server.domain.patrol_plan import Route, RouteShift, Stop, StopState


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one team has come in one of its shifts.

    `pinned` stops stay; `ahead` may be planned anew from `free_at` at `free_place`.
    """

    route: Route
    shift: RouteShift
    pinned: tuple[Stop, ...]
    ahead: tuple[Stop, ...]
    free_at: datetime
    free_place: LonLat


def progress_in_shifts(
    route: Route, stops: Sequence[Stop], now: datetime, released: Collection[str] = ()
) -> list[Progress]:
    """Give the progress in each shift of a route; `stops` are all of the route's, in order."""
    return [
        progress_of(route, route.stops_of_shift(number, stops), now, released, number)
        for number in range(len(route.shifts))
    ]


def progress_of(
    route: Route, stops: Sequence[Stop], now: datetime, released: Collection[str] = (), number: int = 0
) -> Progress:
    """Split the stops of a shift, given in order, into those that stay and those that may change.

    Stays: what is done or begun, and the stop to which the team is walking, unless its key is `released`.
    In the hours off before its next shift a team is walking nowhere.
    """
    shift = route.shifts[number]
    is_off = now >= shift.ends_at and number + 1 < len(route.shifts)
    touched = [stop for stop in stops if stop.state is not StopState.PLANNED]
    latest = touched[-1] if touched else None
    planned = [stop for stop in stops if stop.state is StopState.PLANNED]
    onward = [stop for stop in planned if latest is None or stop.position > latest.position]
    at_work = latest is not None and latest.state is StopState.STARTED
    if not onward or at_work or is_off or now < shift.starts_at or onward[0].visit.key in released:
        place = shift.start if latest is None else latest.visit.point
        free_at = _free_after(shift, latest, now)
        return Progress(route, shift, tuple(touched), tuple(planned), free_at, place)
    target = _expected(shift, stops, latest, onward[0], now)
    rest = tuple(stop for stop in planned if stop.stop_id != target.stop_id)
    return Progress(route, shift, (*touched, target), rest, target.leaves_at, target.visit.point)


def _free_after(shift: RouteShift, latest: Stop | None, now: datetime) -> datetime:
    if latest is None:
        return max(now, shift.starts_at)
    if latest.done_at is not None:
        return max(now, latest.done_at)
    began_at = latest.started_at or now
    return max(now, began_at + timedelta(seconds=latest.visit.service_s))


def _expected(
    shift: RouteShift, stops: Sequence[Stop], latest: Stop | None, target: Stop, now: datetime
) -> Stop:
    """Move the times of the stop to which a team is walking to what can be expected now."""
    before = next((stop for stop in reversed(stops) if stop.position < target.position), None)
    planned_leg = target.arrives_at - (shift.starts_at if before is None else before.leaves_at)
    left_at = shift.starts_at if latest is None else latest.done_at or now
    arrives_at = max(now, left_at + planned_leg)
    waits_for_window = target.begins_at > target.arrives_at
    begins_at = max(arrives_at, target.begins_at) if waits_for_window else arrives_at
    leaves_at = begins_at + timedelta(seconds=target.visit.service_s)
    return replace(target, arrives_at=arrives_at, begins_at=begins_at, leaves_at=leaves_at)
