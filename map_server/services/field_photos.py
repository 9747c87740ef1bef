"""Pictures from phones: sent in parts that go on where they stopped, counted only when their hash is right.

A picture is named by a record first; nobody can send what no record of his names. It is kept with what it
shows: the site, the work order, or the visit itself.
"""

from pathlib import Path
from typing import Protocol

from map_server.domain.errors import InvalidInput, NotFound
from map_server.domain.evidence import UploadRange, retention_class
from map_server.domain.field_record import FieldPhoto, KeptRecord
from map_server.domain.photo import MAX_PHOTO_BYTES, Picture, cleaned
from map_server.domain.work_order_rules import WorkActor
from map_server.services.evidence import EvidenceFiles, UploadState
from map_server.services.photo_ports import PhotoSubject
from map_server.services.photos import keep_photo
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.visit_effects import VisitEffects
from map_server.services.visits import Taken, Visits, taken_of
from wire_contract.vocabulary import EventKind


class UploadedFiles(EvidenceFiles, Protocol):
    """Files of evidence, from which one that lies under a wrong name can be taken away again."""

    def remove(self, sha256: str) -> bool:
        """Remove a whole piece; False when there is none."""


class FieldPhotos:
    """Use cases of pictures; `visits` goes on with a record whose last picture came."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        clock: Clock,
        files: UploadedFiles,
        effects: VisitEffects,
        visits: Visits,
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._files = files
        self._effects = effects
        self._visits = visits

    def state(self, sha256: str, who: WorkActor) -> UploadState:
        """Tell where to go on. Raises NotFound for a picture that no record of this person names."""
        with self._read() as work:
            named = _naming(work, sha256, who)
        if all(one.kept_sha256 for one in named):
            return UploadState(named[0].size_bytes, is_whole=True)
        received = self._files.received(sha256)
        if (received and self._files.has_all(sha256)) or self._files.path(sha256) is not None:
            return self._finished(sha256, who)  # the server stopped between the last part and its record
        return UploadState(received, is_whole=False)

    def take(self, sha256: str, part: UploadRange, content: bytes, who: WorkActor) -> UploadState:
        """Take in a part, and keep the picture when it is whole and its hash is right.

        Raises NotFound for a picture that no record names, Conflict for a part that does not follow the ones
        before, InvalidInput for another hash or what is no picture (nothing of it is kept).
        """
        state = self.state(sha256, who)
        if state.is_whole:
            return state
        if part.total > MAX_PHOTO_BYTES:
            raise InvalidInput("The picture is larger than 8 MB; send a smaller one.")
        if part.length != len(content):
            raise InvalidInput(f"Content-Range says {part.length} bytes, the body has {len(content)}")
        received = self._files.append(sha256, part.offset, content)
        if not part.is_last:
            return UploadState(received, is_whole=False)
        return self._finished(sha256, who)

    def _finished(self, sha256: str, who: WorkActor) -> UploadState:
        if not self._files.complete(sha256):
            raise InvalidInput(f"the bytes do not have the hash {sha256}; nothing was kept, send it again")
        path = self._files.path(sha256)
        if path is None:
            raise NotFound(f"picture {sha256} has gone; send it again")
        size_bytes = path.stat().st_size
        picture = self._cleaned(sha256, path)
        for taken in self._kept(sha256, picture, who):
            self._visits.followed(taken)
        return UploadState(size_bytes, is_whole=True)

    def _cleaned(self, sha256: str, path: Path) -> Picture:
        """Read what came; bytes that may not stay under this name are taken away."""
        try:
            picture = cleaned(path.read_bytes())
        except InvalidInput:
            self._remove_stray(sha256)
            raise
        return picture

    def _kept(self, sha256: str, picture: Picture, who: WorkActor) -> list[Taken]:
        now = self._clock.now()
        with self._begin() as work:
            waiting = [one for one in _naming(work, sha256, who) if one.kept_sha256 is None]
            for one in waiting:
                subject = _subject_of(taken_of(work, one.record_id).kept, work)
                keep_photo(work, self._files, picture, subject, who.name, now)
                kept = FieldPhoto(one.record_id, one.role, one.photo, one.size_bytes, picture.sha256, now)
                work.field.add_photos([kept])
            taken = [taken_of(work, one.record_id) for one in waiting]
            for one_taken in taken:
                if not one_taken.missing:
                    self._effects.complete(work, one_taken.kept, one_taken.photos, who)
            work.commit()
        if picture.sha256 != sha256:
            self._remove_stray(sha256)
        return taken

    def _remove_stray(self, sha256: str) -> None:
        with self._read() as work:
            is_evidence = work.evidence.get(sha256) is not None
        if not is_evidence:
            self._files.remove(sha256)


def _naming(work: UnitOfWork, sha256: str, who: WorkActor) -> list[FieldPhoto]:
    named = work.field.naming(who.name, sha256)
    if not named:
        raise NotFound("No record of yours names this picture; send the record first.")
    return named


def _subject_of(kept: KeptRecord, work: UnitOfWork) -> PhotoSubject:
    """Give what the picture shows, by whose rules it is kept and who may see it."""
    kind, _, subject_id = kept.subject.partition(":")
    if kind == "site":
        site = work.sites.get(subject_id)
        if site is not None:
            return PhotoSubject("site", subject_id, retention_class(site.kind))
    if kind == "incident":
        order = work.work_orders.living_on(f"incident:{subject_id}")
        if order is not None:
            return PhotoSubject("work_order", order.work_order_id, retention_class(order.kind))
    return PhotoSubject("visit", kept.record.record_id, _class_of(kept))


def _class_of(kept: KeptRecord) -> EventKind:
    is_known = kept.category in set(EventKind)
    return EventKind(kept.category) if is_known else EventKind.GARBAGE_DROP
