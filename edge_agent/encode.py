"""Event and evidence -> the bytes of one EventMessage, made once and kept as they are by the outbox.

The JSON is deterministic: sorted keys, no blanks, UTF-8, numbers rounded to what they mean. The same event
gives the same bytes on every box, so that a replay can be compared byte by byte.
"""

import json
from collections.abc import Sequence
from math import isfinite

from edge_agent.boxes import clip
from edge_agent.types import AttributeValue, BoxXyxy, Event, Evidence, GroundFix
from wire_contract import messages

FIX_NOTE_ATTRIBUTE = "fix_note"
EVIDENCE_DROPPED_ATTRIBUTE = "evidence_dropped"

_LONLAT_DIGITS = 8
"""About a millimetre."""


def encode_event(
    event: Event,
    evidence: Sequence[Evidence],
    *,
    device_id: str,
    camera_id: str,
    model: messages.ModelRef | None,
) -> bytes:
    """Give the message of an event in canonical JSON.

    The box is cut to the frame and numbers that are not finite become null; anything else that the wire
    contract refuses raises ValueError, because it is a fault of the rule that made the event.
    """
    message = messages.EventMessage(
        event_id=event.event_id,
        sequence=event.sequence,
        device_id=device_id,
        camera_id=camera_id,
        kind=event.kind,
        phase=event.phase,
        zone_id=event.zone_id,
        started_at=event.started_at,
        raised_at=event.raised_at,
        closed_at=event.closed_at,
        score=round(event.score, 4),
        label=event.label,
        box_xyxy_px=_inside_frame(event.box_xyxy_px, event.frame_size_px),
        frame_size_px=event.frame_size_px,
        fix=None if event.fix is None else _encode_fix(event.fix),
        attributes=_attributes(event),
        evidence=tuple(_encode_evidence(piece) for piece in evidence),
        model=model,
    )
    return _canonical(message.model_dump(mode="json"))


def without_evidence(body: bytes, sha256: str) -> bytes:
    """Take one piece of evidence out of an encoded message, and count it in `attributes.evidence_dropped`.

    For messages that were never sent: the server must not wait for a picture that is no longer there.
    """
    message = json.loads(body)
    kept = [reference for reference in message["evidence"] if reference["sha256"] != sha256]
    dropped = len(message["evidence"]) - len(kept)
    if dropped == 0:
        return body
    message["evidence"] = kept
    attributes = message["attributes"]
    attributes[EVIDENCE_DROPPED_ATTRIBUTE] = attributes.get(EVIDENCE_DROPPED_ATTRIBUTE, 0) + dropped
    return _canonical(message)


def _canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _inside_frame(box: BoxXyxy, frame_size_px: tuple[int, int]) -> BoxXyxy:
    x1, y1, x2, y2 = clip(box, frame_size_px)
    return round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1)


def _encode_fix(fix: GroundFix) -> messages.GroundFix:
    ellipse = None
    if fix.ellipse is not None:
        ellipse = messages.ErrorEllipse(
            major_m=round(fix.ellipse.major_m, 2),
            minor_m=round(fix.ellipse.minor_m, 2),
            azimuth_deg=round(fix.ellipse.azimuth_deg, 1) % 180.0,
        )
    return messages.GroundFix(
        lon=round(fix.lon, _LONLAT_DIGITS),
        lat=round(fix.lat, _LONLAT_DIGITS),
        error_m=round(fix.error_m, 2),
        ellipse=ellipse,
        method="homography" if fix.method == "homography" else "camera_position",
    )


def _attributes(event: Event) -> dict[str, AttributeValue]:
    attributes = {name: _finite(value) for name, value in event.attributes.items()}
    if event.fix is not None and event.fix.note:
        attributes[FIX_NOTE_ATTRIBUTE] = event.fix.note
    return attributes


def _finite(value: AttributeValue) -> AttributeValue:
    return None if isinstance(value, float) and not isfinite(value) else value


def _encode_evidence(piece: Evidence) -> messages.EvidenceRef:
    return messages.EvidenceRef.model_validate(
        {
            "sha256": piece.sha256,
            "media_type": piece.media_type,
            "role": piece.role,
            "captured_at": piece.captured_at,
            "redaction": piece.redaction,
        }
    )
