"""Tells which registered site an event's place belongs to, or that it cannot be told."""

from collections.abc import Sequence

import shapely

from map_server.domain.event import GroundFix
from map_server.domain.plane import LocalPlane
from map_server.domain.site import Site, SiteKind
from wire_contract.vocabulary import EventKind

SITE_RADIUS_M = 15.0
"""What lies farther from a registered point is not at that site."""

_KINDS = {
    EventKind.GARBAGE_DROP: frozenset({SiteKind.DROP_POINT, SiteKind.BIN_HOUSE}),
    EventKind.ILLEGAL_STRUCTURE: frozenset({SiteKind.STRUCTURE_POINT}),
}


class SiteIndex:
    """The sites of the ward at one moment."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._sites = tuple(sites)
        self._plane = LocalPlane(self._sites[0].point if self._sites else (0.0, 0.0))
        self._tree = shapely.STRtree([shapely.Point(self._plane.xy_m(site.point)) for site in self._sites])

    def at(self, kind: EventKind, fix: GroundFix | None) -> str | None:
        """Give the id of the site at a place.

        None where no site of a fitting kind is near, and where the stated error does not tell two of them
        apart: a wrong site would keep two views of one thing from being joined.
        """
        kinds = _KINDS.get(kind)
        if kinds is None or fix is None or not fix.is_surveyed or not self._sites:
            return None
        point = shapely.Point(self._plane.xy_m((fix.lon, fix.lat)))
        near = self._tree.query(point, predicate="dwithin", distance=SITE_RADIUS_M + 2 * fix.error_m)
        by_distance = sorted(
            (float(shapely.distance(point, self._tree.geometries[index])), self._sites[index].site_id)
            for index in near
            if self._sites[index].kind in kinds
        )
        if not by_distance or by_distance[0][0] > SITE_RADIUS_M:
            return None
        is_doubtful = len(by_distance) > 1 and by_distance[1][0] <= by_distance[0][0] + 2 * fix.error_m
        return None if is_doubtful else by_distance[0][1]
