"""The street network of the loaded geodata: built when first needed, and again when the layer changes."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import shapely
from shapely.geometry.base import BaseGeometry

from map_server.adapters.streets import ALL_OPEN, Closed, EmbeddedStreets, StraightLines, StreetParams
from map_server.adapters.track_matching import MatchParams, TrackMatching
from map_server.domain.datum import LonLat
from map_server.domain.place import Area
from map_server.domain.segment import Segment
from map_server.domain.street import ON_FOOT_NOW, StreetFigures, Trip
from map_server.domain.street_closure import ClosedGround, StreetClosure
from map_server.domain.street_ways import is_surveyed, ways_of
from map_server.domain.track_match import MatchedTrack, TrackFix
from map_server.domain.travel import TravelTable
from map_server.services.ports import Begin, Clock, UnitOfWork

LAYER = "streets"
_SURVEYED_JOIN_M = 0.01
"""In OpenStreetMap streets meet in one and the same node; two that merely lie close do not meet."""


class LoadedStreets:
    """A `StreetNetwork` and `StreetSegments` over the layer `streets`, with the closures of the trip's time.

    Straight lines as long as there is no layer.
    """

    def __init__(
        self,
        read: Begin,
        clock: Clock,
        params: StreetParams | None = None,
        matching: MatchParams | None = None,
    ) -> None:
        self._read = read
        self._clock = clock
        self._params = params or StreetParams()
        self._matching = matching or MatchParams()
        self._straight = StraightLines(self._params)
        self._built: tuple[int, EmbeddedStreets | None] | None = None
        self._lock = threading.Lock()

    @property
    def description(self) -> str:
        """Say what the distances rest on."""
        with self._read() as work:
            streets = self._network(work)
        return self._straight.description if streets is None else streets.description

    def table(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> TravelTable:
        """Measure all pairs of points."""
        streets, closed = self._open(trip)
        return self._straight.table(points, trip) if streets is None else streets.table(points, trip, closed)

    def paths(self, points: Sequence[LonLat], trip: Trip = ON_FOOT_NOW) -> tuple[tuple[LonLat, ...], ...]:
        """Give the way from each point to the next."""
        streets, closed = self._open(trip)
        return self._straight.paths(points, trip) if streets is None else streets.paths(points, trip, closed)

    def unheeded(self, trip: Trip) -> int:
        """All closures are heeded."""
        return 0

    def segments(self) -> Sequence[Segment]:
        """Give all segments that can be walked; none while no streets are loaded."""
        with self._read() as work:
            streets = self._network(work)
        return () if streets is None else streets.segments

    def match(self, track: Sequence[TrackFix]) -> MatchedTrack:
        """Tell which segments a track walked. Closures do not matter: a team may look where it is closed."""
        with self._read() as work:
            streets = self._network(work)
        if streets is None:
            return MatchedTrack(off_street=len(track))
        return TrackMatching(streets, self._matching).match(track)

    def figures(self) -> StreetFigures | None:
        """Give the network in numbers; None while no streets are loaded."""
        with self._read() as work:
            streets = self._network(work)
        return None if streets is None else streets.figures

    def closed_by(self, closures: Sequence[StreetClosure]) -> Closed:
        """Give the ids of the segments that closures close, walkable or not."""
        with self._read() as work:
            streets = self._network(work)
        return ALL_OPEN if streets is None else _closed(streets, closures)

    def closed_ground(self, trip: Trip) -> ClosedGround:
        """Give what is closed while a trip lasts."""
        with self._read() as work:
            streets, closures = self._network(work), self._on(work, trip)
        named = {segment_id for closure in closures for segment_id in closure.segment_ids}
        pieces = () if streets is None else streets.pieces.pieces
        return ClosedGround(
            len(closures),
            tuple(_middle(piece.segment) for piece in pieces if piece.segment.segment_id in named),
            tuple(ring for closure in closures if closure.area is not None for ring in _rings(closure.area)),
        )

    def _open(self, trip: Trip) -> tuple[EmbeddedStreets | None, Closed]:
        """Give the streets, and what is closed on them while the trip lasts."""
        with self._read() as work:
            streets = self._network(work)
            if streets is None:
                return None, ALL_OPEN
            return streets, _closed(streets, self._on(work, trip))

    def _on(self, work: UnitOfWork, trip: Trip) -> list[StreetClosure]:
        first, last = _while(trip, self._clock.now())
        return [one for one in work.closures.all() if one.is_on(first, last)]

    def _network(self, work: UnitOfWork) -> EmbeddedStreets | None:
        loaded = work.layers.all().get(LAYER)
        if loaded is None:
            return None
        with self._lock:
            if self._built is None or self._built[0] != loaded.revision:
                self._built = (loaded.revision, self._made(work))
            return self._built[1]

    def _made(self, work: UnitOfWork) -> EmbeddedStreets | None:
        areas = work.areas.of_layer(LAYER)
        return street_network(areas, self._params) if areas else None


def street_network(areas: Sequence[Area], params: StreetParams | None = None) -> EmbeddedStreets:
    """Make the network of the areas of the layer `streets`. Raises ValueError when nobody could use any."""
    params = params or StreetParams()
    if is_surveyed(areas):
        params = replace(params, join_within_m=_SURVEYED_JOIN_M)
    return EmbeddedStreets(list(ways_of(areas)), params)


def _while(trip: Trip, now: datetime) -> tuple[datetime, datetime]:
    first = trip.first or now
    return first, max(trip.last or first, first)


def _closed(streets: EmbeddedStreets, closures: Sequence[StreetClosure]) -> Closed:
    """Give what is closed: the segments that are named, and those that an area touches, from end to end."""
    named = {segment_id for closure in closures for segment_id in closure.segment_ids}
    drawn = shapely.union_all([closure.area for closure in closures if closure.area is not None])
    if not drawn.is_empty:
        named |= {
            piece.segment.segment_id
            for piece in streets.pieces.pieces
            if shapely.LineString(piece.segment.points).intersects(drawn)
        }
    return frozenset(named)


def _middle(segment: Segment) -> LonLat:
    middle = shapely.LineString(segment.points).interpolate(0.5, normalized=True)
    return middle.x, middle.y


def _rings(area: BaseGeometry) -> list[tuple[LonLat, ...]]:
    """Give the outlines of an area; whatever has a hole is closed inside as well."""
    return [
        tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(part.exterior))
        for part in shapely.get_parts(area)
    ]
