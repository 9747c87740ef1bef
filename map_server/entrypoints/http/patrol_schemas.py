"""Patrol plans as JSON for people and programs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol import SubjectKind, Visit
from map_server.domain.patrol_plan import LeftOutVisit, PatrolPlan, PlanState, Route, Stop, StopState
from map_server.domain.team_load import load_of
from map_server.entrypoints.http.plan_schemas import BetterPlan, DecisionOut, LoadOut, StopChangeOut
from map_server.entrypoints.http.times import Day, Moment, WardTime
from map_server.presentation.patrol_view import route_letter
from map_server.services.patrols import PlanRecord

MAX_TEAMS = 50


class ShiftIn(BaseModel):
    """One shift in which a team is to walk; times of the ward's day, null for the team's usual ones.

    A team that is named twice has a split day: it is off between its shifts.
    """

    team_id: str = Field(max_length=40)
    shift_from: WardTime | None = None
    shift_until: WardTime | None = None


class EffortIn(BaseModel):
    """How long the planner may try. `iterations` always gives the same plan for the same input."""

    runtime_s: float = Field(default=4.0, ge=0.1, le=60)
    iterations: int | None = Field(default=None, ge=1, le=100_000)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)


class PlanRequest(BaseModel):
    """Ask for a plan."""

    day: Day
    shifts: list[ShiftIn] = Field(min_length=1, max_length=MAX_TEAMS)
    effort: EffortIn = Field(default_factory=EffortIn)


class CheckIn(BaseModel):
    """What a team reports of a stop."""

    state: Literal[StopState.STARTED, StopState.DONE] = StopState.DONE
    happened_at: Moment | None = Field(
        default=None, description="When it happened, for reports that were sent late; null: now"
    )


class PlanReportOut(BaseModel):
    """What the last planning did."""

    added: int = Field(description="Stops that the plan before did not have")
    given_up: int = Field(description="Stops of the plan before that no team makes now")
    unplaced: int = Field(description="Confirmed incidents whose place nobody knows")
    failure: str
    levelled: int = Field(description="Stops that were given to another team for an even load")
    levelling_s: int = Field(description="What that cost, in seconds of patrol")
    unheeded: int = Field(description="Closures of streets that the routing service cannot be told of")


class PlanOut(BaseModel):
    """A plan; `progress` runs from 0 to 1 while it is made or revised, else it is null."""

    plan_id: str
    day: date
    state: PlanState
    requested_at: datetime
    finished_at: datetime | None
    revision: int
    network: str = Field(description="What the distances rest on")
    value_s: int = Field(description="Prizes collected less seconds of patrol spent, as planned")
    report: PlanReportOut
    progress: float | None
    better: list[BetterPlan] = Field(description="While it is made: the better plans found so far")

    @classmethod
    def of(
        cls, plan: PatrolPlan, progress: float | None, values: Sequence[tuple[float, int]] = ()
    ) -> "PlanOut":
        """Write a plan."""
        return cls(
            plan_id=plan.plan_id,
            day=plan.day,
            state=plan.state,
            requested_at=plan.requested_at,
            finished_at=plan.finished_at,
            revision=plan.revision,
            network=plan.network,
            value_s=plan.value_s,
            report=PlanReportOut(**asdict(plan.report)),
            progress=progress,
            better=[BetterPlan(share=share, value_s=value_s) for share, value_s in values],
        )


class VisitOut(BaseModel):
    """Something worth a stop; `prize_s` is what it is worth in seconds of patrol."""

    subject_kind: SubjectKind
    subject_id: str
    category: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    service_s: int
    prize_s: int
    is_urgent: bool

    @classmethod
    def of(cls, visit: Visit) -> "VisitOut":
        """Write a visit."""
        own = {name: getattr(visit, name) for name in cls.model_fields if name not in ("lon", "lat")}
        return cls(lon=visit.point[0], lat=visit.point[1], **own)


class StopOut(BaseModel):
    """One visit of one team, as promised and as it came about."""

    stop_id: str
    team_id: str
    position: int
    visit: VisitOut
    arrives_at: datetime
    begins_at: datetime
    leaves_at: datetime
    state: StopState
    started_at: datetime | None
    done_at: datetime | None

    @classmethod
    def of(cls, stop: Stop) -> "StopOut":
        """Write a stop."""
        own = {name: getattr(stop, name) for name in cls.model_fields if name != "visit"}
        return cls(visit=VisitOut.of(stop.visit), **own)


class RouteShiftOut(BaseModel):
    """One shift of a route."""

    starts_at: datetime
    ends_at: datetime
    returns_at: datetime
    stops: int = Field(description="How many of the route's stops are made in it")

    @classmethod
    def all_of(cls, route: Route, stops: Sequence[Stop]) -> "list[RouteShiftOut]":
        """Write the shifts of a route in order."""
        return [
            cls(
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                returns_at=shift.returns_at,
                stops=len(route.stops_of_shift(number, stops)),
            )
            for number, shift in enumerate(route.shifts)
        ]


class RouteOut(BaseModel):
    """One team's day; `legs` are the ways from stop to stop as [lon, lat] lines, with each way home."""

    team_id: str
    name_zh: str
    name_en: str
    colour: str
    starts_at: datetime
    ends_at: datetime
    returns_at: datetime
    metres: float
    shifts: list[RouteShiftOut] = Field(description="One, or several with hours off between them")
    letter: str = Field(description="Stands before the numbers of its stops")
    load: LoadOut
    stops: list[StopOut]
    legs: list[list[tuple[float, float]]]

    @classmethod
    def of(cls, route: Route, record: PlanRecord) -> "RouteOut":
        """Write a route."""
        team, stops = record.teams[route.team_id], record.stops_of(route.team_id)
        return cls(
            team_id=route.team_id,
            name_zh=team.name_zh,
            name_en=team.name_en,
            colour=team.colour,
            starts_at=route.starts_at,
            ends_at=route.ends_at,
            returns_at=route.returns_at,
            metres=route.metres,
            shifts=RouteShiftOut.all_of(route, stops),
            letter=route_letter(record.routes.index(route)),
            load=LoadOut.of(load_of(route, stops)),
            stops=[StopOut.of(stop) for stop in stops],
            legs=[list(leg) for leg in route.legs],
        )


class LeftOutOut(BaseModel):
    """A visit that nobody makes, and why.

    `short_s`: seconds that are missing; `delay_s`: what it would cost; `away_m`: the nearest street.
    """

    visit: VisitOut
    reason: LeftOutReason
    short_s: int | None
    delay_s: int | None
    away_m: float | None

    @classmethod
    def of(cls, left_out: LeftOutVisit) -> "LeftOutOut":
        """Write a visit that is left out."""
        return cls(
            visit=VisitOut.of(left_out.visit),
            reason=left_out.reason,
            short_s=left_out.short_s,
            delay_s=left_out.delay_s,
            away_m=left_out.away_m,
        )


class PlanDetail(PlanOut):
    """A plan with its routes, stops, what it leaves out, what was decided by hand and what changed last."""

    routes: list[RouteOut]
    left_out: list[LeftOutOut]
    decisions: list[DecisionOut]
    changes: list[StopChangeOut]

    @classmethod
    def of_record(cls, record: PlanRecord) -> "PlanDetail":
        """Write a plan with all that belongs to it."""
        return cls(
            **PlanOut.of(record.plan, record.progress, record.values).model_dump(),
            routes=[RouteOut.of(route, record) for route in record.routes],
            left_out=[LeftOutOut.of(visit) for visit in record.left_out],
            decisions=[DecisionOut.of(rule) for rule in record.rules],
            changes=[StopChangeOut.of(change) for change in record.changes],
        )


class PlanList(BaseModel):
    """The newest plans."""

    plans: list[PlanOut]
