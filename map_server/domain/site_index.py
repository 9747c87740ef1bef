"""Tells which registered site an event's place belongs to, or that it cannot be told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from map_server.domain.event import GroundFix
from map_server.domain.plane import LocalPlane
from map_server.domain.site import Site, SiteKind
from map_server.domain.site_group import SiteGroups
from wire_contract.vocabulary import EventKind

MOST_ERROR_REACH_M = 15.0
"""So much of a place's error widens a buffer at most: a vague place must not be explained by any site
near it.
"""

SITE_KINDS_OF = {
    EventKind.GARBAGE_DROP: frozenset({SiteKind.DROP_POINT, SiteKind.BIN_HOUSE}),
    EventKind.BLOCKED_FIRE_LANE: frozenset({SiteKind.FIRE_LANE}),
    EventKind.ILLEGAL_STRUCTURE: frozenset({SiteKind.STRUCTURE_POINT}),
}


@dataclass(frozen=True, slots=True)
class SiteHit:
    """A site whose buffer a place lies in. `reach_m` is the buffer and the place's error towards the site."""

    site: Site
    distance_m: float
    reach_m: float


class SiteIndex:
    """The sites of the ward at one moment, each with the buffer of its group."""

    def __init__(self, sites: Sequence[Site], groups: SiteGroups | None = None) -> None:
        groups = groups or SiteGroups()
        self._sites = tuple(sites)
        self._buffers_m = [groups.of(site).buffer_m for site in self._sites]
        self._widest_m = max(self._buffers_m, default=0.0)
        self._plane = LocalPlane(self._sites[0].point if self._sites else (0.0, 0.0))
        self._tree = shapely.STRtree([self._flat(site) for site in self._sites])

    def at(self, kind: EventKind, fix: GroundFix | None) -> str | None:
        """Give the id of the site at a place.

        None where no site of a fitting kind is near, and where the stated error does not tell two of them
        apart: a wrong site would keep two views of one thing from being joined.
        """
        if fix is None:
            return None
        by_distance = self._near(kind, fix, 2 * fix.error_m)
        inside = [hit for hit in by_distance if hit[0] <= self._buffers_m[hit[1]]]
        if not inside:
            return None
        is_doubtful = len(by_distance) > 1 and by_distance[1][0] <= by_distance[0][0] + 2 * fix.error_m
        return None if is_doubtful else self._sites[inside[0][1]].site_id

    def hit(self, kind: EventKind, fix: GroundFix | None) -> SiteHit | None:
        """Give the site in whose buffer a place lies, its error ellipse included: the nearest one.

        None where the place is not surveyed: where a camera hangs says nothing of what it saw.
        """
        if fix is None:
            return None
        for distance_m, index in self._near(kind, fix, MOST_ERROR_REACH_M):
            error_m = min(self._error_towards_m(fix, index), MOST_ERROR_REACH_M)
            reach_m = self._buffers_m[index] + error_m
            if distance_m <= reach_m:
                return SiteHit(self._sites[index], round(distance_m, 2), round(reach_m, 2))
        return None

    def _near(self, kind: EventKind, fix: GroundFix, margin_m: float) -> list[tuple[float, int]]:
        """Give (metres, index) of the fitting sites within the widest buffer and a margin, nearest first."""
        kinds = SITE_KINDS_OF.get(kind)
        if kinds is None or not fix.is_surveyed or not self._sites:
            return []
        point = shapely.Point(self._plane.xy_m((fix.lon, fix.lat)))
        near = self._tree.query(point, predicate="dwithin", distance=self._widest_m + margin_m)
        found = [
            (float(shapely.distance(point, self._tree.geometries[index])), int(index))
            for index in near
            if self._sites[index].kind in kinds
        ]
        return sorted(found, key=lambda one: (one[0], self._sites[one[1]].site_id))

    def _error_towards_m(self, fix: GroundFix, index: int) -> float:
        """Give how far the 95 % ellipse reaches from the place towards a site."""
        if fix.ellipse is None:
            return fix.error_m
        x_m, y_m = self._plane.xy_m((fix.lon, fix.lat))
        nearest = shapely.shortest_line(shapely.Point(x_m, y_m), self._tree.geometries[index]).coords[-1]
        bearing = math.atan2(nearest[0] - x_m, nearest[1] - y_m)
        turn = bearing - math.radians(fix.ellipse.azimuth_deg)
        major_m, minor_m = fix.ellipse.major_m, fix.ellipse.minor_m
        across = math.hypot(minor_m * math.cos(turn), major_m * math.sin(turn))
        return major_m * minor_m / across if across > 0 else fix.error_m

    def _flat(self, site: Site) -> BaseGeometry:
        if site.footprint is None:
            return shapely.Point(self._plane.xy_m(site.point))
        return flat(site.footprint, self._plane)


def flat(geometry: BaseGeometry, plane: LocalPlane) -> BaseGeometry:
    """Lay a WGS 84 geometry on a plane in metres."""
    lon, lat = plane.origin
    east_m, north_m = plane.xy_m((lon + 1, lat + 1))
    return affine_transform(geometry, (east_m, 0, 0, north_m, -lon * east_m, -lat * north_m))
