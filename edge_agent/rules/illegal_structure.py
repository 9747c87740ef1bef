"""Rule: a watched area has changed its structure, and the change lasts over days.

The structure stage says each day what differs from the reference view; this rule confirms a difference only
after days, keeps one event for each place that changed, and closes it when the place looked as before for
days. Nothing that it finds is certain: every event asks for an audit by a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shapely import Polygon

from edge_agent.boxes import clip, iou
from edge_agent.ports import GroundPlane
from edge_agent.rules.clear_width import ground_polygon
from edge_agent.rules.zones import of_kind
from edge_agent.silhouettes import block_of
from edge_agent.types import AttributeValue, BoxXyxy, Event, Observation, StructureChange, Zone, ZoneKind
from edge_agent.types import Polygon as OutlinePx
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

DAY = timedelta(days=1)

SAME_PLACE_IOU = 0.2
"""Changes of one zone that overlap this much are one: a shed grows while it is built."""

LABEL = "structure"

_OTHER_AREA = 0.1
"""An area that differs by more from what was said is said anew, at most once a day."""


@dataclass(frozen=True, slots=True)
class IllegalStructureParams:
    """Settings of the rule: TOML table `[rule.illegal_structure]`."""

    days_to_confirm: int = 3
    """A change must be seen on this many days."""
    days_to_clear: int = 3
    """A change is gone when the place was watched on this many later days without it."""
    min_changed_fraction: float = 0.01
    """A change below this part of the watched area is left alone, in [0, 1]."""
    growth_to_report: float = 1.5
    """An open event is updated when the change has grown by this factor since the last message."""

    def __post_init__(self) -> None:
        for name in ("days_to_confirm", "days_to_clear"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be at least 1")
        if not 0 <= self.min_changed_fraction <= 1:
            raise ValueError(f"min_changed_fraction: {self.min_changed_fraction} is not in [0, 1]")
        if not self.growth_to_report > 1:
            raise ValueError(f"growth_to_report: {self.growth_to_report} must be greater than 1")


@dataclass(frozen=True, slots=True)
class Case:
    """A confirmed change and its event. `days_missed` counts the watched days since it was last seen."""

    event_id: str
    sequence: int
    zone_id: str
    box_xyxy_px: BoxXyxy
    outline_px: OutlinePx
    started_at: datetime
    raised_at: datetime
    last_seen_at: datetime
    score: float
    changed_fraction: float
    reported_fraction: float
    days_seen: int
    changed_area_m2: float | None
    reported_area_m2: float | None = None
    reported_days: int = 0
    days_missed: int = 0
    last_missed_day: int = 0

    def seen(self, change: StructureChange, at: datetime, area_m2: float | None) -> "Case":
        """Give the case after its change was seen again."""
        return replace(
            self,
            box_xyxy_px=change.box_xyxy_px,
            outline_px=change.outline_px,
            last_seen_at=at,
            score=change.score,
            changed_fraction=change.changed_fraction,
            days_seen=change.days_seen,
            changed_area_m2=area_m2,
            days_missed=0,
            last_missed_day=0,
        )

    def reported(self) -> "Case":
        """Give the case once a message has said what is known now."""
        return replace(
            self,
            reported_fraction=self.changed_fraction,
            reported_area_m2=self.changed_area_m2,
            reported_days=self.days_seen,
        )

    def missed(self, at: datetime) -> "Case":
        """Give the case after its place was watched without the change; days are counted from when it
        went.
        """
        day = (at - self.last_seen_at) // DAY
        if day <= self.last_missed_day:
            return self
        return replace(self, days_missed=self.days_missed + 1, last_missed_day=day)


class IllegalStructure:
    """The rule for the watched areas of one camera."""

    def __init__(
        self,
        params: IllegalStructureParams,
        zones: Sequence[Zone],
        id_factory: Callable[[], str],
        ground: GroundPlane | None = None,
    ) -> None:
        self._params = params
        self._new_id = id_factory
        self._zone_ids = {zone.zone_id for zone in of_kind(zones, ZoneKind.STRUCTURE_WATCH)}
        self._ground = ground
        self._cases: list[Case] = []
        self._last_at: datetime | None = None

    def update(self, observation: Observation) -> list[Event]:
        """Take in one instant and give the events that it opens, updates or closes."""
        at, frame_size_px = observation.captured_at, observation.frame_size_px
        is_judged = self._last_at is not None and at <= self._last_at
        if observation.camera_state is not CameraState.OK or is_judged:
            return []
        self._last_at = at
        changes = [change for change in observation.structure_changes if change.zone_id in self._zone_ids]
        events: list[Event] = []
        kept: list[Case] = []
        for case in self._cases:
            case, event = self._continue(case, changes, at, frame_size_px)
            events += [] if event is None else [event]
            kept += [] if event is not None and event.phase is EventPhase.CLOSED else [case]
        self._cases = kept
        return [*events, *self._confirm(changes, at, frame_size_px)]

    def snapshot(self) -> dict[str, Any]:
        """Give the state as plain JSON values."""
        return {
            "last_at": None if self._last_at is None else self._last_at.isoformat(),
            "cases": [_to_json(case) for case in self._cases],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state given by `snapshot`."""
        self._cases = [_from_json(row) for row in state["cases"]]
        self._last_at = None if state["last_at"] is None else datetime.fromisoformat(state["last_at"])

    def _continue(
        self, case: Case, changes: Sequence[StructureChange], at: datetime, frame_size_px: tuple[int, int]
    ) -> tuple[Case, Event | None]:
        """Give a case after this instant, and the message that it calls for."""
        change = next((change for change in changes if _is_same_place(case, change)), None)
        if change is None:
            case = case.missed(at)
            if case.days_missed < self._params.days_to_clear:
                return case, None
            case = replace(case, sequence=case.sequence + 1)
            return case, _event(case, EventPhase.CLOSED, at, frame_size_px)
        area_m2 = self._area_m2(change) if self._may_be_news(case, change) else case.changed_area_m2
        case = case.seen(change, at, area_m2)
        if not self._is_news(case):
            return case, None
        case = replace(case.reported(), sequence=case.sequence + 1)
        return case, _event(case, EventPhase.UPDATED, at, frame_size_px)

    def _may_be_news(self, case: Case, change: StructureChange) -> bool:
        """Tell whether the ground may be said anew: telling it costs seconds on a small box."""
        return change.days_seen > case.days_seen or self._has_grown(case, change.changed_fraction)

    def _has_grown(self, case: Case, changed_fraction: float) -> bool:
        return changed_fraction >= self._params.growth_to_report * case.reported_fraction

    def _is_news(self, case: Case) -> bool:
        """Tell whether the change has grown, or another day tells its ground clearly otherwise."""
        if self._has_grown(case, case.changed_fraction):
            return True
        now_m2, said_m2 = case.changed_area_m2, case.reported_area_m2
        if now_m2 is None or said_m2 is None or case.days_seen <= case.reported_days:
            return False
        return abs(now_m2 - said_m2) > _OTHER_AREA * said_m2

    def _confirm(
        self, changes: Sequence[StructureChange], at: datetime, frame_size_px: tuple[int, int]
    ) -> list[Event]:
        events = []
        for change in changes:
            is_known = any(_is_same_place(case, change) for case in self._cases)
            lasts = change.days_seen >= self._params.days_to_confirm
            if is_known or not lasts or change.changed_fraction < self._params.min_changed_fraction:
                continue
            case = self._case(change, at)
            self._cases.append(case)
            events.append(_event(case, EventPhase.OPENED, at, frame_size_px))
        return events

    def _case(self, change: StructureChange, at: datetime) -> Case:
        return Case(
            event_id=self._new_id(),
            sequence=0,
            zone_id=change.zone_id,
            box_xyxy_px=change.box_xyxy_px,
            outline_px=change.outline_px,
            started_at=change.first_seen_at,
            raised_at=at,
            last_seen_at=at,
            score=change.score,
            changed_fraction=change.changed_fraction,
            reported_fraction=change.changed_fraction,
            days_seen=change.days_seen,
            changed_area_m2=self._area_m2(change),
        ).reported()

    def _area_m2(self, change: StructureChange) -> float | None:
        """Give the ground that was built on, None without a known ground.

        Where the camera's pose is not known, or no upright block looks like it, what the outline covers as
        if it lay flat: too much for all that has walls.
        """
        if self._ground is None:
            return None
        outline = Polygon(change.outline_px)
        block = block_of(outline, self._ground)
        if block is not None:
            return block.footprint_m2
        flat = ground_polygon(outline, self._ground)
        return None if flat is None else float(flat.area)


def _is_same_place(case: Case, change: StructureChange) -> bool:
    return case.zone_id == change.zone_id and iou(case.box_xyxy_px, change.box_xyxy_px) >= SAME_PLACE_IOU


def _event(case: Case, phase: EventPhase, at: datetime, frame_size_px: tuple[int, int]) -> Event:
    attributes: dict[str, AttributeValue] = {
        "needs_audit": True,
        "days_seen": case.days_seen,
        "changed_fraction": round(case.changed_fraction, 4),
    }
    if phase is EventPhase.CLOSED:
        attributes["cause"] = "removed"
    if case.changed_area_m2 is not None:
        attributes["changed_area_m2"] = round(case.changed_area_m2, 1)
    return Event(
        event_id=case.event_id,
        sequence=case.sequence,
        kind=EventKind.ILLEGAL_STRUCTURE,
        phase=phase,
        zone_id=case.zone_id,
        started_at=case.started_at,
        raised_at=case.raised_at,
        closed_at=at if phase is EventPhase.CLOSED else None,
        score=min(max(case.score, 0.0), 1.0),
        label=LABEL,
        box_xyxy_px=clip(case.box_xyxy_px, frame_size_px),
        frame_size_px=frame_size_px,
        attributes=attributes,
    )


_TIMES = ("started_at", "raised_at", "last_seen_at")


def _to_json(case: Case) -> dict[str, Any]:
    times = {name: getattr(case, name).isoformat() for name in _TIMES}
    outline = [list(corner) for corner in case.outline_px]
    return asdict(case) | times | {"box_xyxy_px": list(case.box_xyxy_px), "outline_px": outline}


def _from_json(row: dict[str, Any]) -> Case:
    times = {name: datetime.fromisoformat(row[name]) for name in _TIMES}
    outline = tuple((x, y) for x, y in row["outline_px"])
    return Case(**row | times | {"box_xyxy_px": tuple(row["box_xyxy_px"]), "outline_px": outline})
