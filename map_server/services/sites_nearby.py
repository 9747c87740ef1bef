"""Keeps the index of sites at hand between batches, and makes it anew when a layer of sites was changed."""

import threading

from map_server.domain.site import LAYER_OF, SiteKind
from map_server.domain.site_index import SiteIndex
from map_server.services.ports import Begin


class SitesNearby:
    """`read` opens a unit of work that only reads."""

    def __init__(self, read: Begin) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, ...], SiteIndex] | None = None

    def __call__(self) -> SiteIndex:
        """Give the index of the sites as they are now."""
        with self._lock, self._read() as work:
            loaded = work.layers.all()
            stamps = [loaded[name].revision if name in loaded else 0 for name in LAYER_OF.values()]
            stamp = (*stamps, *work.sites.stamp(), work.handbook.revision())
            if self._known is None or self._known[0] != stamp:
                groups = work.handbook.current().groups
                self._known = (stamp, SiteIndex(work.sites.of_kinds(tuple(SiteKind)), groups))
            return self._known[1]
