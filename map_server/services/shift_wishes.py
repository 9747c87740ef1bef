"""Makes routes of what a duty officer wishes for: which teams go out, in which hours of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.patrol_plan import Route, RouteShift
from map_server.domain.team import Team, TeamShift, shift_times
from map_server.domain.ward_time import WARD_ZONE


@dataclass(frozen=True, slots=True)
class ShiftWish:
    """One team that is to walk; times of day in the ward's zone, None for the team's usual ones.

    A team that is wished for twice has a split day: it is off between its shifts.
    """

    team_id: str
    shift_from: time | None = None
    shift_until: time | None = None


def wished_routes(
    plan_id: str, day: date, wishes: Sequence[ShiftWish], teams: Mapping[str, Team], now: datetime
) -> list[Route]:
    """Give the routes of a plan before anything is planned. Raises InvalidInput that names the field."""
    if not wishes:
        raise _wrong("shifts", "choose at least one team")
    shifts: dict[str, list[RouteShift]] = {}
    for row, wish in enumerate(wishes):
        team = teams.get(wish.team_id)
        if team is None:
            raise _wrong(f"shifts/{row}/team_id", f"there is no active team {wish.team_id}")
        shifts.setdefault(team.team_id, []).extend(_shifts(team, wish, row, day, now))
    return [_route(plan_id, day, teams[team_id], own) for team_id, own in shifts.items()]


def _shifts(team: Team, wish: ShiftWish, row: int, day: date, now: datetime) -> list[RouteShift]:
    """Give what is meant: the hours that are named, or the team's usual shifts that are not over yet."""
    usual = team.shifts if wish.shift_from is None else (team.shift_near(wish.shift_from),)
    if wish.shift_from is not None or wish.shift_until is not None:
        usual = usual[:1]
    meant = [_shift(one, wish, day) for one in usual]
    ahead = [one for one in meant if one.ends_at > now]
    if not ahead:
        message = f"the shift of {team.team_id} is over; choose a later day or time"
        raise _wrong(f"shifts/{row}/shift_until", message)
    return ahead


def _shift(usual: TeamShift, wish: ShiftWish, day: date) -> RouteShift:
    begins, ends = wish.shift_from or usual.begins, wish.shift_until or usual.ends
    starts_at, ends_at = shift_times(day, begins, ends, WARD_ZONE)
    return RouteShift(starts_at, ends_at, usual.start, usual.end, returns_at=starts_at)


def _route(plan_id: str, day: date, team: Team, shifts: Sequence[RouteShift]) -> Route:
    ordered = sorted(shifts, key=lambda one: one.starts_at)
    if any(after.starts_at < before.ends_at for before, after in pairwise(ordered)):
        raise _wrong("shifts", f"two shifts of {team.team_id} are at the same time")
    rest = _rest(day, team, ordered)
    return Route(
        plan_id=plan_id,
        team_id=team.team_id,
        starts_at=ordered[0].starts_at,
        ends_at=ordered[-1].ends_at,
        start=ordered[0].start,
        end=ordered[-1].end,
        pace_m_s=team.pace_m_s,
        returns_at=ordered[-1].returns_at,
        skills=team.skills,
        rest_opens_at=rest and rest[0],
        rest_closes_at=rest and rest[1],
        rest_s=60 * team.rest.minutes if team.rest and rest else 0,
        split=tuple(ordered) if len(ordered) > 1 else (),
    )


def _rest(day: date, team: Team, shifts: Sequence[RouteShift]) -> tuple[datetime, datetime] | None:
    """Give between which moments the break begins, in the first shift that has room for it."""
    if team.rest is None:
        return None
    found = (team.rest.times(day, one.starts_at, one.ends_at, WARD_ZONE) for one in shifts)
    return next((one for one in found if one is not None), None)


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, (FieldError(field, message),))
