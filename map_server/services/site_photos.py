"""Pictures that people take at sites: kept as evidence, to be named by an inspection."""

from datetime import datetime

from map_server.domain.audit_log import JsonObject, instant
from map_server.domain.errors import NotFound
from map_server.domain.evidence import StoredEvidence
from map_server.domain.photo import JPEG, Picture
from map_server.services.evidence import EvidenceFiles
from map_server.services.ports import Begin, Clock


class SitePhotos:
    """Use case of keeping a picture."""

    def __init__(self, begin: Begin, clock: Clock, files: EvidenceFiles) -> None:
        self._begin = begin
        self._clock = clock
        self._files = files

    def add(self, site_id: str, picture: Picture, actor: str) -> None:
        """Keep a picture. Twice is no fault. Raises NotFound."""
        now = self._clock.now()
        with self._begin() as work:
            site = work.sites.get(site_id)
            if site is None or not site.is_registered:
                raise NotFound(f"there is no site {site_id}")
            if self._files.path(picture.sha256) is None:
                self._files.append(picture.sha256, 0, picture.content)
                self._files.complete(picture.sha256)
            if work.evidence.get(picture.sha256) is not None:
                return
            work.evidence.add(_stored(picture, actor, now))
            facts: JsonObject = {
                "site": site_id,
                "size_bytes": len(picture.content),
                "media_type": JPEG,
                "received_at": instant(now),
            }
            work.note("evidence_received", "evidence", picture.sha256, actor, after=facts)
            work.commit()


def _stored(picture: Picture, actor: str, now: datetime) -> StoredEvidence:
    return StoredEvidence(
        sha256=picture.sha256,
        media_type=JPEG,
        size_bytes=len(picture.content),
        device_id=None,
        received_at=now,
        uploaded_by=actor,
    )
