"""A day in the field for tests: sites, a route of the day, and records as phones make them."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import httpx
import uuid_utils
from PIL import Image

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.datum import LonLat
from map_server.domain.patrol import SubjectKind, Visit
from map_server.domain.patrol_plan import PatrolPlan, PlanState, Route, Stop
from map_server.domain.plane import LocalPlane
from map_server.domain.team import Team
from tests.running_server import RunningServer

HERE: LonLat = (121.5590, 31.2495)
PLAN, TEAM = "plan-today", "red"
RECORDS = "/api/v1/field/records"
PHOTOS = "/api/v1/field/photos/{}"


def east(metres: float) -> LonLat:
    """A place so many metres east of the first site."""
    return LocalPlane(HERE).lonlat(metres, 0.0)


def jpeg(shade: int = 120, size_px: int = 64) -> bytes:
    """A small picture that no other test takes by accident."""
    out = io.BytesIO()
    Image.new("RGB", (size_px, size_px), (shade % 256, (shade * 7) % 256, (shade * 13) % 256)).save(
        out, "JPEG"
    )
    return out.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def load_sites(server: RunningServer, folder: Path, count: int = 3) -> None:
    """Register drop points, a hundred metres from each other."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": f"DP-{number}",
                "name_zh": f"{number}号投放点",
                "name_en": f"Point {number}",
            },
            "geometry": {"type": "Point", "coordinates": east(100.0 * number)},
        }
        for number in range(count)
    ]
    path = folder / "drop_points.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    server.services.geodata.load([path], "system")


def plan_day(server: RunningServer, visits: int = 3, incident_id: str | None = None) -> None:
    """Put a ready plan of today with one team's stops at the sites, and at an incident if one is named."""
    now = server.clock.now()
    team = Team(TEAM, "红队", "Red team", "#b3261e", HERE, HERE, time(8), time(20))
    server.services.teams.add(team, "system")
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=9)
    legs = ((HERE, HERE),) * (visits + 1)
    route = Route(PLAN, TEAM, begins, ends, HERE, HERE, 1.0, ends, 800.0, legs)
    wanted = [
        Visit(
            SubjectKind.SITE, f"DP-{number}", "drop_point", f"{number}号投放点", f"Point {number}",
            east(100.0 * number), 300, 900, 0, 3600,
        )
        for number in range(visits)
    ]  # fmt: skip
    if incident_id is not None:
        wanted.append(
            Visit(
                SubjectKind.INCIDENT, incident_id, "garbage_drop", "小包垃圾", "Left garbage",
                HERE, 300, 900, 0, 3600, is_urgent=True,
            )
        )  # fmt: skip
    stops = [
        Stop(f"stop-{place}", PLAN, TEAM, place, visit, *(now + timedelta(minutes=10 * place),) * 3)
        for place, visit in enumerate(wanted, 1)
    ]
    with SqlUnitsOfWork(server.services.engine, server.clock, lambda _: None)() as work:
        today = date(now.year, now.month, now.day)
        asked_at = now - timedelta(hours=2)
        work.patrols.put(PatrolPlan(PLAN, today, PlanState.READY, "system", asked_at, asked_at))
        work.patrols.put_routes(PLAN, [route])
        work.patrols.put_stops(PLAN, stops)
        work.commit()


@dataclass
class FieldPhone:
    """A phone that makes records by the server's clock, plus whatever a test adds."""

    server: RunningServer
    client: httpx.Client
    phone_id: str = "phone-1"
    sequence: int = 0
    skew: timedelta = field(default_factory=timedelta)
    session: str = "session-1"

    def now(self) -> datetime:
        return self.server.clock.now() + self.skew

    def record(self, kind: str, **said: object) -> dict[str, object]:
        """Make a record without sending it."""
        self.sequence += 1
        made_at = self.now()
        return {
            "record_id": str(uuid_utils.uuid7()),
            "kind": kind,
            "phone_id": self.phone_id,
            "sequence": self.sequence,
            "made_at": made_at.isoformat(),
            "session": self.session,
            "uptime_s": self.server.clock.monotonic_s(),
            "offset_s": -self.skew.total_seconds(),
            **said,
        }

    def fix(self, metres: float = 0.0, accuracy_m: float = 8.0, **more: object) -> dict[str, object]:
        lon, lat = east(metres)
        return {"lon": lon, "lat": lat, "accuracy_m": accuracy_m, "at": self.now().isoformat(), **more}

    def photo(self, content: bytes, role: str = "after", **more: object) -> dict[str, object]:
        facts = {"sha256": sha256(content), "role": role, "size_bytes": len(content)}
        return {**facts, "captured_at": self.now().isoformat(), **more}

    def result(self, stop: int, content: bytes | None = None, **said: object) -> dict[str, object]:
        """A result at a stop, made there."""
        photos = [] if content is None else [self.photo(content)]
        place = {"plan_id": PLAN, "team_id": TEAM, "stop_id": f"stop-{stop}"}
        own = {"fix": self.fix(100.0 * (stop - 1)), "outcome": "clear", "photos": photos}
        return self.record("result", **(place | own | said))

    def accept(self) -> httpx.Response:
        return self.send(self.record("accept", plan_id=PLAN, team_id=TEAM))

    def send(self, record: Mapping[str, object]) -> httpx.Response:
        headers = {"X-Lilong-Sent-At": self.now().isoformat(), "Idempotency-Key": str(record["record_id"])}
        return self.client.post(RECORDS, json=record, headers=headers)

    def upload(self, content: bytes) -> httpx.Response:
        return self.client.put(PHOTOS.format(sha256(content)), content=content)
