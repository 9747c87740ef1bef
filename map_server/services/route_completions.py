"""Holds plans against what teams walked and visited: for one plan, and for a week or a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shapely.geometry.base import BaseGeometry

from map_server.domain.errors import InvalidInput
from map_server.domain.patrol_plan import PlanState, Route, Stop, StopState
from map_server.domain.route_completion import (
    STOP_REACH_M,
    RouteCompletion,
    TeamCompletion,
    by_team,
    in_force,
    tally_of,
)
from map_server.domain.segment import SegmentWalk
from map_server.domain.team_load import LoadSpread, load_of, spread_of
from map_server.domain.track import TrackParams
from map_server.domain.walked_way import Line, WalkedWays, length_m, walked_and_missed
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.street_ports import StreetSegments

LONGEST_PERIOD_DAYS = 92


@dataclass(frozen=True, slots=True)
class CompletionReport:
    """Completion of the routes of some days of the ward whose hours are over; `running` ones do not count."""

    first: date
    last: date
    teams: tuple[TeamCompletion, ...]
    running: int
    has_streets: bool

    @property
    def spread(self) -> LoadSpread | None:
        """How evenly the planned work was shared out between the teams; None without a team."""
        return spread_of([team.used for team in self.teams]) if self.teams else None


@dataclass(frozen=True, slots=True)
class PlannedWays:
    """Planned ways as lines: what was walked of them, and what was not."""

    walked: tuple[Line, ...]
    missed: tuple[Line, ...]


class RouteCompletions:
    """Reads; changes nothing. Tracks may come days late, so figures may still grow."""

    def __init__(
        self, read: Begin, clock: Clock, streets: StreetSegments, params: TrackParams | None = None
    ) -> None:
        self._read = read
        self._clock = clock
        self._streets = streets
        self._margin = timedelta(seconds=(params or TrackParams()).margin_s)

    def of_plan(self, plan_id: str) -> dict[str, RouteCompletion]:
        """Give for each team of a plan what it has walked so far; empty while no streets are loaded."""
        with self._read() as work:
            routes, stops = work.patrols.routes(plan_id), work.patrols.stops(plan_id)
            day = work.patrols.get(plan_id).day
            walks = self._walks(work, routes)
            vouched = work.field.vouched_stops([plan_id])
        if not routes or not (segments := self._streets.segments()):
            return {}
        held = _Held(WalkedWays(segments), walks, vouched, self._margin)
        return {route.team_id: held.completion(route, day, _own(stops, route)) for route in routes}

    def over(self, first: date, last: date) -> CompletionReport:
        """Count the routes of plans of some days, both included. Raises InvalidInput."""
        routes = self._routes(first, last)
        segments, now = self._streets.segments(), self._clock.now()
        ended = [one for one in routes.routes if one.ends_at <= now]
        held = _Held(WalkedWays(segments), routes.walks, routes.vouched, self._margin)
        completions = [
            held.completion(route, routes.days[route.plan_id], routes.stops_of(route)) for route in ended
        ]
        running = len(routes.routes) - len(ended)
        return CompletionReport(first, last, by_team(completions), running, bool(segments))

    def ways(self, first: date, last: date, team_id: str | None = None) -> PlannedWays:
        """Give the planned ways of the routes that `over` counts, of one team or of all."""
        routes = self._routes(first, last)
        ways, now = WalkedWays(self._streets.segments()), self._clock.now()
        held = _Held(ways, routes.walks, routes.vouched, self._margin)
        parts = [
            held.split(route)
            for route in routes.routes
            if route.ends_at <= now and team_id in (None, route.team_id)
        ]
        walked = [piece for found, _ in parts for piece in found]
        missed = [piece for _, lost in parts for piece in lost]
        return PlannedWays(ways.lines(walked), ways.lines(missed))

    def _routes(self, first: date, last: date) -> "_Routes":
        if not first <= last < first + timedelta(days=LONGEST_PERIOD_DAYS):
            raise InvalidInput(
                f"to: must not lie before from, nor {LONGEST_PERIOD_DAYS} days or more after it"
            )
        with self._read() as work:
            plans = [plan for plan in work.patrols.on_days(first, last) if plan.state is PlanState.READY]
            stops = {plan.plan_id: work.patrols.stops(plan.plan_id) for plan in plans}
            planned = [
                (route, _done(_own(stops[plan.plan_id], route)), place)
                for place, plan in enumerate(plans)
                for route in work.patrols.routes(plan.plan_id)
            ]
            routes = in_force(planned)
            return _Routes(
                {plan.plan_id: plan.day for plan in plans},
                routes,
                stops,
                self._walks(work, routes),
                work.field.vouched_stops(list(stops)),
            )

    def _walks(self, work: UnitOfWork, routes: Sequence[Route]) -> list[SegmentWalk]:
        if not routes:
            return []
        first = min(route.starts_at for route in routes) - self._margin
        last = max(route.ends_at for route in routes) + self._margin
        return work.segment_walks.between(_ward_day(first), _ward_day(last))


@dataclass(frozen=True, slots=True)
class _Routes:
    """What was read of a period."""

    days: dict[str, date]
    routes: Sequence[Route]
    stops: dict[str, list[Stop]]
    walks: Sequence[SegmentWalk]
    vouched: frozenset[str]

    def stops_of(self, route: Route) -> list[Stop]:
        return _own(self.stops[route.plan_id], route)


class _Held:
    """Routes held against walks."""

    def __init__(
        self,
        ways: WalkedWays,
        walks: Sequence[SegmentWalk],
        vouched: frozenset[str],
        margin: timedelta,
    ) -> None:
        self._ways = ways
        self._vouched = vouched
        self._margin = margin
        self._walks: dict[str, list[SegmentWalk]] = {}
        for walk in walks:
            self._walks.setdefault(walk.team_id, []).append(walk)

    def completion(self, route: Route, day: date, stops: Sequence[Stop]) -> RouteCompletion:
        """Give how much of a route was walked and visited."""
        own = self._walked_in(route)
        ground = self._ways.ground(walk.walked for walk in own)
        pieces = self._ways.pieces(route.legs)
        walked, _ = walked_and_missed(pieces, ground)
        passed = {
            stop.stop_id for stop in stops if self._ways.reaches(ground, stop.visit.point, STOP_REACH_M)
        }
        return RouteCompletion(
            plan_id=route.plan_id,
            team_id=route.team_id,
            day=day,
            planned_m=length_m(pieces),
            walked_m=length_m(walked),
            has_track=bool(own),
            tally=tally_of(stops, self._vouched, passed),
            load=load_of(route, stops),
        )

    def split(self, route: Route) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
        """Give what was walked of a route's way, and what was not."""
        ground = self._ways.ground(walk.walked for walk in self._walked_in(route))
        return walked_and_missed(self._ways.pieces(route.legs), ground)

    def _walked_in(self, route: Route) -> list[SegmentWalk]:
        """Give what the team walked in the hours of a route and the margin that tracks have around them."""
        first, last = route.starts_at - self._margin, route.ends_at + self._margin
        own = self._walks.get(route.team_id, ())
        return [walk for walk in own if walk.walked.left_at >= first and walk.walked.entered_at <= last]


def _own(stops: Sequence[Stop], route: Route) -> list[Stop]:
    return [stop for stop in stops if stop.team_id == route.team_id]


def _done(stops: Sequence[Stop]) -> int:
    return sum(stop.state is StopState.DONE for stop in stops)


def _ward_day(moment: datetime) -> date:
    return moment.astimezone(WARD_ZONE).date()
