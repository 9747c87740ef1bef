"""Tracks: taken from the page or another phone program, for the hours of a route alone, erased in time."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import compare_digest

from map_server.domain.errors import Unauthenticated
from map_server.domain.patrol_plan import Route
from map_server.domain.track import TrackedFix, TrackParams, TrackSource
from map_server.domain.track_match import TrackFix
from map_server.services.ports import Begin, Clock, UnitOfWork


@dataclass(frozen=True, slots=True)
class TrackReceipt:
    """What became of fixes: new ones kept, and those outside of a route's hours, which are not kept."""

    kept: int
    outside: int


class Tracks:
    """Use cases of tracks. Whoever matches them to streets reads `of_team` or `between`."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        clock: Clock,
        new_token: Callable[[], str],
        params: TrackParams | None = None,
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_token = new_token
        self.params = params or TrackParams()

    def add(self, actor: str, fixes: Sequence[TrackFix], source: TrackSource) -> TrackReceipt:
        """Keep fixes of a person who has taken a route, and only those of its hours."""
        now = self._clock.now()
        with self._begin() as work:
            walking = _Walking(work, actor, self.params)
            tracked = []
            for fix in fixes:
                route = walking.route_at(fix) if fix.at >= self.params.last_kept(now) else None
                if route is not None:
                    tracked.append(TrackedFix(fix, actor, source, route.plan_id, route.team_id, now))
            kept = work.tracks.add(tracked)
            work.commit()
        return TrackReceipt(kept, len(fixes) - len(tracked))

    def of_team(self, plan_id: str, team_id: str) -> list[TrackFix]:
        """Give the fixes of a team in a plan, by time."""
        with self._read() as work:
            return work.tracks.of_team(plan_id, team_id)

    def erase_old(self) -> int:
        """Erase what is past its time; give how many fixes that were."""
        with self._begin() as work:
            erased = work.tracks.erase_before(self.params.last_kept(self._clock.now()))
            if erased:
                work.note("tracks_erased", "track", "all", "system", after={"fixes": erased})
            work.commit()
        return erased

    def make_token(self, account_id: str) -> str:
        """Give a person a new token for another phone program; the one before no longer works."""
        token = self._new_token()
        with self._begin() as work:
            work.tracks.put_token(account_id, _hash(token), self._clock.now())
            work.note("track_token_made", "account", account_id, f"person:{account_id}")
            work.commit()
        return token

    def drop_token(self, account_id: str) -> None:
        """Take the token away."""
        with self._begin() as work:
            work.tracks.drop_token(account_id)
            work.note("track_token_dropped", "account", account_id, f"person:{account_id}")
            work.commit()

    def sender(self, login_name: str, token: str) -> str:
        """Give the person, as the audit log names him, who sends with this token. Raises Unauthenticated."""
        with self._read() as work:
            account = work.accounts.by_login_name(login_name)
            known = None if account is None else work.tracks.token_hash(account.account_id)
        if (
            account is None
            or known is None
            or not account.is_active
            or not compare_digest(known, _hash(token))
        ):
            raise Unauthenticated("Wrong name or token.")
        return f"person:{account.account_id}"


class _Walking:
    """Which route a person walks at a moment; asked for many fixes of one batch."""

    def __init__(self, work: UnitOfWork, actor: str, params: TrackParams) -> None:
        self._work = work
        self._actor = actor
        self._params = params
        self._routes: dict[tuple[str, str], Route | None] = {}

    def route_at(self, fix: TrackFix) -> Route | None:
        """Give the route that the person had taken by then or soon took, if its hours hold the moment."""
        for taken_by in (fix.at, fix.at + timedelta(seconds=self._params.lead_s)):
            route = self._route(self._work.field.taken_route(self._actor, taken_by))
            if route is not None and self._params.is_on_shift(route, fix.at):
                return route
        return None

    def _route(self, taken: tuple[str, str] | None) -> Route | None:
        if taken is None:
            return None
        if taken not in self._routes:
            routes = {route.team_id: route for route in self._work.patrols.routes(taken[0])}
            self._routes[taken] = routes.get(taken[1])
        return self._routes[taken]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
