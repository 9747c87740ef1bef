"""Pictures that people take at sites, to be named by an inspection."""

from map_server.domain.errors import NotFound
from map_server.domain.evidence import retention_class
from map_server.domain.photo import Picture
from map_server.services.evidence import EvidenceFiles
from map_server.services.photo_ports import PhotoSubject
from map_server.services.photos import keep_photo
from map_server.services.ports import Begin, Clock


class SitePhotos:
    """Use case of keeping a picture."""

    def __init__(self, begin: Begin, clock: Clock, files: EvidenceFiles) -> None:
        self._begin = begin
        self._clock = clock
        self._files = files

    def add(self, site_id: str, picture: Picture, actor: str) -> None:
        """Keep a picture. Twice is no fault. Raises NotFound, Conflict for one that was erased."""
        with self._begin() as work:
            site = work.sites.get(site_id)
            if site is None or not site.is_registered:
                raise NotFound(f"there is no site {site_id}")
            subject = PhotoSubject("site", site_id, retention_class(site.kind))
            keep_photo(work, self._files, picture, subject, actor, self._clock.now())
            work.commit()
