"""A believable ward: devices with cameras, a few dozen incidents with drawn evidence.

Everything comes in through the HTTP API, as from real agents, so that what is seen is what would be. Used by
the browser tests and by scripts/take_screenshots.py.
"""

import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import httpx

from map_server.entrypoints.services import Services
from tests.drawn_scenes.canvas import Picture
from tests.drawn_scenes.stories import STORIES, Story
from tests.drawn_scenes.write import draw
from wire_contract.messages import (
    CameraHealth,
    CameraPosition,
    ErrorEllipse,
    EventMessage,
    EvidenceRef,
    GroundFix,
    Heartbeat,
    ModelRef,
)
from wire_contract.routes import DEVICE_HEADER, ENROLMENT, EVENTS, EVIDENCE, HEARTBEAT
from wire_contract.vocabulary import CameraState, EventKind, EventPhase, EvidenceRole, Redaction

WARD = Path(__file__).resolve().parents[1] / "geodata/sample_ward"
MODEL = ModelRef(id="lilong-garbage-s", sha256="5" * 64)
SCENES = {
    EventKind.GARBAGE_DROP: ("bin-station", 1.0, 40.0, 0),
    EventKind.BLOCKED_FIRE_LANE: ("fire-lane", 0.0, 100.0, 0),
    EventKind.ILLEGAL_STRUCTURE: ("rooftop", 43_200.0, 8.5 * 86_400, 0),
}
"""Kind to scene, second of the empty place, second of the find, and which of the scene's events it is."""


@dataclass(frozen=True, slots=True)
class Stills:
    """The pictures of one find: JPEG before and at the alarm, with the true box."""

    before: bytes
    alarm: bytes
    box_xyxy_px: tuple[float, float, float, float]
    frame_size_px: tuple[int, int]


@cache
def stills(kind: EventKind) -> Stills:
    """Draw the pictures of a kind; camera health shows a dark picture."""
    if kind is EventKind.CAMERA_HEALTH:
        empty, picture = _frames(EventKind.GARBAGE_DROP)
        return Stills(_jpeg(empty), _jpeg(picture // 6), (0, 0, 640, 360), (640, 360))
    name, *_, number = SCENES[kind]
    empty, picture = _frames(kind)
    box = _story(name).events[number].box_xyxy_px
    return Stills(_jpeg(empty), _jpeg(picture), box, (picture.shape[1], picture.shape[0]))


def _frames(kind: EventKind) -> tuple[Picture, Picture]:
    name, before_s, alarm_s, _ = SCENES[kind]
    story = _story(name)
    empty = story.empty()
    indices = (int(seconds / story.seconds_per_frame) for seconds in (before_s, alarm_s))
    first, second = (draw(story, empty, index) for index in indices)
    return first, second


@cache
def _story(name: str) -> Story:
    return STORIES[name]()


def _jpeg(picture: Picture) -> bytes:
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert done
    return encoded.tobytes()


@dataclass(slots=True)
class Agent:
    """An enrolled device, as the server sees one: it posts, uploads, and gives signs of life."""

    http: httpx.Client
    device_id: str
    token: str
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    @classmethod
    def enrolled(cls, services: Services, http: httpx.Client, device_id: str) -> "Agent":
        """Exchange a one-time token for a lasting one."""
        issued = services.devices.issue_enrolment(device_id, "system")
        request = {"device_id": device_id, "one_time_token": issued.token}
        answer = http.post(ENROLMENT, json=request).raise_for_status()
        return cls(http, device_id, answer.json()["device_token"])

    @property
    def headers(self) -> dict[str, str]:
        return {DEVICE_HEADER: self.device_id, "Authorization": f"Bearer {self.token}"}

    def beat(
        self,
        now: datetime,
        cameras: dict[str, tuple[float, float]],
        states: dict[str, CameraState] | None = None,
    ) -> None:
        """Send a heartbeat for cameras at lon, lat."""
        health = tuple(
            CameraHealth(
                camera_id=name,
                state=(states or {}).get(name, CameraState.OK),
                state_since=now - timedelta(hours=5),
                last_frame_at=now,
                analysed_fps=4.9,
                observed_s=60,
                position=CameraPosition(lon=lon, lat=lat),
            )
            for name, (lon, lat) in cameras.items()
        )
        beat = Heartbeat(
            device_id=self.device_id,
            sent_at=now,
            started_at=now - timedelta(days=9),
            agent_version="0.1.0",
            cameras=health,
            outbox_pending=0,
            outbox_set_aside=0,
            evidence_bytes=48_200_000,
            disk_free_bytes=21_400_000_000,
            cpu_temperature_c=54.5,
            model=MODEL,
        )
        self._post(HEARTBEAT.format(device_id=self.device_id), beat.model_dump_json())

    def post(self, *messages: EventMessage) -> None:
        """Send event messages in one batch."""
        content = "[" + ",".join(message.model_dump_json() for message in messages) + "]"
        for result in self._post(EVENTS, content).json()["results"]:
            assert result["status"] in {"stored", "duplicate"}, result

    def upload(self, content: bytes) -> None:
        """Send the bytes of evidence."""
        sha256 = hashlib.sha256(content).hexdigest()
        answer = self.http.put(EVIDENCE.format(sha256=sha256), content=content, headers=self.headers)
        answer.raise_for_status()

    def _post(self, path: str, content: str) -> httpx.Response:
        headers = {**self.headers, "Content-Type": "application/json"}
        return self.http.post(path, content=content, headers=headers).raise_for_status()

    def find(
        self,
        kind: EventKind,
        lonlat: tuple[float, float],
        started_at: datetime,
        *,
        camera_id: str = "camera-1",
        zone_id: str = "zone-1",
        label: str = "",
        attributes: dict[str, Any] | None = None,
        with_pictures: bool = True,
    ) -> EventMessage:
        """Write the message of one find, 45 s after the thing came to rest."""
        shown = stills(kind)
        raised_at = started_at + timedelta(seconds=45)
        before_at = started_at - timedelta(seconds=30)
        pictures = (
            _evidence(shown.before, EvidenceRole.BEFORE, before_at),
            _evidence(shown.alarm, EvidenceRole.ALARM, raised_at),
        )
        return EventMessage(
            event_id=uuid7(started_at, self.chance),
            device_id=self.device_id,
            camera_id=camera_id,
            kind=kind,
            phase=EventPhase.OPENED,
            zone_id=zone_id,
            started_at=started_at,
            raised_at=raised_at,
            score=round(self.chance.uniform(0.62, 0.97), 2),
            label=label or LABELS[kind],
            box_xyxy_px=shown.box_xyxy_px,
            frame_size_px=shown.frame_size_px,
            fix=_fix(lonlat, self.chance),
            attributes=attributes or {},
            evidence=pictures if with_pictures else (),
            model=MODEL,
        )

    def report(
        self,
        kind: EventKind,
        lonlat: tuple[float, float],
        started_at: datetime,
        *,
        closed_after: timedelta | None = None,
        **other: Any,
    ) -> EventMessage:
        """Send one find with its pictures, and its end when `closed_after` is given."""
        message = self.find(kind, lonlat, started_at, **other)
        self.post(message)
        if message.evidence:
            self.upload(stills(kind).before)
            self.upload(stills(kind).alarm)
        if closed_after is not None:
            closed_at = message.raised_at + closed_after
            self.post(
                message.model_copy(update={"phase": EventPhase.CLOSED, "sequence": 1, "closed_at": closed_at})
            )
        return message


LABELS = {
    EventKind.GARBAGE_DROP: "garbage bag",
    EventKind.BLOCKED_FIRE_LANE: "car",
    EventKind.ILLEGAL_STRUCTURE: "changed roof",
    EventKind.CAMERA_HEALTH: "dark",
}


def uuid7(moment: datetime, source: random.Random) -> str:
    """A UUID version 7 of a given time. Source: RFC 9562, section 5.7."""
    milliseconds = int(moment.timestamp() * 1000)
    value = (
        (milliseconds << 80) | (7 << 76) | (source.getrandbits(12) << 64) | (2 << 62) | source.getrandbits(62)
    )
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _evidence(content: bytes, role: EvidenceRole, at: datetime) -> EvidenceRef:
    sha256 = hashlib.sha256(content).hexdigest()
    return EvidenceRef(
        sha256=sha256, media_type="image/jpeg", role=role, captured_at=at, redaction=Redaction.PERSONS
    )


def _fix(lonlat: tuple[float, float], source: random.Random) -> GroundFix:
    major = round(source.uniform(1.2, 4.5), 2)
    ellipse = ErrorEllipse(
        major_m=major,
        minor_m=round(major * source.uniform(0.25, 0.6), 2),
        azimuth_deg=round(source.uniform(0, 179), 1),
    )
    return GroundFix(lon=lonlat[0], lat=lonlat[1], error_m=major, ellipse=ellipse)


def places(layer: str) -> list[tuple[float, float]]:
    """One lon, lat for each feature of a layer of the sample ward."""
    features = json.loads((WARD / f"{layer}.geojson").read_text(encoding="utf-8"))["features"]
    return [_first_position(feature["geometry"]["coordinates"]) for feature in features]


def _first_position(coordinates: Any) -> tuple[float, float]:
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return float(coordinates[0]), float(coordinates[1])


def seed_ward(services: Services, http: httpx.Client, count: int = 40) -> list[Agent]:
    """Fill a server: `count` finds over the last days on three devices; some ended, some seen twice."""
    source, now = random.Random(20261123), services.clock.now()
    agents = [Agent.enrolled(services, http, name) for name in ("box-north", "box-river", "box-south")]
    spots = {
        EventKind.GARBAGE_DROP: source.sample(places("drop_points"), 60),
        EventKind.BLOCKED_FIRE_LANE: source.sample(places("fire_lanes"), 40),
        EventKind.ILLEGAL_STRUCTURE: source.sample(places("structure_points"), 40),
        EventKind.CAMERA_HEALTH: source.sample(places("gates"), 20),
    }
    for agent, first in zip(agents, (0, 4, 8), strict=True):
        cameras = {f"bin-station-{first + n:02d}": spots[EventKind.GARBAGE_DROP][first + n] for n in range(4)}
        states = {f"bin-station-{first + 3:02d}": CameraState.DEFOCUSED} if first == 4 else {}
        agent.beat(now, cameras, states)
    kinds = (
        [EventKind.GARBAGE_DROP] * 11 + [EventKind.BLOCKED_FIRE_LANE] * 5 + [EventKind.ILLEGAL_STRUCTURE] * 3
    )
    for number in range(count):
        kind = EventKind.CAMERA_HEALTH if number % 17 == 16 else kinds[number % len(kinds)]
        started_at = now - timedelta(minutes=9 + 47 * number + source.randrange(20))
        width = {"clear_width_m": round(source.uniform(1.8, 3.6), 1)}
        agents[number % 3].report(
            kind,
            spots[kind].pop(),
            started_at,
            camera_id=f"bin-station-{number % 12:02d}",
            attributes=width if kind is EventKind.BLOCKED_FIRE_LANE else {},
            closed_after=timedelta(minutes=25) if number % 9 == 8 else None,
        )
    return agents
