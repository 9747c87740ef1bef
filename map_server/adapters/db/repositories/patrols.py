"""Patrol plans, their routes, stops, and what was left out, as rows."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, case, delete, func, insert, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.patrols import patrol_left_out, patrol_plans, patrol_routes, patrol_stops
from map_server.adapters.db.upsert import upsert
from map_server.adapters.db.ward_areas import plans_within
from map_server.domain.errors import NotFound
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol import SubjectKind, Visit
from map_server.domain.patrol_plan import (
    LeftOutVisit,
    PatrolPlan,
    PlanReport,
    PlanState,
    Route,
    RouteShift,
    Stop,
    StopState,
    Tally,
)
from map_server.domain.reach import Reach


class SqlPatrols:
    """See services.patrol_ports.PatrolRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, plan: PatrolPlan) -> None:
        """Store a new or changed plan."""
        row = {column.name: getattr(plan, column.name) for column in patrol_plans.columns}
        upsert(
            self._connection, patrol_plans, [row | {"state": str(plan.state), "report": asdict(plan.report)}]
        )

    def get(self, plan_id: str) -> PatrolPlan:
        """Give a plan. Raises NotFound."""
        wanted = select(patrol_plans).where(patrol_plans.c.plan_id == plan_id)
        row = self._connection.execute(wanted).mappings().first()
        if row is None:
            raise NotFound(f"there is no patrol plan {plan_id}")
        return _plan(row)

    def in_states(self, states: Collection[PlanState]) -> list[PatrolPlan]:
        """Give the plans in these states, newest first."""
        wanted = select(patrol_plans).where(patrol_plans.c.state.in_([str(state) for state in states]))
        rows = self._connection.execute(wanted.order_by(patrol_plans.c.requested_at.desc())).mappings()
        return [_plan(row) for row in rows]

    def latest(self, count: int, reach: Reach) -> list[PatrolPlan]:
        """Give the newest plans all of whose visits lie within reach."""
        wanted = select(patrol_plans).where(plans_within(reach))
        newest = wanted.order_by(patrol_plans.c.day.desc(), patrol_plans.c.requested_at.desc())
        return [_plan(row) for row in self._connection.execute(newest.limit(count)).mappings()]

    def on_days(self, first: date, last: date) -> list[PatrolPlan]:
        """Give the plans of some days, both included, those asked for first first."""
        wanted = select(patrol_plans).where(patrol_plans.c.day.between(first, last))
        rows = self._connection.execute(wanted.order_by(patrol_plans.c.requested_at)).mappings()
        return [_plan(row) for row in rows]

    def tallies(self, plan_ids: Collection[str]) -> dict[str, Tally]:
        """Count the stops of plans, and how many are done."""
        is_done = case((patrol_stops.c.state == str(StopState.DONE), 1), else_=0)
        counted = select(patrol_stops.c.plan_id, func.count(), func.sum(is_done)).where(
            patrol_stops.c.plan_id.in_(plan_ids)
        )
        rows = self._connection.execute(counted.group_by(patrol_stops.c.plan_id))
        return {plan_id: Tally(stops, done) for plan_id, stops, done in rows}

    def put_routes(self, plan_id: str, routes: Sequence[Route]) -> None:
        """Make these the only routes of a plan."""
        self._replace(patrol_routes, plan_id, [_route_row(route) for route in routes])

    def put_stops(self, plan_id: str, stops: Sequence[Stop]) -> None:
        """Make these the only stops of a plan."""
        self._replace(patrol_stops, plan_id, [_stop_row(stop) for stop in stops])

    def put_left_out(self, plan_id: str, visits: Sequence[LeftOutVisit]) -> None:
        """Make these the only visits that a plan leaves out."""
        rows = [_left_out_row(number, visit) for number, visit in enumerate(visits)]
        self._replace(patrol_left_out, plan_id, rows)

    def put_stop(self, stop: Stop) -> None:
        """Store a changed stop."""
        upsert(self._connection, patrol_stops, [_stop_row(stop)])

    def routes(self, plan_id: str) -> list[Route]:
        """Give the routes of a plan, by team."""
        wanted = select(patrol_routes).where(patrol_routes.c.plan_id == plan_id)
        rows = self._connection.execute(wanted.order_by(patrol_routes.c.team_id)).mappings()
        return [_route(row) for row in rows]

    def stops(self, plan_id: str) -> list[Stop]:
        """Give the stops of a plan, by team and position."""
        wanted = select(patrol_stops).where(patrol_stops.c.plan_id == plan_id)
        ordered = wanted.order_by(patrol_stops.c.team_id, patrol_stops.c.position)
        return [stop_from_row(row) for row in self._connection.execute(ordered).mappings()]

    def left_out(self, plan_id: str) -> list[LeftOutVisit]:
        """Give the visits that a plan leaves out."""
        wanted = select(patrol_left_out).where(patrol_left_out.c.plan_id == plan_id)
        rows = self._connection.execute(wanted.order_by(patrol_left_out.c.number)).mappings()
        return [left_out_from_row(row) for row in rows]

    def stop(self, plan_id: str, stop_id: str) -> Stop:
        """Give a stop of a plan. Raises NotFound."""
        wanted = select(patrol_stops).where(
            patrol_stops.c.plan_id == plan_id, patrol_stops.c.stop_id == stop_id
        )
        row = self._connection.execute(wanted).mappings().first()
        if row is None:
            raise NotFound(f"this plan has no stop {stop_id}; it may have been planned anew")
        return stop_from_row(row)

    def _replace(self, table: Table, plan_id: str, rows: list[dict[str, Any]]) -> None:
        self._connection.execute(delete(table).where(table.c.plan_id == plan_id))
        if rows:
            self._connection.execute(insert(table), rows)


def _plan(row: RowMapping) -> PatrolPlan:
    return PatrolPlan(**{**row, "state": PlanState(row["state"]), "report": PlanReport(**row["report"])})


def _route(row: RowMapping) -> Route:
    return Route(
        plan_id=row["plan_id"],
        team_id=row["team_id"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        start=(row["start_lon"], row["start_lat"]),
        end=(row["end_lon"], row["end_lat"]),
        pace_m_s=row["pace_m_s"],
        returns_at=row["returns_at"],
        metres=row["metres"],
        legs=tuple(tuple((lon, lat) for lon, lat in leg) for leg in row["legs"]),
        skills=frozenset(row["skills"]),
        rest_opens_at=row["rest_opens_at"],
        rest_closes_at=row["rest_closes_at"],
        rest_s=row["rest_s"],
        split=tuple(_shift(one) for one in row["split"]),
    )


def _shift(kept: dict[str, Any]) -> RouteShift:
    return RouteShift(
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        ends_at=datetime.fromisoformat(kept["ends_at"]),
        start=(kept["start"][0], kept["start"][1]),
        end=(kept["end"][0], kept["end"][1]),
        returns_at=datetime.fromisoformat(kept["returns_at"]),
    )


def _kept_shift(shift: RouteShift) -> dict[str, Any]:
    return {
        "starts_at": shift.starts_at.astimezone(UTC).isoformat(),
        "ends_at": shift.ends_at.astimezone(UTC).isoformat(),
        "start": list(shift.start),
        "end": list(shift.end),
        "returns_at": shift.returns_at.astimezone(UTC).isoformat(),
    }


def _route_row(route: Route) -> dict[str, Any]:
    return {
        "plan_id": route.plan_id,
        "team_id": route.team_id,
        "starts_at": route.starts_at,
        "ends_at": route.ends_at,
        "start_lon": route.start[0],
        "start_lat": route.start[1],
        "end_lon": route.end[0],
        "end_lat": route.end[1],
        "pace_m_s": route.pace_m_s,
        "returns_at": route.returns_at,
        "metres": route.metres,
        "legs": [[[round(lon, 7), round(lat, 7)] for lon, lat in leg] for leg in route.legs],
        "skills": sorted(route.skills),
        "rest_opens_at": route.rest_opens_at,
        "rest_closes_at": route.rest_closes_at,
        "rest_s": route.rest_s,
        "split": [_kept_shift(shift) for shift in route.split],
    }


def _visit(row: RowMapping) -> Visit:
    return Visit(
        subject_kind=SubjectKind(row["subject_kind"]),
        subject_id=row["subject_id"],
        category=row["category"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        point=(row["lon"], row["lat"]),
        service_s=row["service_s"],
        prize_s=row["prize_s"],
        opens_s=row["opens_s"],
        closes_s=row["closes_s"],
        is_urgent=row["is_urgent"],
        is_firm=row["is_firm"],
        further_windows=tuple((opens_s, closes_s) for opens_s, closes_s in row["further_windows"]),
        skills=frozenset(row["skills"]),
    )


def _visit_row(visit: Visit) -> dict[str, Any]:
    return {
        "subject_kind": str(visit.subject_kind),
        "subject_id": visit.subject_id,
        "category": visit.category,
        "name_zh": visit.name_zh,
        "name_en": visit.name_en,
        "lon": visit.point[0],
        "lat": visit.point[1],
        "service_s": visit.service_s,
        "prize_s": visit.prize_s,
        "opens_s": visit.opens_s,
        "closes_s": visit.closes_s,
        "is_urgent": visit.is_urgent,
        "is_firm": visit.is_firm,
        "further_windows": [list(window) for window in visit.further_windows],
        "skills": sorted(visit.skills),
    }


def stop_from_row(row: RowMapping) -> Stop:
    """Read a stop."""
    return Stop(
        stop_id=row["stop_id"],
        plan_id=row["plan_id"],
        team_id=row["team_id"],
        position=row["position"],
        visit=_visit(row),
        arrives_at=row["arrives_at"],
        begins_at=row["begins_at"],
        leaves_at=row["leaves_at"],
        state=StopState(row["state"]),
        started_at=row["started_at"],
        done_at=row["done_at"],
        checked_in_by=row["checked_in_by"],
    )


def _stop_row(stop: Stop) -> dict[str, Any]:
    return {
        "stop_id": stop.stop_id,
        "plan_id": stop.plan_id,
        "team_id": stop.team_id,
        "position": stop.position,
        **_visit_row(stop.visit),
        "arrives_at": stop.arrives_at,
        "begins_at": stop.begins_at,
        "leaves_at": stop.leaves_at,
        "state": str(stop.state),
        "started_at": stop.started_at,
        "done_at": stop.done_at,
        "checked_in_by": stop.checked_in_by,
    }


def left_out_from_row(row: RowMapping) -> LeftOutVisit:
    """Read a visit that is left out."""
    return LeftOutVisit(
        plan_id=row["plan_id"],
        visit=_visit(row),
        reason=LeftOutReason(row["reason"]),
        short_s=row["short_s"],
        delay_s=row["delay_s"],
        away_m=row["away_m"],
    )


def _left_out_row(number: int, left_out: LeftOutVisit) -> dict[str, Any]:
    return {
        "plan_id": left_out.plan_id,
        "number": number,
        **_visit_row(left_out.visit),
        "reason": str(left_out.reason),
        "short_s": left_out.short_s,
        "delay_s": left_out.delay_s,
        "away_m": left_out.away_m,
    }
