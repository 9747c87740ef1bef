"""Keeps pictures that people take: one way for work orders, sites and visits.

The bytes are durable before the record of them is written, so what is on record is there. A picture is kept
for as long as the class of its subject says (domain/evidence.py), and every look at it is on record.
"""

from collections.abc import Collection
from datetime import datetime

from map_server.domain.audit_log import JsonObject, instant
from map_server.domain.errors import Conflict, FieldError, InvalidInput
from map_server.domain.evidence import StoredEvidence
from map_server.domain.photo import Picture
from map_server.services.evidence import EvidenceFiles
from map_server.services.photo_ports import Photo, PhotoSubject
from map_server.services.ports import UnitOfWork


def keep_photo(
    work: UnitOfWork,
    files: EvidenceFiles,
    picture: Picture,
    subject: PhotoSubject,
    actor: str,
    now: datetime,
) -> None:
    """Keep a picture and tie it to its subject; the caller commits. Twice is no fault.

    Raises Conflict for a picture that was erased: it does not come back by being sent again.
    """
    known = work.evidence.get(picture.sha256)
    if known is not None and known.is_erased:
        raise Conflict("This picture was erased; it cannot be added again.")
    if files.path(picture.sha256) is None:
        files.append(picture.sha256, 0, picture.content)
        files.complete(picture.sha256)
    if known is None:
        work.evidence.add(_stored(picture, actor, now))
    if work.photos.add(Photo(subject, picture.sha256, actor, now)):
        facts: JsonObject = {
            "subject": {"kind": subject.kind, "id": subject.subject_id},
            "kept_as": subject.kept_as,
            "size_bytes": len(picture.content),
            "media_type": picture.media_type,
            "received_at": instant(now),
        }
        action = "evidence_received" if known is None else "evidence_added"
        work.note(action, "evidence", picture.sha256, actor, after=facts)


def expect_kept(work: UnitOfWork, subjects: Collection[tuple[str, str]], sha256s: Collection[str]) -> None:
    """Refuse pictures that were not added before to one of these subjects (kind and id).

    Raises InvalidInput for the field `photos`.
    """
    if work.photos.missing(sha256s, subjects):
        message = "The picture has not arrived; send it first."
        raise InvalidInput(message, (FieldError("photos", message),))


def _stored(picture: Picture, actor: str, now: datetime) -> StoredEvidence:
    return StoredEvidence(
        sha256=picture.sha256,
        media_type=picture.media_type,
        size_bytes=len(picture.content),
        device_id=None,
        received_at=now,
        uploaded_by=actor,
    )
