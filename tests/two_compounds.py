"""A ward of two compounds with one of everything in each, for tests of who reaches what."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.campaign import Campaign, Recurrence
from map_server.domain.datum import LonLat
from map_server.domain.field_record import FieldRecord, RecordKind
from map_server.domain.patrol import SubjectKind, Visit
from map_server.domain.patrol_plan import PatrolPlan, PlanState, Route, Stop
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.report import ReportDefinition
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.result_form import Outcome
from map_server.domain.team import Team
from map_server.domain.visit import PhoneTime
from map_server.domain.ward_time import WARD_ZONE
from map_server.domain.work_order_rules import WorkActor
from map_server.services.device_register import DeviceEntry
from map_server.services.report_ports import Reader
from tests.event_messages import evidence, message
from tests.fakes.owners import FixedOwners
from tests.running_server import RunningServer, running_server
from wire_contract.routes import EVENTS, EVIDENCE

OWN, FOREIGN = "own", "foreign"
CORNERS: Mapping[str, LonLat] = {OWN: (121.5600, 31.2500), FOREIGN: (121.5800, 31.2700)}
_SIZE_DEG = 0.002


@dataclass(frozen=True, slots=True)
class Things:
    """One of everything in a compound: parameters of paths to their values, and how lists name it."""

    parameters: Mapping[str, str]

    @property
    def marks(self) -> tuple[str, ...]:
        """What must not be read by people of another area."""
        names = ("incident_id", "waiting_id", "device_id", "work_order_id", "site_id", "plan_id")
        return tuple(self.parameters[name] for name in names)


@dataclass(frozen=True, slots=True)
class TwoCompounds:
    """A running server, and what lies in each compound."""

    server: RunningServer
    things: Mapping[str, Things]


@contextmanager
def two_compounds(folder: Path, database_url: str | None = None) -> Iterator[TwoCompounds]:
    """Start a server over an empty data folder and furnish it."""
    with running_server(folder, database_url, FixedOwners()) as server:
        server.services.geodata.load(
            [_layer(folder, "compounds"), _layer(folder, "grids"), _layer(folder, "drop_points")], "system"
        )
        yield TwoCompounds(server, {area: _furnish(server, area) for area in CORNERS})


def _layer(folder: Path, name: str) -> Path:
    features = []
    for area, (lon, lat) in CORNERS.items():
        ring = [
            [lon + east, lat + north]
            for east, north in ((0, 0), (_SIZE_DEG, 0), (_SIZE_DEG, _SIZE_DEG), (0, _SIZE_DEG), (0, 0))
        ]
        shape = (
            {"type": "Point", "coordinates": _middle(area)}
            if name == "drop_points"
            else {"type": "Polygon", "coordinates": [ring]}
        )
        features.append({"type": "Feature", "properties": {"id": f"{name}-{area}"}, "geometry": shape})
    path = folder / f"{name}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _middle(area: str) -> LonLat:
    lon, lat = CORNERS[area]
    return lon + _SIZE_DEG / 2, lat + _SIZE_DEG / 2


def _furnish(server: RunningServer, area: str) -> Things:
    device_id, picture = f"box-{area}", b"\xff\xd8\xff\xe0" + area.encode()
    sha256 = hashlib.sha256(picture).hexdigest()
    box = server.device(device_id)
    server.services.device_register.import_entries(
        [DeviceEntry(device_id, compound=f"compounds-{area}")], "system"
    )
    seen = [
        message(device_id=device_id, at=_middle(area), evidence=[evidence(sha256)]),
        message(device_id=device_id, at=_middle(area), kind="blocked_fire_lane", zone_id="lane"),
    ]
    for one in seen:
        assert box.post(EVENTS, json=one).json()["results"][0]["status"] == "stored"
    assert box.put(EVIDENCE.format(sha256=sha256), content=picture).status_code == 200
    with server.services.read() as work:
        events = work.events.known([str(one["event_id"]) for one in seen])
    incident_id, waiting_id = (events[str(one["event_id"])].incident_id for one in seen)
    admin = server.person(Role.ADMIN)
    verdict = admin.post(f"/api/v1/audits/{incident_id}/verdict", json={"decision": "confirm"})
    orders = admin.get("/api/v1/work-orders", params={"incident": incident_id}).json()["work_orders"]
    parameters = {
        "incident_id": incident_id,
        "waiting_id": waiting_id,
        "verdict_id": verdict.json()["verdict_id"],
        "work_order_id": orders[0]["id"],
        "device_id": device_id,
        "camera_id": "cam-1",
        "sha256": sha256,
        "site_id": f"drop_points-{area}",
        "name": "drop_points",
        "language": "en",
    }
    return Things(parameters | _planned(server, area) | _reported(server, area))


def _reported(server: RunningServer, area: str) -> dict[str, str]:
    """Freeze yesterday's report of the compound."""
    yesterday = server.clock.now().astimezone(WARD_ZONE).date() - timedelta(days=1)
    period = ReportPeriod.holding(ReportKind.DAILY, yesterday)
    definition = ReportDefinition(period, Reach.of_areas((f"compounds-{area}",)))
    reader = Reader("system", Role.SUPERVISOR, WHOLE_WARD)
    report = server.services.reporting.reports.freeze(definition, reader)
    return {"report_id": report.report_id, "key": "found"}


def _planned(server: RunningServer, area: str) -> dict[str, str]:
    """Put a plan with one stop at the compound's drop point."""
    now, place, plan_id, team_id = server.clock.now(), _middle(area), f"plan-{area}", f"team-{area}"
    server.services.teams.add(
        Team(team_id, "组", "Team", "#1769c2", place, place, time(8, 30), time(17, 30)), "system"
    )
    later = now + timedelta(hours=1)
    campaign = Campaign(
        f"campaign-{area}",
        "行动",
        "Campaign",
        place,
        time(9),
        1800,
        Recurrence(frozenset({3}), date(2026, 11, 23)),
        (team_id,),
    )
    server.services.planning.campaigns.add(campaign, "system")
    route = Route(plan_id, team_id, now, later, place, place, 1.0, later, 0.0, ((place, place),) * 2)
    visit = Visit(
        SubjectKind.SITE, f"drop_points-{area}", "drop_point", "点", "Point", place, 300, 900, 0, 3600
    )
    stop = Stop(f"stop-{area}", plan_id, team_id, 1, visit, now, now, now)
    with SqlUnitsOfWork(server.services.engine, server.clock, lambda _: None)() as work:
        work.patrols.put(PatrolPlan(plan_id, date(2026, 11, 23), PlanState.READY, "system", now, now))
        work.patrols.put_routes(plan_id, [route])
        work.patrols.put_stops(plan_id, [stop])
        work.commit()
    record = FieldRecord(
        record_id=f"record-{area}",
        kind=RecordKind.RESULT,
        time=PhoneTime(f"phone-{area}", 1, now, "session", 0.0),
        digest=area,
        plan_id=plan_id,
        team_id=team_id,
        stop_id=stop.stop_id,
        outcome=Outcome.CLEAR,
    )
    server.services.field.visits.take(record, WorkActor(f"person:{area}"))
    return {
        "plan_id": plan_id,
        "team_id": team_id,
        "stop_id": stop.stop_id,
        "record_id": record.record_id,
        "campaign_id": campaign.campaign_id,
    }
