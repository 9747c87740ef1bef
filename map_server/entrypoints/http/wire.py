"""Reads event messages from raw bytes and translates them once, from the wire's models to the domain's
records.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from map_server.domain.errors import FieldError, InvalidInput, TooLarge
from map_server.domain.event import ErrorEllipse, GroundFix, Message, NamedEvidence, Picture, Report, View
from wire_contract import messages as wire
from wire_contract.messages import EventMessage
from wire_contract.routes import MAX_BATCH_EVENTS, MAX_EVENT_BYTES

_BATCH = TypeAdapter(list[EventMessage])


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One item of a batch that is no event message."""

    event_id: str
    sequence: int
    problem: str


def read_messages(body: bytes) -> list[Message | Unreadable]:
    """Read one message or an array of them, in order.

    Raises InvalidInput when the body is no JSON object or array, or a single object is no event message;
    TooLarge for more messages than a batch may hold.
    """
    if body.lstrip()[:1] != b"[":
        return [_message(_single(body))]
    try:
        batch: list[EventMessage | Unreadable] = [*_BATCH.validate_json(body)]
    except ValidationError:
        batch = _one_by_one(body)
    if len(batch) > MAX_BATCH_EVENTS:
        raise TooLarge(f"a batch holds at most {MAX_BATCH_EVENTS} messages, this one has {len(batch)}")
    return [item if isinstance(item, Unreadable) else _message(item) for item in batch]


def _single(body: bytes) -> EventMessage:
    try:
        return EventMessage.model_validate_json(body)
    except ValidationError as error:
        fields = tuple(FieldError(path, message) for path, message in _wrong_fields(error))
        raise InvalidInput(f"this is no event message: {_first_of(error)}", fields) from error


def _one_by_one(body: bytes) -> list[EventMessage | Unreadable]:
    try:
        items = json.loads(body)
    except ValueError as error:
        raise InvalidInput(f"the body is not valid JSON: {error}") from error
    return [_item(item) for item in items]


def _item(item: Any) -> EventMessage | Unreadable:
    try:
        return EventMessage.model_validate_json(json.dumps(item))
    except ValidationError as error:
        known = item if isinstance(item, dict) else {}
        sequence = known.get("sequence")
        return Unreadable(
            event_id=str(known.get("event_id", ""))[:64],
            sequence=sequence if isinstance(sequence, int) and sequence >= 0 else 0,
            problem=f"this is no event message: {_first_of(error)}",
        )


def _wrong_fields(error: ValidationError) -> list[tuple[str, str]]:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return [("/".join(str(part) for part in detail["loc"]), detail["msg"]) for detail in details]


def _first_of(error: ValidationError) -> str:
    path, message = _wrong_fields(error)[0]
    return f"{path}: {message}" if path else message


def _message(message: EventMessage) -> Message | Unreadable:
    content = message.model_dump_json()
    if len(content) > MAX_EVENT_BYTES:
        problem = f"a message holds at most {MAX_EVENT_BYTES} bytes, this one has {len(content)}"
        return Unreadable(message.event_id, message.sequence, problem)
    report = Report(
        event_id=message.event_id,
        sequence=message.sequence,
        view=View(message.device_id, message.camera_id, message.zone_id),
        kind=message.kind,
        phase=message.phase,
        started_at=message.started_at,
        raised_at=message.raised_at,
        closed_at=message.closed_at,
        score=message.score,
        label=message.label,
        picture=Picture(message.box_xyxy_px, message.frame_size_px),
        fix=None if message.fix is None else _fix(message.fix),
        attributes=message.attributes,
        evidence=tuple(
            NamedEvidence(e.sha256, e.media_type, e.role, e.captured_at, e.redaction)
            for e in message.evidence
        ),
        model=None if message.model is None else (message.model.id, message.model.sha256),
    )
    return Message(report, content, hashlib.sha256(content.encode()).hexdigest())


def _fix(fix: wire.GroundFix) -> GroundFix:
    ellipse = fix.ellipse
    return GroundFix(
        lon=fix.lon,
        lat=fix.lat,
        error_m=fix.error_m,
        ellipse=None
        if ellipse is None
        else ErrorEllipse(ellipse.major_m, ellipse.minor_m, ellipse.azimuth_deg),
        is_surveyed=fix.method == "homography",
    )
