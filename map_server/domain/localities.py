"""From places on the ground to localities that rules see, and all the different ones that a ward has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from map_server.domain.datum import LonLat
from map_server.domain.place import Area
from map_server.domain.responsibility import Locality
from map_server.domain.site import Site, SiteKind

_SLIVER_DEG2 = 1e-9
"""About 10 m2: what is smaller where two areas meet is drawing, not ground."""


@dataclass(frozen=True, slots=True)
class NamedLocality:
    """A kind of place for the linter. `name` is what people are told; `site_kind` is set for sites alone."""

    name: str
    locality: Locality
    site_kind: SiteKind | None = None


class _Areas:
    """Areas of one layer, ready to be asked."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.areas = tuple(areas)
        self.tree = shapely.STRtree([area.geometry for area in self.areas])

    def first_at(self, point: BaseGeometry) -> str | None:
        found = self.tree.query(point, predicate="intersects")
        return self.areas[int(found.min())].area_id if found.size else None

    def all_at(self, point: BaseGeometry) -> list[str]:
        return [self.areas[int(index)].area_id for index in self.tree.query(point, predicate="intersects")]

    def union(self) -> BaseGeometry:
        return shapely.union_all([area.geometry for area in self.areas])


class Localities:
    """`layers` are those that rules speak of, by name; a point on a border belongs to the first area."""

    def __init__(
        self,
        ward: Sequence[Area],
        grids: Sequence[Area],
        compounds: Sequence[Area],
        layers: Mapping[str, Sequence[Area]],
    ) -> None:
        self._ward = _Areas(ward)
        self._grids = _Areas(grids)
        self._compounds = _Areas(compounds)
        self._layers = {name: _Areas(areas) for name, areas in layers.items()}

    def at(self, place: LonLat | None, site_id: str | None = None) -> Locality:
        """Tell what rules see of a place."""
        if place is None:
            return Locality(site_id=site_id)
        point = shapely.Point(place)
        return Locality(
            grid_id=self._grids.first_at(point),
            compound_id=self._compounds.first_at(point),
            site_id=site_id,
            features=frozenset(
                (layer, feature) for layer, areas in self._layers.items() for feature in areas.all_at(point)
            ),
        )

    def every(self, sites: Sequence[Site]) -> Iterator[NamedLocality]:
        """Give every different locality of the ward: all that any rule could tell apart."""
        yield NamedLocality("unknown places", Locality())
        yield from self._ground()
        yield from self._features()
        for site in sites:
            yield NamedLocality(f"{site.kind} {site.site_id}", self.at(site.point, site.site_id), site.kind)

    def _ground(self) -> Iterator[NamedLocality]:
        """Give grids, compounds, compounds in several grids, and what lies outside of either."""
        compounds, grids = self._compounds.union(), self._grids.union()
        for grid in self._grids.areas:
            if shapely.difference(grid.geometry, compounds).area > _SLIVER_DEG2:
                yield NamedLocality(
                    f"grid {grid.area_id} outside of compounds", Locality(grid_id=grid.area_id)
                )
        for compound in self._compounds.areas:
            for index in sorted(self._grids.tree.query(compound.geometry, predicate="intersects")):
                grid = self._grids.areas[int(index)]
                if shapely.intersection(grid.geometry, compound.geometry).area > _SLIVER_DEG2:
                    locality = Locality(grid_id=grid.area_id, compound_id=compound.area_id)
                    yield NamedLocality(f"compound {compound.area_id} (grid {grid.area_id})", locality)
            if shapely.difference(compound.geometry, grids).area > _SLIVER_DEG2:
                locality = Locality(compound_id=compound.area_id)
                yield NamedLocality(f"compound {compound.area_id} outside of grids", locality)
        covered = shapely.union(compounds, grids)
        if shapely.difference(self._ward.union(), covered).area > _SLIVER_DEG2:
            yield NamedLocality("the ward outside of grids", Locality(features=frozenset()))

    def _features(self) -> Iterator[NamedLocality]:
        """Give each feature of the layers that rules speak of: its own ground, and what it shares.

        A feature that lies in several grids or compounds is looked at in one of them.
        """
        features = [(name, area) for name, areas in self._layers.items() for area in areas.areas]
        tree = shapely.STRtree([area.geometry for _, area in features])
        for number, (layer, area) in enumerate(features):
            near = sorted(int(index) for index in tree.query(area.geometry, predicate="intersects"))
            others = [features[index][1] for index in near if index != number]
            own = shapely.difference(area.geometry, shapely.union_all([one.geometry for one in others]))
            if not own.is_empty:
                yield NamedLocality(f"{layer} {area.area_id}", self._inside(own))
            for other in (features[index][1] for index in near if index > number):
                shared = shapely.intersection(area.geometry, other.geometry)
                if shared.area > _SLIVER_DEG2:
                    yield NamedLocality(f"{layer} {area.area_id} on {other.area_id}", self._inside(shared))

    def _inside(self, geometry: BaseGeometry) -> Locality:
        point = geometry.representative_point()
        return self.at((point.x, point.y))
