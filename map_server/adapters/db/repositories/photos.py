"""Pictures that people added, as rows."""

from collections.abc import Collection

from sqlalchemy import Connection, and_, or_, select

from map_server.adapters.db.tables.photos import photos
from map_server.adapters.db.upsert import insert_many
from map_server.services.photo_ports import Photo, PhotoSubject
from wire_contract.vocabulary import EventKind

_p = photos.c


class SqlPhotos:
    """See services.photo_ports.PhotoRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, photo: Photo) -> bool:
        """Tie a picture to its subject; False when it was before."""
        kind, subject_id = photo.subject.kind, photo.subject.subject_id
        if not self.missing([photo.sha256], [(kind, subject_id)]):
            return False
        row = {
            "subject_kind": kind,
            "subject_id": subject_id,
            "sha256": photo.sha256,
            "kept_as": str(photo.subject.kept_as),
            "added_by": photo.added_by,
            "added_at": photo.added_at,
        }
        insert_many(self._connection, photos, [row])
        return True

    def of(self, kind: str, subject_id: str) -> list[Photo]:
        """Give the pictures of a subject, oldest first."""
        wanted = select(photos).where(_p.subject_kind == kind, _p.subject_id == subject_id)
        return [
            Photo(
                PhotoSubject(row.subject_kind, row.subject_id, EventKind(row.kept_as)),
                row.sha256,
                row.added_by,
                row.added_at,
            )
            for row in self._connection.execute(wanted.order_by(_p.added_at, _p.sha256))
        ]

    def missing(self, sha256s: Collection[str], subjects: Collection[tuple[str, str]]) -> set[str]:
        """Give those of the hashes that are pictures of none of the subjects."""
        if not sha256s:
            return set()
        of_one = (and_(_p.subject_kind == kind, _p.subject_id == subject_id) for kind, subject_id in subjects)
        found = select(_p.sha256).where(_p.sha256.in_(list(sha256s)), or_(*of_one))
        return set(sha256s) - set(self._connection.scalars(found))
