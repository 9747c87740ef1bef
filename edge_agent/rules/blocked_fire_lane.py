"""Rule: something stands in a fire lane for longer than the dwell, so that too little width is free.

Vehicles, two-wheelers and still things of unknown class each hold a slot, and each thing has one event, from
the alarm until it has gone. Whether the lane is blocked where a thing stands is judged with all the things
that have stood there long enough: two that narrow the lane only together both alarm. An event stays with its
thing: if another one leaves and frees the width, the event says so in an update (`is_blocking` false) and
stays open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from edge_agent.boxes import area_px2, covered_fraction
from edge_agent.ports import GroundPlane
from edge_agent.rules.clear_width import Obstacle
from edge_agent.rules.lane_judge import LaneFinding, LaneJudge, LaneLimits
from edge_agent.rules.sightings import View, view_of
from edge_agent.rules.slot import Slot, SlotParams
from edge_agent.rules.slot_events import slot_event
from edge_agent.rules.slots import DUPLICATE_COVER, SlotMemory
from edge_agent.types import Event, Observation, Zone, ZoneKind
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

_LEVEL = 0.15
"""Lower edges that differ by less than this part of the height stand on one line."""
_ROW_WAIT = 0.1
"""As part of the dwell: so long a thing waits for the row that it is a part of."""


@dataclass(frozen=True, slots=True)
class BlockedFireLaneParams:
    """Settings of the rule: TOML table `[rule.blocked_fire_lane]`."""

    alarm_after_s: float = 180.0
    """Seconds unmoved until the alarm."""
    min_clear_width_m: float = 4.0
    """Free width that a lane needs, GB 50016-2014 (2018) 7.1.8; used when control points are given."""
    min_overlap: float = 0.25
    """Part of the footprint that must stand in the lane, in (0, 1]; used without control points."""
    min_intrusion_m: float = 0.3
    """A thing that takes less of the lane's width stands beside it; used with control points."""
    reach_m: float = 4.0
    """Things this far before or behind along the lane narrow it together; used with control points."""
    min_seen_fraction: float = 0.5
    """A thing seen less of the time than this is not believed, in [0, 1]."""
    min_score: float = 0.3
    """A thing with a lower mean score is not believed, in [0, 1]."""
    watch_still_regions: bool = True
    """Also take still things of unknown class: piled goods, furniture."""
    vehicle_labels: tuple[str, ...] = ("car", "large_vehicle")
    """The detector's words for vehicles."""
    two_wheeler_labels: tuple[str, ...] = ("two_wheeler",)
    """The detector's words for two-wheelers."""
    slots: SlotParams = field(default_factory=SlotParams)
    """How things at rest are remembered."""

    def __post_init__(self) -> None:
        for name in ("alarm_after_s", "min_clear_width_m", "min_overlap", "min_intrusion_m", "reach_m"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be greater than 0")
        for name in ("min_overlap", "min_seen_fraction", "min_score"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: {getattr(self, name)} is not in [0, 1]")

    @property
    def groups(self) -> Mapping[str, str]:
        """The group of each label that can block a lane."""
        vehicles = dict.fromkeys(self.vehicle_labels, "vehicle")
        return vehicles | dict.fromkeys(self.two_wheeler_labels, "two_wheeler")


class BlockedFireLane:
    """The rule for the fire lanes of one camera."""

    def __init__(
        self,
        params: BlockedFireLaneParams,
        zones: Sequence[Zone],
        id_factory: Callable[[], str],
        ground: GroundPlane | None = None,
    ) -> None:
        self._params = params
        self._new_id = id_factory
        self._has_lanes = any(zone.kind is ZoneKind.FIRE_LANE for zone in zones)
        limits = LaneLimits(
            params.min_clear_width_m, params.min_overlap, params.min_intrusion_m, params.reach_m
        )
        self._judge = LaneJudge(zones, limits, ground)
        self._memory = SlotMemory(params.slots)
        self._findings: dict[int, LaneFinding] = {}
        """What was last reported of each slot that has an event."""

    @property
    def memory(self) -> SlotMemory:
        """The slots, for metrics and for drawing."""
        return self._memory

    def update(self, observation: Observation) -> list[Event]:
        """Take in one instant and give the events that it opens, updates or closes."""
        at, frame_size_px = observation.captured_at, observation.frame_size_px
        is_blind = observation.camera_state is not CameraState.OK
        if is_blind or not self._has_lanes or self._memory.has_judged(at):
            return []
        ended = self._memory.update(self._view(observation))
        closings = [self._close(slot, frame_size_px) for slot in ended if slot.has_event]
        standing = [slot for slot in self._memory.slots if slot.has_event or self._has_stood(slot, at)]
        messages = (self._report(slot, standing, at, frame_size_px) for slot in standing)
        return [*closings, *(message for message in messages if message is not None)]

    def snapshot(self) -> dict[str, Any]:
        """Give the state as plain JSON values."""
        findings = {str(slot_id): asdict(finding) for slot_id, finding in self._findings.items()}
        return {"memory": self._memory.snapshot(), "findings": findings}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state given by `snapshot`."""
        self._memory.restore(state["memory"])
        self._findings = {int(slot_id): LaneFinding(**row) for slot_id, row in state["findings"].items()}

    def _view(self, observation: Observation) -> View:
        """Give the things that touch a lane as sightings, all else as bystanders."""
        view = view_of(
            observation, self._params.groups, "object" if self._params.watch_still_regions else None
        )
        concerned = {
            id(thing)
            for thing in view.sightings
            if self._judge.concerns(thing.box_xyxy_px, observation.frame_size_px)
        }
        others = (thing.box_xyxy_px for thing in view.sightings if id(thing) not in concerned)
        return replace(
            view,
            sightings=tuple(thing for thing in view.sightings if id(thing) in concerned),
            bystanders=(*view.bystanders, *others),
        )

    def _has_stood(self, slot: Slot, at: datetime) -> bool:
        return (
            slot.is_in_view
            and slot.is_resting
            and slot.dwell_s(at) >= self._params.alarm_after_s
            and slot.seen_fraction >= self._params.min_seen_fraction
            and slot.score >= self._params.min_score
        )

    def _report(
        self, slot: Slot, standing: Sequence[Slot], at: datetime, frame_size_px: tuple[int, int]
    ) -> Event | None:
        """Give the message that a standing thing calls for: an alarm, a change, or none."""
        before = self._findings.get(slot.slot_id)
        if before is None and (self._is_told(slot) or self._waits_for_row(slot, at)):
            return None
        thing, *others = (
            Obstacle(each.box_xyxy_px, each.label, frame_size_px)
            for each in (slot, *(other for other in standing if other is not slot))
        )
        was_blocking = before is not None and before.is_blocking
        finding = self._judge.judge(thing, others, was_blocking)
        if finding is None or finding.is_blocking == was_blocking:
            return None
        phase = EventPhase.OPENED if before is None else EventPhase.UPDATED
        if before is None:
            slot = self._memory.confirm(slot.slot_id, self._new_id(), at)
        else:
            slot = self._memory.next_message(slot.slot_id)
            finding = replace(finding, zone_id=before.zone_id)
        self._findings[slot.slot_id] = finding
        return self._message(slot, phase, finding, frame_size_px)

    def _is_told(self, slot: Slot) -> bool:
        """Tell whether it is another box of a reported thing, as of a row of e-bikes: part of it, or more."""
        told = (other for other in self._memory.slots if other.has_event)
        return any(_is_part(slot, other) or _is_part(other, slot, is_level=True) for other in told)

    def _waits_for_row(self, slot: Slot, at: datetime) -> bool:
        """Tell whether it is part of a row that is about to be reported whole; it does not wait for long."""
        if slot.dwell_s(at) >= (1 + _ROW_WAIT) * self._params.alarm_after_s:
            return False
        rows = (other for other in self._memory.slots if other.slot_id != slot.slot_id and other.is_resting)
        return any(_is_part(slot, row, is_level=True) for row in rows if _area(row) > _area(slot))

    def _close(self, slot: Slot, frame_size_px: tuple[int, int]) -> Event:
        return self._message(slot, EventPhase.CLOSED, self._findings.pop(slot.slot_id), frame_size_px)

    def _message(
        self, slot: Slot, phase: EventPhase, finding: LaneFinding, frame_size_px: tuple[int, int]
    ) -> Event:
        kind = EventKind.BLOCKED_FIRE_LANE
        return slot_event(slot, kind, phase, finding.zone_id, frame_size_px, finding.attributes())


def _is_part(slot: Slot, whole: Slot, is_level: bool = False) -> bool:
    """Tell whether a slot lies within another of its group; with `is_level`, on the same line of the ground.

    What holds a thing and stands nearer to the camera is something else, in front of it.
    """
    box, other = slot.box_xyxy_px, whole.box_xyxy_px
    stands_level = abs(box[3] - other[3]) <= _LEVEL * (box[3] - box[1])
    is_inside = covered_fraction(box, other) >= DUPLICATE_COVER
    return is_inside and (stands_level or not is_level) and slot.group == whole.group


def _area(slot: Slot) -> float:
    return area_px2(slot.box_xyxy_px)
