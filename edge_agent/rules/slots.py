"""Slot memory: a still thing keeps its identity by its place, not by its track.

A slot is opened by a thing at rest and lives through passers-by that hide it, detections that fail, track ids
that change, gaps in the footage and a restart of the agent. Each rule holds one `SlotMemory` and builds its
events on it:

    ended = memory.update(view)               # slots that ended just now, each with a cause
    for slot in memory.slots: ...             # judge the live ones: dwell_s(at), is_in_view, seen_fraction
        memory.confirm(slot.slot_id, event_id, at)    # the slot now carries the event

    CANDIDATE --confirm--> CONFIRMED <--seen empty, seen again--> CLEARING --empty for long--> CLOSED
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from edge_agent.boxes import area_px2, covered_fraction, iou, iou_matrix
from edge_agent.rules.sightings import Sighting, View
from edge_agent.rules.slot import Slot, SlotCause, SlotParams, SlotState, slot_from_json, slot_to_json
from edge_agent.types import BoxXyxy, StillOrigin

DUPLICATE_COVER = 0.7
"""A thing that lies this much inside a slot of its group is a second box of the slot's thing."""


class SlotMemory:
    """The places of one rule at one camera. Instants come in order; one that is not later is passed over."""

    def __init__(self, params: SlotParams) -> None:
        self._params = params
        self._slots: dict[int, Slot] = {}
        self._next_id = 1
        self._last_at: datetime | None = None
        self.refused = 0
        """Things at rest that found no room since start, for a metric."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The live slots, oldest first."""
        return tuple(self._slots.values())

    def has_judged(self, at: datetime) -> bool:
        """Tell whether this instant was taken in already, as when footage is replayed from its start."""
        return self._last_at is not None and at <= self._last_at

    def update(self, view: View) -> tuple[Slot, ...]:
        """Take in one instant and give the slots that ended in it, also those without an event."""
        if self.has_judged(view.at):
            return ()
        elapsed_s = self._elapse(view.at)
        pairs = self._pair(view)
        ended = []
        for slot in self.slots:
            judged = self._advance(slot, pairs.get(slot.slot_id), view, elapsed_s)
            if judged is None:
                continue
            self._keep(judged)
            cause = judged.end_cause(view.at, self._params)
            if cause is not None:
                ended.append(self._end(judged, cause, view))
        ended += self._open_all(view, pairs.values())
        return tuple(ended)

    def confirm(self, slot_id: int, event_id: str, raised_at: datetime) -> Slot:
        """Tie a candidate to its event, and give it as it is now."""
        return self._keep(
            replace(self._slots[slot_id], state=SlotState.CONFIRMED, event_id=event_id, raised_at=raised_at)
        )

    def next_message(self, slot_id: int) -> Slot:
        """Count one more message of a slot's event, and give the slot with the new sequence number."""
        return self._keep(replace(self._slots[slot_id], sequence=self._slots[slot_id].sequence + 1))

    def drop(self, slot_id: int) -> None:
        """Forget a slot without an event, as one that turned out to be of no interest."""
        del self._slots[slot_id]

    def snapshot(self) -> dict[str, Any]:
        """Give all state as plain JSON values."""
        return {
            "next_id": self._next_id,
            "last_at": None if self._last_at is None else self._last_at.isoformat(),
            "slots": [slot_to_json(slot) for slot in self.slots],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state given by `snapshot`; a long time until the next instant counts as a gap."""
        slots = [slot_from_json(row) for row in state["slots"]]
        self._slots = {slot.slot_id: slot for slot in slots}
        self._next_id = int(state["next_id"])
        self._last_at = None if state["last_at"] is None else datetime.fromisoformat(state["last_at"])

    def _keep(self, slot: Slot) -> Slot:
        self._slots[slot.slot_id] = slot
        return slot

    def _elapse(self, at: datetime) -> float:
        """Move to a later instant and give the seconds that were watched since the last one."""
        elapsed_s = 0.0 if self._last_at is None else (at - self._last_at).total_seconds()
        self._last_at = at
        if elapsed_s <= self._params.max_gap_s:
            return elapsed_s
        self._slots = {slot_id: slot.after_gap(elapsed_s) for slot_id, slot in self._slots.items()}
        return 0.0

    def _pair(self, view: View) -> dict[int, Sighting]:
        """Give each slot at most one sighting: by place, the whole overlap being as large as it can be.

        A thing with an event that went on and rests again is found by its track and keeps its event.
        """
        slots, sightings = self.slots, view.sightings
        if not slots or not sightings:
            return {}
        overlaps = iou_matrix(
            [slot.box_xyxy_px for slot in slots], [thing.box_xyxy_px for thing in sightings]
        )
        may_be = [[slot.accepts(thing, view.at, self._params) for thing in sightings] for slot in slots]
        overlaps = np.where(np.asarray(may_be) & (overlaps >= self._params.match_iou), overlaps, 0.0)
        pairs = {
            slots[row].slot_id: sightings[column]
            for row, column in zip(*linear_sum_assignment(overlaps, maximize=True), strict=True)
            if overlaps[row, column] > 0
        }
        taken = {id(sighting) for sighting in pairs.values()}
        for slot in (slot for slot in slots if slot.slot_id not in pairs):
            found = next((thing for thing in sightings if slot.was_left_by(thing)), None)
            if found is not None and id(found) not in taken:
                pairs[slot.slot_id] = found
        return pairs

    def _advance(self, slot: Slot, sighting: Sighting | None, view: View, elapsed_s: float) -> Slot | None:
        """Give a slot after this instant, None when nobody looked at its place."""
        if sighting is not None:
            return slot.seen(sighting, view.at, elapsed_s, self._params)
        is_hidden = self._is_hidden(slot.box_xyxy_px, view)
        if is_hidden and not slot.was_empty(view.at, self._params):
            return slot.covered(view.at)
        if is_hidden or view.could_see(slot.box_xyxy_px, slot.origins):
            return slot.missed(view.at, elapsed_s)
        return None

    def _is_hidden(self, box: BoxXyxy, view: View) -> bool:
        """Tell whether something at least as large lies over a place (passers-by, another vehicle)."""
        others = (*view.bystanders, *(sighting.box_xyxy_px for sighting in view.sightings))
        return any(
            covered_fraction(box, other) >= self._params.cover_fraction and area_px2(other) >= area_px2(box)
            for other in others
        )

    def _end(self, slot: Slot, cause: SlotCause, view: View) -> Slot:
        del self._slots[slot.slot_id]
        went = any(slot.track_id is not None and slot.track_id == thing.track_id for thing in view.sightings)
        return slot.closed(view.at, SlotCause.MOVED if went and cause is SlotCause.REMOVED else cause)

    def _open_all(self, view: View, paired: Iterable[Sighting]) -> list[Slot]:
        """Open slots for the things at rest that belong to none, and give the slots that they replace."""
        replaced = []
        paired_ids = {id(sighting) for sighting in paired}
        for sighting in view.sightings:
            if id(sighting) in paired_ids or sighting.rests_since is None:
                continue
            rivals = self._slots_at(sighting)
            if any(slot.accepts(sighting, view.at, self._params) for slot in rivals):
                continue
            replaced += [
                self._end(slot, SlotCause.REPLACED, view) for slot in rivals if slot.group == sighting.group
            ]
            self._open(sighting, sighting.rests_since, view.at)
        return replaced

    def _slots_at(self, sighting: Sighting) -> Sequence[Slot]:
        """Give the slots whose thing, if of the same group, would be this very thing."""
        box = sighting.box_xyxy_px
        return [
            slot
            for slot in self.slots
            if iou(slot.box_xyxy_px, box) >= self._params.match_iou
            or covered_fraction(box, slot.box_xyxy_px) >= DUPLICATE_COVER
        ]

    def _open(self, sighting: Sighting, rests_since: datetime, at: datetime) -> None:
        if len(self._slots) >= self._params.max_slots:
            self.refused += 1
            return
        self._keep(
            Slot(
                slot_id=self._next_id,
                state=SlotState.CANDIDATE,
                label=sighting.label,
                group=sighting.group,
                score=sighting.score,
                box_xyxy_px=sighting.box_xyxy_px,
                rest_box_xyxy_px=sighting.box_xyxy_px,
                origins=frozenset({sighting.origin}),
                track_id=sighting.track_id,
                rested_at=rests_since,
                last_seen_at=at,
                detected_at=at if sighting.origin is StillOrigin.DETECTOR else None,
            )
        )
        self._next_id += 1
