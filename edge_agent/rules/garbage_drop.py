"""Rule: a still thing appears in a drop zone outside the bins and stays there after its bearer has gone.

Things that the detector knows as garbage or bags and still things of unknown class hold slots. A thing that
only the still-foreground stage sees must have been brought by someone who was seen at its place when it came
to rest; so reflections, doors and screens raise nothing. The clock of a thing runs while nobody is near,
stands still while somebody passes by, and begins anew when somebody stays with it. What is put beside a
thing that has an event belongs to the same heap and raises none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from edge_agent.boxes import area_px2, covered_fraction, iou
from edge_agent.ports import GroundPlane
from edge_agent.rules.attachment import is_part_of_any, is_what_moved, lie_on_one_heap, lies_on_any
from edge_agent.rules.presence import AttendedClock, Presence
from edge_agent.rules.sightings import Sighting, View, view_of
from edge_agent.rules.slot import Slot, SlotCause, SlotParams
from edge_agent.rules.slot_events import slot_event
from edge_agent.rules.slots import DUPLICATE_COVER, SlotMemory
from edge_agent.rules.zones import footprint_fraction, of_kind, stands_in
from edge_agent.types import (
    AttributeValue,
    Event,
    Observation,
    StillOrigin,
    Zone,
    ZoneKind,
)
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

_GARBAGE_GROUP = "garbage"
_UNKNOWN_LABEL = "object"
_IN_BIN = 0.5


@dataclass(frozen=True, slots=True)
class GarbageDropParams:
    """Settings of the rule: TOML table `[rule.garbage_drop]`."""

    alarm_after_s: float = 30.0
    """Seconds unattended until the alarm."""
    stay_s: float = 5.0
    """Somebody near for longer than this stays with the thing: its clock begins anew."""
    min_seen_fraction: float = 0.5
    """A thing seen less of the time than this is not believed, in [0, 1]."""
    min_score: float = 0.4
    """A thing with a lower mean score is not believed, in [0, 1]."""
    max_frame_fraction: float = 0.1
    """A thing that fills more of the picture than this is not a bag, in (0, 1]."""
    min_side_px: float = 8.0
    """A thing whose shorter side is below this in the picture is not believed: a few pixels have no class."""
    garbage_labels: tuple[str, ...] = ("garbage", "bag")
    """The detector's words for what must not be left."""
    person_labels: tuple[str, ...] = ("person",)
    """The detector's words for who may bring or attend a thing."""
    vehicle_labels: tuple[str, ...] = ("car", "large_vehicle", "two_wheeler")
    """The detector's words for what is no garbage where it stands."""
    bin_labels: tuple[str, ...] = ("garbage_bin",)
    """The detector's words for bins: what rests there of unknown class is a lid, or a bin that was moved."""
    overflow_labels: tuple[str, ...] = ("overflow",)
    """The detector's words for bins too full: what lies on top of them is not left on the ground."""
    min_score_unbrought: float = 0.6
    """What the detector alone sees, and nobody was seen to bring, needs this mean score, in [0, 1]."""
    watch_still_regions: bool = True
    """Also take things that no class of the detector fits."""
    slots: SlotParams = field(default_factory=lambda: SlotParams(match_iou=0.2))
    """How things at rest are remembered. A bag that topples still overlaps the place where it lay."""

    def __post_init__(self) -> None:
        for name in ("alarm_after_s", "stay_s", "max_frame_fraction"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be greater than 0")
        if not self.min_side_px >= 0:
            raise ValueError(f"min_side_px: {self.min_side_px} must be at least 0")
        for name in ("min_seen_fraction", "min_score", "min_score_unbrought", "max_frame_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: {getattr(self, name)} is not in [0, 1]")


@dataclass(frozen=True, slots=True)
class Custody:
    """What is known about the people around one thing. Durations in seconds.

    `bearer`: "person", "moving" (seen only as motion) or "unseen"; `bearer_track_id` if they were tracked.
    """

    zone_id: str
    rested_at: datetime
    bearer: str
    bearer_track_id: int | None
    clock: AttendedClock


class GarbageDrop:
    """The rule for the drop zones of one camera."""

    def __init__(
        self,
        params: GarbageDropParams,
        zones: Sequence[Zone],
        id_factory: Callable[[], str],
        ground: GroundPlane | None = None,
    ) -> None:
        self._params = params
        self._new_id = id_factory
        self._drop_zones = of_kind(zones, ZoneKind.DROP_ZONE)
        self._bins = of_kind(zones, ZoneKind.BIN)
        self._ignored = of_kind(zones, ZoneKind.IGNORE)
        self._memory = SlotMemory(params.slots)
        self._presence = Presence(params.person_labels, ground)
        self._custody: dict[int, Custody] = {}
        self._last_at: datetime | None = None

    @property
    def memory(self) -> SlotMemory:
        """The slots, for metrics and for drawing."""
        return self._memory

    def update(self, observation: Observation) -> list[Event]:
        """Take in one instant and give the events that it opens or closes."""
        at = observation.captured_at
        is_blind = observation.camera_state is not CameraState.OK
        if is_blind or not self._drop_zones or self._memory.has_judged(at):
            return []
        elapsed_s = 0.0 if self._last_at is None else (at - self._last_at).total_seconds()
        elapsed_s = elapsed_s if elapsed_s <= self._params.slots.max_gap_s else 0.0
        self._last_at = at
        self._presence.update(observation)
        view = self._view(observation)
        self._drop_outgrown(view)
        ended = self._memory.update(view)
        events = [self._closed(slot, observation) for slot in ended if slot.has_event]
        for slot in ended:
            self._custody.pop(slot.slot_id, None)
        for slot in self._memory.slots:
            self._custody[slot.slot_id] = self._attend(slot, observation, elapsed_s)
            if self._is_due(slot, observation):
                events.append(self._opened(slot, observation))
        return events

    def snapshot(self) -> dict[str, Any]:
        """Give the state as plain JSON values."""
        custody = {
            str(slot_id): asdict(row) | {"rested_at": row.rested_at.isoformat()}
            for slot_id, row in self._custody.items()
        }
        last_at = None if self._last_at is None else self._last_at.isoformat()
        return {"memory": self._memory.snapshot(), "custody": custody, "last_at": last_at}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state given by `snapshot`."""
        self._memory.restore(state["memory"])
        self._last_at = None if state["last_at"] is None else datetime.fromisoformat(state["last_at"])
        self._custody = {int(slot_id): _custody_from_json(row) for slot_id, row in state["custody"].items()}

    def _view(self, observation: Observation) -> View:
        """Give what may be a dropped thing as sightings."""
        groups = dict.fromkeys(self._params.garbage_labels, _GARBAGE_GROUP)
        view = view_of(observation, groups, _UNKNOWN_LABEL if self._params.watch_still_regions else None)
        kept = tuple(thing for thing in view.sightings if self._may_be_dropped(thing, observation))
        return replace(view, sightings=kept)

    def _drop_outgrown(self, view: View) -> None:
        """Forget regions that were people with a thing between them, once only the thing is left."""
        regions = [
            thing.box_xyxy_px for thing in view.sightings if thing.origin is StillOrigin.STILL_FOREGROUND
        ]
        for slot in self._memory.slots:
            box = slot.box_xyxy_px
            is_seen = any(iou(box, region) >= self._params.slots.match_iou for region in regions)
            if slot.has_event or slot.track_id is not None or is_seen:
                continue
            if any(covered_fraction(region, box) >= DUPLICATE_COVER for region in regions):
                self._memory.drop(slot.slot_id)
                self._custody.pop(slot.slot_id, None)

    def _may_be_dropped(self, thing: Sighting, observation: Observation) -> bool:
        box, size_px = thing.box_xyxy_px, observation.frame_size_px
        if area_px2(box) > self._params.max_frame_fraction * size_px[0] * size_px[1]:
            return False
        if min(box[2] - box[0], box[3] - box[1]) < self._params.min_side_px:
            return False
        if (
            stands_in(box, self._drop_zones, size_px) is None
            or stands_in(box, self._ignored, size_px) is not None
        ):
            return False
        if any(footprint_fraction(box, bin_zone, size_px) >= _IN_BIN for bin_zone in self._bins):
            return False
        return not (self._presence.is_person(box) or self._is_known(thing, observation))

    def _is_known(self, thing: Sighting, observation: Observation) -> bool:
        """Tell whether it is a vehicle or a bin, or a part of one: where those stand, and bins are moved."""
        box, tracks = thing.box_xyxy_px, observation.tracks
        if is_part_of_any(box, tracks, self._params.vehicle_labels):
            return True
        if thing.origin is StillOrigin.DETECTOR:
            return lies_on_any(box, tracks, (*self._params.bin_labels, *self._params.overflow_labels))
        return is_what_moved(box, tracks, self._params.bin_labels)

    def _attend(self, slot: Slot, observation: Observation, elapsed_s: float) -> Custody:
        """Move on the clock of a thing; it stands still while the thing is not there."""
        custody = self._custody.get(slot.slot_id)
        if custody is None:
            return self._begin_custody(slot, observation)
        if slot.missing_since is not None or slot.is_unwatched:
            return custody
        attendant = self._presence.attendant(slot.box_xyxy_px, custody.clock.is_attended)
        return replace(custody, clock=custody.clock.after(elapsed_s, attendant, self._params.stay_s))

    def _begin_custody(self, slot: Slot, observation: Observation) -> Custody:
        zone = stands_in(slot.box_xyxy_px, self._drop_zones, observation.frame_size_px)
        bearer = self._presence.bearer(slot.box_xyxy_px, slot.rested_at)
        seen_as = "moving" if bearer is not None and bearer.track_id is None else "person"
        return Custody(
            zone_id=(zone or self._drop_zones[0]).zone_id,
            rested_at=slot.rested_at,
            bearer="unseen" if bearer is None else seen_as,
            bearer_track_id=None if bearer is None else bearer.track_id,
            clock=self._presence.clock_since(slot.box_xyxy_px, slot.rested_at, self._params.stay_s),
        )

    def _is_due(self, slot: Slot, observation: Observation) -> bool:
        custody = self._custody[slot.slot_id]
        is_known = StillOrigin.DETECTOR in slot.origins
        is_brought = custody.bearer != "unseen" or StillOrigin.STILL_FOREGROUND in slot.origins
        return (
            not slot.has_event
            and slot.is_in_view
            and not self._is_added_to_heap(slot)
            and custody.clock.unattended_s >= self._params.alarm_after_s
            and slot.seen_fraction >= self._params.min_seen_fraction
            and slot.score >= (self._params.min_score if is_brought else self._params.min_score_unbrought)
            and (is_known or (custody.bearer != "unseen" and self._is_calm(slot, observation)))
        )

    def _is_added_to_heap(self, slot: Slot) -> bool:
        """Tell whether it belongs to a heap that has an event: a heap is one thing, however it has grown.

        What lies against something of the heap belongs to it. Once the thing with the event is taken away,
        what is left is due itself.
        """
        heap = [slot]
        rest = [other for other in self._memory.slots if other.slot_id != slot.slot_id]
        for member in heap:  # grows while it is walked through
            beside = [other for other in rest if lie_on_one_heap(member.box_xyxy_px, other.box_xyxy_px)]
            if any(other.has_event for other in beside):
                return True
            heap += beside
            rest = [other for other in rest if other not in beside]
        return False

    def _is_calm(self, slot: Slot, observation: Observation) -> bool:
        """Tell whether a thing of unknown class lay unstirred for half of the dwell, as no one can stand."""
        calm_s = (
            (observation.captured_at - region.still_since).total_seconds()
            for region in observation.still_regions
            if iou(region.box_xyxy_px, slot.box_xyxy_px) >= self._params.slots.match_iou
        )
        return max(calm_s, default=0.0) >= self._params.alarm_after_s / 2

    def _opened(self, slot: Slot, observation: Observation) -> Event:
        slot = self._memory.confirm(slot.slot_id, self._new_id(), observation.captured_at)
        return self._message(slot, EventPhase.OPENED, observation.frame_size_px)

    def _closed(self, slot: Slot, observation: Observation) -> Event:
        custody = self._custody[slot.slot_id]
        event = self._message(slot, EventPhase.CLOSED, observation.frame_size_px)
        clock = custody.clock
        is_bearer = clock.is_attended and clock.attendant_track_id == custody.bearer_track_id is not None
        if is_bearer and slot.cause in (SlotCause.REMOVED, SlotCause.MOVED):
            return replace(event, attributes={**event.attributes, "cause": "reclaimed"})
        return event

    def _message(self, slot: Slot, phase: EventPhase, frame_size_px: tuple[int, int]) -> Event:
        custody = self._custody[slot.slot_id]
        attributes: Mapping[str, AttributeValue] = {
            "unattended_s": round(custody.clock.unattended_s, 1),
            "bearer": custody.bearer,
            "seen_by": "+".join(sorted(slot.origins)),
        }
        return slot_event(
            slot,
            EventKind.GARBAGE_DROP,
            phase,
            custody.zone_id,
            frame_size_px,
            attributes,
            started_at=custody.rested_at,
        )


def _custody_from_json(row: dict[str, Any]) -> Custody:
    rested_at, clock = datetime.fromisoformat(row["rested_at"]), AttendedClock(**row["clock"])
    return Custody(**row | {"rested_at": rested_at, "clock": clock})
