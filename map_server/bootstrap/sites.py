"""Puts together what follows the log for the register of sites."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from map_server.adapters.background import BackgroundThread
from map_server.adapters.db.queries.growth import SqlIncidentChanges
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.services.changes import ChangeSignal, FollowOnce
from map_server.services.places import Places
from map_server.services.ports import Clock
from map_server.services.site_watch import SiteWatch
from map_server.services.sites_nearby import SitesNearby


@contextmanager
def followed_sites(
    engine: Engine, begin: SqlUnitsOfWork, clock: Clock, places: Places, changes: ChangeSignal
) -> Iterator[SiteWatch]:
    """Bring incidents to the register of sites in a thread of their own until the block ends."""
    read = begin.reading
    watch = SiteWatch(begin, read, clock, SqlIncidentChanges(engine), SitesNearby(read), places.gazetteer)
    background = BackgroundThread("sites")
    follow = FollowOnce(watch.catch_up, background)
    leave = changes.listen(follow)
    follow(0)
    try:
        yield watch
    finally:
        leave()
        background.close()
