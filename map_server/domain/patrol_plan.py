"""A plan as people use it.

Routes of teams, stops with their promises, what was left out, and how far it has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from map_server.domain.datum import LonLat
from map_server.domain.errors import Conflict, InvalidInput
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol import Visit

CLOCK_SKEW = timedelta(minutes=2)
"""A phone's clock may run ahead by this much."""


class PlanState(StrEnum):
    """Where a plan stands."""

    PLANNING = "planning"
    READY = "ready"
    CANCELLED = "cancelled"
    FAILED = "failed"


class StopState(StrEnum):
    """Where a stop stands."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What the last planning did.

    Stops taken in and given up since the one before, and what it could not use.
    """

    added: int = 0
    given_up: int = 0
    unplaced: int = 0
    """Confirmed incidents whose place nobody knows."""
    failure: str = ""
    levelled: int = 0
    """Stops that were given to another team for an even load."""
    levelling_s: int = 0
    """What that cost, in seconds of patrol."""
    unheeded: int = 0
    """Closures of streets that the ways do not heed, because the routing service cannot be told of them."""


@dataclass(frozen=True, slots=True)
class PatrolPlan:
    """One day's plan.

    `revision` counts the plans made for it: 1 for the first, one more for each replanning.
    """

    plan_id: str
    day: date
    state: PlanState
    requested_by: str
    requested_at: datetime
    origin_at: datetime
    """Second 0 of the visits' windows."""
    finished_at: datetime | None = None
    network: str = ""
    """What the distances rest on."""
    report: PlanReport = PlanReport()
    revision: int = 0
    value_s: int = 0
    """Prizes collected less seconds of patrol spent, as planned."""

    def ready(self, network: str, value_s: int, report: PlanReport, at: datetime) -> Self:
        """A plan was found and proved."""
        if self.state in (PlanState.CANCELLED, PlanState.FAILED):
            raise Conflict(f"this plan is {self.state}; make a new one")
        return replace(
            self,
            state=PlanState.READY,
            network=network,
            value_s=value_s,
            finished_at=at,
            report=report,
            revision=self.revision + 1,
        )

    def cancelled(self, at: datetime) -> Self:
        """Someone no longer wants it."""
        if self.state not in (PlanState.PLANNING, PlanState.READY):
            raise Conflict(f"this plan is {self.state} already")
        return replace(self, state=PlanState.CANCELLED, finished_at=at)

    def failed(self, why: str, at: datetime) -> Self:
        """It could not be made."""
        return replace(self, state=PlanState.FAILED, report=PlanReport(failure=why), finished_at=at)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many stops a plan has, and how many of them are done."""

    stops: int
    done: int


@dataclass(frozen=True, slots=True)
class RouteShift:
    """One shift of a route: its hours, where it begins and ends, and when the team is back."""

    starts_at: datetime
    ends_at: datetime
    start: LonLat
    end: LonLat
    returns_at: datetime


@dataclass(frozen=True, slots=True)
class Route:
    """One team's day in a plan, and the way that it takes: one line for each leg, the way home last.

    Its break of `rest_s` begins between `rest_opens_at` and `rest_closes_at`; None: it has none. A day of
    several shifts is `split`: it begins with the first and ends with the last, and each has its legs, from
    its own start to its own end.
    """

    plan_id: str
    team_id: str
    starts_at: datetime
    ends_at: datetime
    start: LonLat
    end: LonLat
    pace_m_s: float
    returns_at: datetime
    metres: float = 0.0
    legs: tuple[tuple[LonLat, ...], ...] = ()
    skills: frozenset[str] = frozenset()
    rest_opens_at: datetime | None = None
    rest_closes_at: datetime | None = None
    rest_s: int = 0
    split: tuple[RouteShift, ...] = ()

    @property
    def shifts(self) -> tuple[RouteShift, ...]:
        """Give its shifts, at least one, in order."""
        whole = RouteShift(self.starts_at, self.ends_at, self.start, self.end, self.returns_at)
        return self.split or (whole,)

    def shift_at(self, moment: datetime) -> int:
        """Give the number, from 0, of the shift that holds a moment, else of the next, else of the last."""
        numbers = (number for number, shift in enumerate(self.shifts) if moment < shift.ends_at)
        return next(numbers, len(self.shifts) - 1)

    def stops_of_shift(self, number: int, stops: "Sequence[Stop]") -> "list[Stop]":
        """Give those of its stops that are planned in one of its shifts."""
        return [stop for stop in stops if self.shift_at(stop.begins_at) == number]


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of one team, as promised and as it came about. `position` counts from 1 within the route."""

    stop_id: str
    plan_id: str
    team_id: str
    position: int
    visit: Visit
    arrives_at: datetime
    begins_at: datetime
    leaves_at: datetime
    state: StopState = StopState.PLANNED
    started_at: datetime | None = None
    done_at: datetime | None = None
    checked_in_by: str = ""

    def started(self, at: datetime, by: str) -> Self:
        """The team has arrived. Said again, nothing changes."""
        if self.state is not StopState.PLANNED:
            return self
        return replace(self, state=StopState.STARTED, started_at=at, checked_in_by=by)

    def reopened(self) -> Self:
        """What was said of it does not count: it is still to be done."""
        return replace(self, state=StopState.PLANNED, started_at=None, done_at=None, checked_in_by="")

    def done(self, at: datetime, by: str) -> Self:
        """The team has finished. Said again, nothing changes."""
        if self.state is StopState.DONE:
            return self
        began_at = min(self.started_at or at, at)
        return replace(self, state=StopState.DONE, started_at=began_at, done_at=at, checked_in_by=by)


@dataclass(frozen=True, slots=True)
class LeftOutVisit:
    """A visit that nobody makes, with the reason in numbers (see `left_out.LeftOut`)."""

    plan_id: str
    visit: Visit
    reason: LeftOutReason
    short_s: int | None = None
    delay_s: int | None = None
    away_m: float | None = None


def check_reported_time(reported_at: datetime | None, plan: PatrolPlan, now: datetime) -> datetime:
    """Give the time of a check-in: the phone's when it is possible, the server's when the phone gave none.

    Raises InvalidInput for a time in the future or before the plan was asked for.
    """
    if reported_at is None:
        return now
    if reported_at > now + CLOCK_SKEW:
        raise InvalidInput("happened_at: the phone's clock is ahead of the server's; set it right")
    if reported_at < plan.requested_at:
        raise InvalidInput("happened_at: the check-in is older than the plan; set the phone's clock right")
    return min(reported_at, now)
