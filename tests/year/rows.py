"""The rows of a synthetic year: devices, camera-days, incidents with their events and verdicts, work orders.

Everything follows from the plan's seed. Rows are as the server itself would have written them, with these
differences: one entry of the audit log stands for the whole year, so that the chain stays whole without half
a million links; pictures, event messages and notices are left out.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from map_server.domain.datum import LonLat
from map_server.domain.event import Why
from map_server.domain.incident import severity_of
from map_server.domain.ward_time import ward_midnight
from map_server.domain.work_order import CAMERA_MAY_CLOSE, LIVING, WorkOrderState
from tests.year.walks import Walk, walk_to
from wire_contract.vocabulary import EventKind

MODEL = ("lilong-street-s", "5" * 64)
KINDS = (
    *(EventKind.GARBAGE_DROP,) * 70,
    *(EventKind.BLOCKED_FIRE_LANE,) * 22,
    *(EventKind.ILLEGAL_STRUCTURE,) * 6,
    *(EventKind.CAMERA_HEALTH,) * 2,
)
STAYS_OPEN = (
    *(WorkOrderState.IN_PROGRESS,) * 5,
    *(WorkOrderState.SUSPENDED,) * 4,
    *(WorkOrderState.HANDLED,) * 3,
    *(WorkOrderState.DISPATCHED,) * 2,
    *(WorkOrderState.REWORK,) * 2,
    WorkOrderState.ACCEPTED,
    WorkOrderState.RETURNED,
    WorkOrderState.FILED,
)
UNWATCHED_EVERY = 33
"""Every so manieth compound has no camera: its figures are unknown, not 0."""
DAYS_OUT = 0.03
SAMPLED = 0.1
DEVICES_AT_ONCE = 100


@dataclass(frozen=True)
class Plan:
    """How large the year is. `open_incidents` are further ones of its last days that nobody looked at yet."""

    first: date = date(2025, 11, 1)
    last: date = date(2026, 10, 31)
    orders: int = 56_000
    closed: int = 55_552
    void: int = 400
    rejected: int = 6_000
    devices: int = 4_041
    open_incidents: int = 0
    seed: int = 20_201_123

    @property
    def begins_at(self) -> datetime:
        return ward_midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        return ward_midnight(self.last + timedelta(days=1))


@dataclass(frozen=True)
class Ground:
    """A compound of the ward: points on it, and who answers for what there."""

    compound_id: str
    grid_id: str | None
    points: tuple[LonLat, ...]
    owners: dict[EventKind, tuple[str, dict[str, Any]]]


Row = dict[str, Any]
Rows = dict[str, list[Row]]


@dataclass
class Year:
    """Makes the rows. `people` are accounts by unit; the auditors stand under `auditor-N`."""

    plan: Plan
    grounds: list[Ground]
    chance: random.Random = field(init=False)
    people: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=lambda: {"incidents": 0, "work_orders": 0})

    def __post_init__(self) -> None:
        self.chance = random.Random(self.plan.seed)
        self.watched = [ground for place, ground in enumerate(self.grounds, 1) if place % UNWATCHED_EVERY]
        units = sorted({unit for ground in self.grounds for unit, _ in ground.owners.values()})
        for name in (*(f"auditor-{number}" for number in range(1, 7)), "officer", *units):
            self.people[name] = self._id(self.plan.begins_at)
        self.ordinals: dict[tuple[str, str], int] = {}
        self.boxes: dict[str, list[str]] = {}

    def _id(self, at: datetime) -> str:
        """Make a UUID version 7 out of the time and the year's own chance."""
        milliseconds, tail = int(at.timestamp() * 1000), self.chance.getrandbits(74)
        value = milliseconds << 80 | 7 << 76 | (tail >> 62) << 64 | 2 << 62 | (tail & (1 << 62) - 1)
        return str(uuid.UUID(int=value))

    def accounts(self) -> list[Row]:
        """Give the people, none of whom can sign in."""
        at = self.plan.begins_at
        empty = {"password_hash": "!", "created_at": at, "disabled_at": at, "version": 1}
        return [
            {
                "account_id": account_id,
                "login_name": f"year-{place}",
                "display_name": name,
                "role": "auditor" if name.startswith("auditor") else "patrol",
                "unit_id": None if name.startswith(("auditor", "officer")) else name,
                **empty,
            }
            for place, (name, account_id) in enumerate(self.people.items())
        ]

    def devices(self) -> tuple[list[Row], list[Row]]:
        """Give devices and their cameras, spread over the watched compounds."""
        at, boxes, cameras = self.plan.begins_at, [], []
        for number in range(1, self.plan.devices + 1):
            ground = self.watched[number % len(self.watched)]
            device_id = f"box-{number:04d}"
            self.boxes.setdefault(ground.compound_id, []).append(device_id)
            lon, lat = self.chance.choice(ground.points)
            boxes.append(
                {
                    "id": device_id,
                    "registered_at": at,
                    "enrolled_at": at,
                    "last_seen_at": self.plan.ends_at,
                    "is_online": False,
                    "compound_id": ground.compound_id,
                    "grid_id": ground.grid_id,
                }
            )
            cameras.append(
                {
                    "device_id": device_id,
                    "camera_id": "cam-1",
                    "lon": lon,
                    "lat": lat,
                    "position_source": "configured",
                    "state": "ok",
                    "state_since": at,
                    "analysed_fps": 5.0,
                    "observed_s": 0.0,
                }
            )
        return boxes, cameras

    def camera_days(self) -> Iterator[list[Row]]:
        """Give for how long each camera could judge, camera by camera; some are out for a day."""
        count = (self.plan.last - self.plan.first).days + 1
        days = [self.plan.first + timedelta(days=offset) for offset in range(count)]
        devices = sorted(device for boxes in self.boxes.values() for device in boxes)
        for start in range(0, len(devices), DEVICES_AT_ONCE):
            yield [
                {
                    "device_id": device,
                    "camera_id": "cam-1",
                    "day": day,
                    "observed_s": 60.0 * self.chance.randint(1000, 1440),
                }
                for device in devices[start : start + DEVICES_AT_ONCE]
                for day in days
                if self.chance.random() >= DAYS_OUT
            ]

    def orders(self) -> Iterator[Rows]:
        """Give each work order with its incident, in the order in which they were filed."""
        plan, span_s = self.plan, int((self.plan.ends_at - self.plan.begins_at).total_seconds())
        goals: list[WorkOrderState] = [WorkOrderState.CLOSED] * plan.closed
        goals += [self.chance.choice(STAYS_OPEN) for _ in range(plan.orders - plan.closed)]
        goals += [WorkOrderState.VOID] * plan.void
        self.chance.shuffle(goals)
        starts = sorted(self.chance.randrange(3600, span_s - 60) for _ in goals)
        for goal, start_s in zip(goals, starts, strict=True):
            yield self._order(goal, plan.begins_at + timedelta(seconds=start_s))

    def _order(self, goal: WorkOrderState, at: datetime) -> Rows:
        kind, ground = self.chance.choice(KINDS), self._busy_ground()
        unit, owner = ground.owners[kind]
        walk = self._walk(goal, at, unit, kind)
        found_at = walk.steps[0]["at"] - timedelta(seconds=self.chance.randint(60, 1200))
        incident, rows = self._incident(kind, ground, found_at, "confirm")
        is_living = walk.state in LIVING
        has_owner = not (goal is WorkOrderState.FILED and self.chance.random() < 0.5)
        ended_at = None if is_living else walk.at
        incident["state"] = "confirmed" if is_living else "resolved"
        incident["open_key"] = f"{incident['anchor']}#0" if is_living else None
        if goal is WorkOrderState.VOID:
            incident["state"], incident["judgement"] = "rejected", "rejected"
            rows["verdicts"][0].update(decision="reject", reason="nothing_there")
        incident["updated_at"] = incident["last_seen_at"] = walk.at
        self.numbers["work_orders"] += 1
        order = {
            "number": self.numbers["work_orders"],
            "id": walk.order_id,
            "open_subject": f"incident:{incident['id']}" if is_living else None,
            "incident_id": incident["id"],
            "kind": str(kind),
            "severity": str(severity_of(kind)),
            "state": str(walk.state),
            "level": "compound",
            "lon": incident["lon"],
            "lat": incident["lat"],
            "compound_id": ground.compound_id,
            "grid_id": ground.grid_id,
            "owner": owner if has_owner else {**owner, "unit_id": None, "why_none": "no_rule"},
            "owner_unit_id": unit if has_owner else None,
            "lead_unit_id": walk.lead,
            "handlers": sorted({step["actor"] for step in walk.steps if step["to_state"] == "handled"}),
            "stage_began_at": None if walk.due_at is None else walk.at,
            "due_at": walk.due_at if is_living else None,
            "clock": {
                "pauses": [],
                "extended_until": None,
                "extended_stages": [],
                "suspended_until": None,
                "resumes_to": "in_progress" if walk.state is WorkOrderState.SUSPENDED else None,
            },
            "after_photos": [],
            "account": "",
            "feedback": "",
            "rework_count": walk.reworks,
            "return_count": walk.returns,
            "created_at": walk.steps[0]["at"],
            "filed_at": walk.filed_at,
            "handled_at": walk.handled_at,
            "ended_at": ended_at,
            "updated_at": walk.at,
            "version": len(walk.steps),
        }
        return {**rows, "incidents": [incident], "work_orders": [order], "work_order_steps": walk.steps}

    def _walk(self, goal: WorkOrderState, at: datetime, unit: str, kind: EventKind) -> Walk:
        """Walk; what would end after the year began so much earlier that it ends in it."""
        walk = Walk(
            order_id=self._id(at),
            at=at,
            units=(unit, self.chance.choice(self.grounds).owners[kind][0]),
            people=lambda lead: f"person:{self.people[lead or 'officer']}",
            chance=self.chance,
            officer=f"person:{self.people['officer']}",
            checker=f"person:{self.people[self._auditor()]}",
        )
        walk_to(walk, goal, kind in CAMERA_MAY_CLOSE)
        over = walk.at - (self.plan.ends_at - timedelta(seconds=1))
        if over > timedelta(0):
            _shift(walk, over)
        return walk

    def _auditor(self) -> str:
        return f"auditor-{self.chance.randint(1, 6)}"

    def _busy_ground(self) -> Ground:
        """Choose a compound; the first are busier than the last."""
        place = int(len(self.grounds) * self.chance.random() ** 1.5)
        return self.grounds[place]

    def lone_incidents(self) -> Iterator[Rows]:
        """Give incidents without an order: rejected ones of the year, and open ones of its last days."""
        span_s = int((self.plan.ends_at - self.plan.begins_at).total_seconds())
        for _ in range(self.plan.rejected):
            at = self.plan.begins_at + timedelta(seconds=self.chance.randrange(span_s - 7200))
            incident, rows = self._incident(
                self.chance.choice(KINDS), self._busy_ground(), at, self.chance.choice(("reject", "unsure"))
            )
            yield {**rows, "incidents": [incident]}
        for _ in range(self.plan.open_incidents):
            at = self.plan.ends_at - timedelta(seconds=self.chance.randrange(10 * 86_400))
            ground = self._busy_ground()
            incident, rows = self._incident(self.chance.choice(KINDS), ground, at, None)
            yield {**rows, "incidents": [incident]}

    def _incident(
        self, kind: EventKind, ground: Ground, at: datetime, decision: str | None
    ) -> tuple[Row, Rows]:
        self.numbers["incidents"] += 1
        number, incident_id = self.numbers["incidents"], self._id(at)
        lon, lat = self.chance.choice(ground.points)
        device = self._box(ground)
        anchor = f"year:{number}"
        state = {"reject": "rejected", "confirm": "confirmed"}.get(decision or "", "open")
        seen = {"lon": lon, "lat": lat, "error_m": 3.0, "ellipse": [3.0, 2.0, 40.0], "is_surveyed": True}
        score = round(self.chance.uniform(0.5, 0.99), 3)
        incident = {
            "number": number,
            "id": incident_id,
            "kind": str(kind),
            "state": state,
            "judgement": {"reject": "rejected", "confirm": "confirmed"}.get(decision or ""),
            "severity": str(severity_of(kind)),
            "open_key": f"{anchor}#0" if state in ("open", "confirmed") else None,
            "anchor": anchor,
            "views": [[device, "cam-1", "zone-1"]],
            **seen,
            "label": str(kind),
            "score": score,
            "first_seen_at": at,
            "last_seen_at": at,
            "event_count": 1,
            "open_event_count": 1 if state in ("open", "confirmed") else 0,
            "reopened_count": 0,
            "version": 2,
            "updated_at": at,
            "compound_id": ground.compound_id,
            "grid_id": ground.grid_id,
        }
        event = {
            "event_id": self._id(at),
            "device_id": device,
            "camera_id": "cam-1",
            "zone_id": "zone-1",
            "kind": str(kind),
            "phase": "raised",
            "sequence": 1,
            "started_at": at,
            "raised_at": at,
            "last_seen_at": at,
            "received_at": at,
            "score": score,
            "label": str(kind),
            "picture": [10.0, 10.0, 90.0, 70.0, 640, 360],
            **seen,
            "attributes": {},
            "model": list(MODEL),
            "incident_id": incident_id,
            "why": _WHY,
        }
        rows: Rows = {"events": [event], "audit_items": [self._audit_item(incident, device)]}
        if decision is not None:
            rows["verdicts"] = [self._verdict(incident, decision)]
        return incident, rows

    def _box(self, ground: Ground) -> str:
        return self.chance.choice(self.boxes.get(ground.compound_id) or ["box-0001"])

    def _verdict(self, incident: Row, decision: str) -> Row:
        decided_at = incident["first_seen_at"] + timedelta(seconds=self.chance.randint(10, 60))
        return {
            "verdict_id": self._id(decided_at),
            "incident_id": incident["id"],
            "decision": decision,
            "reason": "nothing_there" if decision == "reject" else None,
            "note": "",
            "decided_by": self.people[self._auditor()],
            "decided_at": decided_at,
            "incident_version": 1,
            "incident_before": {},
        }

    def _audit_item(self, incident: Row, device: str) -> Row:
        key = (incident["kind"], device)
        self.ordinals[key] = self.ordinals.get(key, 0) + 1
        return {
            "incident_id": incident["id"],
            "number": incident["number"],
            "kind": incident["kind"],
            "device_id": device,
            "camera_id": "cam-1",
            "model_id": MODEL[0],
            "model_sha256": MODEL[1],
            "score": incident["score"],
            "ordinal": self.ordinals[key],
            "probability": SAMPLED,
            "is_sampled": self.chance.random() < SAMPLED,
            "is_uncertain": False,
            "needs_second": False,
            "drawn_at": incident["first_seen_at"],
            "is_opened": True,
        }


_WHY = asdict(Why("new_place"))


def _shift(walk: Walk, by: timedelta) -> None:
    """Let it all have happened earlier."""
    for step in walk.steps:
        step["at"] -= by
        step["was_due_at"] = None if step["was_due_at"] is None else step["was_due_at"] - by
    walk.at -= by
    for name in ("due_at", "filed_at", "handled_at"):
        moment = getattr(walk, name)
        setattr(walk, name, None if moment is None else moment - by)
