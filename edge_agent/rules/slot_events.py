"""From a slot to the message about it: the one place where rules make events of slots."""

from collections.abc import Mapping
from datetime import datetime

from edge_agent.boxes import clip
from edge_agent.rules.slot import Slot
from edge_agent.types import AttributeValue, Event
from wire_contract.vocabulary import EventKind, EventPhase


def slot_event(
    slot: Slot,
    kind: EventKind,
    phase: EventPhase,
    zone_id: str,
    frame_size_px: tuple[int, int],
    attributes: Mapping[str, AttributeValue],
    started_at: datetime | None = None,
) -> Event:
    """Give the event of a confirmed slot in one phase; gaps of the footage and the cause of the end are
    attributes.

    `started_at` is when the thing came to rest unless given. Raises ValueError for a slot without an event.
    """
    if slot.event_id is None or slot.raised_at is None:
        raise ValueError(f"slot {slot.slot_id} has no event yet")
    own: dict[str, AttributeValue] = {}
    if slot.paused_s > 0:
        own["clock_paused_s"] = round(slot.paused_s, 1)
    if slot.cause is not None:
        own["cause"] = slot.cause.value
    return Event(
        event_id=slot.event_id,
        sequence=slot.sequence,
        kind=kind,
        phase=phase,
        zone_id=zone_id,
        started_at=started_at or slot.rested_at,
        raised_at=slot.raised_at,
        closed_at=slot.closed_at if phase is EventPhase.CLOSED else None,
        score=min(max(slot.score, 0.0), 1.0),
        label=slot.label,
        box_xyxy_px=clip(slot.box_xyxy_px, frame_size_px),
        frame_size_px=frame_size_px,
        attributes={**attributes, **own},
    )
