"""What patrols find by themselves becomes an incident, or joins the one that a camera had raised.

The report goes the way of a camera's event, under the name of one device that stands for all patrols; so the
desk judges it, and suspect sites, work orders and plans follow as for any other. Each find is a view of its
own: two finds of one person are the same thing only where their places say so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from map_server.domain.audit_log import canonical_json
from map_server.domain.device import Device
from map_server.domain.event import GroundFix, Message, NamedEvidence, Picture, Report, View
from map_server.domain.field_record import FieldPhoto, KeptRecord
from map_server.domain.photo import JPEG
from map_server.domain.track_match import TrackFix
from map_server.services.ingest import Ingest, Status
from map_server.services.patrol_finds import MAX_ERROR_M, PATROL_DEVICE, Find, recorded, seen_by_camera
from map_server.services.ports import Begin, IdFactory, UnitOfWork
from wire_contract.vocabulary import EventKind, EventPhase

_LABELS = {EventKind.GARBAGE_DROP: "garbage", EventKind.ILLEGAL_STRUCTURE: "structure"}
_NO_BOX = Picture((0.0, 0.0, 1.0, 1.0), (1, 1))


class FieldFinds:
    """`ingest` joins a report to what is known of its place."""

    def __init__(self, begin: Begin, ingest: Ingest, new_id: IdFactory) -> None:
        self._begin = begin
        self._ingest = ingest
        self._new_id = new_id

    def settle(self, kept: KeptRecord, photos: Sequence[FieldPhoto]) -> KeptRecord:
        """Give the record with the incident that came of it. Interrupted, it is taken up again."""
        find = _find(kept)
        with self._begin() as work:
            known = None if find is None else seen_by_camera(work, find)
            _let_in(work, kept)
            work.commit()
        if known is None:
            outcomes = self._ingest.receive(PATROL_DEVICE, [_message(kept, photos)])
            if outcomes[0].status is Status.REFUSED:
                return kept
        return self._joined(kept, find, None if known is None else known.incident_id)

    def _joined(self, kept: KeptRecord, find: Find | None, incident_id: str | None) -> KeptRecord:
        """Write the incident into the record, and the find into the audit's figures."""
        record_id = kept.record.record_id
        with self._begin() as work:
            if incident_id is None:
                incident_id = work.events.known([record_id])[record_id].incident_id
            found = replace(kept, subject=f"incident:{incident_id}")
            work.field.put(found)
            if find is not None:
                recorded(work, find, kept.actor, kept.received_at, self._new_id())
            work.note("find_joined", "visit", record_id, kept.actor, after={"incident": incident_id})
            work.commit()
        return found


def _find(kept: KeptRecord) -> Find | None:
    """Give the find as the audit's figures take it; None where its position tells too little."""
    fix, kind = _place_and_kind(kept)
    if not 0 < fix.accuracy_m <= MAX_ERROR_M:
        return None
    at = min(kept.record.time.made_at, kept.received_at)
    return Find(kind, fix.lon, fix.lat, fix.accuracy_m, at, kept.record.note)


def _place_and_kind(kept: KeptRecord) -> tuple[TrackFix, EventKind]:
    fix, kind = kept.record.fix, kept.record.find_kind
    if fix is None or kind is None:
        raise ValueError(f"{kept.record.record_id} is no find")  # Visits.take refuses such records
    return fix, kind


def _let_in(work: UnitOfWork, kept: KeptRecord) -> None:
    """Register the device that stands for all patrols, once."""
    if work.devices.get(PATROL_DEVICE) is None:
        patrols = Device(PATROL_DEVICE, registered_at=kept.received_at, name="巡查队 Patrol teams")
        work.devices.put(patrols)
        work.note("device_registered", "device", PATROL_DEVICE, "system")


def _message(kept: KeptRecord, photos: Sequence[FieldPhoto]) -> Message:
    record = kept.record
    fix, kind = _place_and_kind(kept)
    at = min(record.time.made_at, kept.received_at)
    evidence = tuple(
        NamedEvidence(
            one.kept_sha256, JPEG, "alarm", min(one.photo.captured_at or at, kept.received_at), "none"
        )
        for one in photos
        if one.kept_sha256
    )
    report = Report(
        event_id=record.record_id,
        sequence=0,
        view=View(PATROL_DEVICE, record.record_id, "find"),
        kind=kind,
        phase=EventPhase.OPENED,
        started_at=at,
        raised_at=at,
        closed_at=None,
        score=1.0,
        label=_LABELS.get(kind, "object"),
        picture=_NO_BOX,
        fix=GroundFix(fix.lon, fix.lat, max(1.0, fix.accuracy_m)),
        attributes={"found_by": kept.actor, "note": record.note},
        evidence=evidence,
    )
    content = canonical_json({"find": record.record_id, "digest": record.digest})
    return Message(report, content, hashlib.sha256(content.encode()).hexdigest())
