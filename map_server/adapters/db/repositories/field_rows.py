"""Rows of field records and pictures, both ways."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.engine import RowMapping

from map_server.domain.audit_log import instant
from map_server.domain.field_record import (
    FieldPhoto,
    FieldRecord,
    KeptRecord,
    NamedPhoto,
    PhotoRole,
    RecordKind,
    Verdict,
)
from map_server.domain.reach import Spot
from map_server.domain.result_form import Outcome
from map_server.domain.track_match import TrackFix
from map_server.domain.visit import Doubt, Flag, PhoneTime, TakenPhoto
from wire_contract.vocabulary import EventKind

_TIME = ("phone_id", "sequence", "made_at", "session", "uptime_s", "offset_s")
_OF_RECORD = ("record_id", "digest", "plan_id", "team_id", "stop_id", "message_id", "note")
_OF_KEPT = ("actor", "received_at", "sent_at", "subject", "category", "reviewed_at", "reviewed_by", "review")


def record_to_row(kept: KeptRecord) -> dict[str, Any]:
    """Write a record; its pictures have rows of their own."""
    record = kept.record
    return {
        **{name: getattr(record.time, name) for name in _TIME},
        **{name: getattr(record, name) for name in _OF_RECORD},
        **{name: getattr(kept, name) for name in _OF_KEPT},
        "kind": str(record.kind),
        "fix": None if record.fix is None else fix_to(record.fix),
        "recent": [fix_to(one) for one in record.recent],
        "outcome": None if record.outcome is None else str(record.outcome),
        "answers": dict(record.answers),
        "find_kind": None if record.find_kind is None else str(record.find_kind),
        "doubts": [asdict(doubt) | {"flag": str(doubt.flag)} for doubt in kept.doubts],
        "is_doubted": bool(kept.doubts),
        "verdict": None if kept.verdict is None else str(kept.verdict),
        "compound_id": kept.spot.compound_id,
        "grid_id": kept.spot.grid_id,
    }


def record_from_row(row: RowMapping, photos: Sequence[FieldPhoto]) -> KeptRecord:
    """Read a record, with the pictures that it names."""
    record = FieldRecord(
        kind=RecordKind(row["kind"]),
        time=PhoneTime(**{name: row[name] for name in _TIME}),
        **{name: row[name] for name in _OF_RECORD},
        fix=None if row["fix"] is None else fix_from(row["fix"]),
        recent=tuple(fix_from(one) for one in row["recent"]),
        photos=tuple(NamedPhoto(one.photo, one.role, one.size_bytes) for one in photos),
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        answers=row["answers"],
        find_kind=None if row["find_kind"] is None else EventKind(row["find_kind"]),
    )
    doubts = tuple(Doubt(**doubt | {"flag": Flag(doubt["flag"])}) for doubt in row["doubts"])
    spot = Spot(row["compound_id"], row["grid_id"])
    verdict = None if row["verdict"] is None else Verdict(row["verdict"])
    known = {name: row[name] for name in _OF_KEPT}
    return KeptRecord(record=record, spot=spot, doubts=doubts, verdict=verdict, **known)


def photo_to_row(photo: FieldPhoto) -> dict[str, Any]:
    """Write a picture."""
    return {
        "record_id": photo.record_id,
        "sha256": photo.photo.sha256,
        "role": str(photo.role),
        "size_bytes": photo.size_bytes,
        "captured_at": photo.photo.captured_at,
        "source_sha256": photo.photo.source_sha256,
        "kept_sha256": photo.kept_sha256,
        "received_at": photo.received_at,
    }


def photo_from_row(row: RowMapping) -> FieldPhoto:
    """Read a picture."""
    return FieldPhoto(
        record_id=row["record_id"],
        role=PhotoRole(row["role"]),
        photo=TakenPhoto(row["sha256"], row["captured_at"], row["source_sha256"]),
        size_bytes=row["size_bytes"],
        kept_sha256=row["kept_sha256"],
        received_at=row["received_at"],
    )


def fix_to(fix: TrackFix) -> dict[str, Any]:
    """Write a position as JSON."""
    return asdict(fix) | {"at": instant(fix.at)}


def fix_from(facts: dict[str, Any]) -> TrackFix:
    """Read a position."""
    return TrackFix(**facts | {"at": datetime.fromisoformat(facts["at"])})
