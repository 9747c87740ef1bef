"""Answers about places: loaded layers, what is in them, sites that are due, who is responsible at a point."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from map_server.domain.datum import LonLat
from map_server.domain.errors import NotFound
from map_server.domain.layer_rules import kind_of_layer
from map_server.domain.place import LAYERS, Area, LoadedLayer, Whereabouts
from map_server.domain.reach import Reach, Spot
from map_server.domain.site import Site, SiteKind
from map_server.domain.whereabouts import Gazetteer
from map_server.services.ports import Begin, Clock


@dataclass(frozen=True, slots=True)
class LayerContent:
    """A layer with its features: areas, or sites where it holds sites."""

    loaded: LoadedLayer
    areas: Sequence[Area]
    sites: Sequence[Site]
    as_of: datetime

    def within(self, reach: Reach) -> "LayerContent":
        """Give the layer with those of its sites that lie within reach."""
        own = [site for site in self.sites if reach.covers(Spot(site.compound_id, site.grid_id))]
        return replace(self, sites=own)


class Places:
    """Reads of geodata. `read` opens a unit of work that only reads."""

    def __init__(self, read: Begin, clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._gazetteer: tuple[tuple[int, int], Gazetteer] | None = None

    def layers(self) -> list[LoadedLayer]:
        """Give the loaded layers in drawing order."""
        with self._read() as work:
            loaded = work.layers.all()
        return [loaded[name] for name in LAYERS if name in loaded]

    def layer(self, name: str) -> LoadedLayer:
        """Give one loaded layer. Raises NotFound."""
        with self._read() as work:
            loaded = work.layers.all().get(name)
        if loaded is None:
            raise NotFound(f"there is no layer {name}")
        return loaded

    def content(self, name: str) -> LayerContent:
        """Give a layer with its features. Raises NotFound."""
        loaded = self.layer(name)
        with self._read() as work:
            if LAYERS[name].holds_sites:
                return LayerContent(loaded, (), work.sites.of_kinds([kind_of_layer(name)]), self._clock.now())
            return LayerContent(loaded, work.areas.of_layer(name), (), self._clock.now())

    def sites(self, kinds: Sequence[SiteKind] = (), is_due: bool | None = None) -> list[Site]:
        """Give sites of these kinds (none named: all), only due or only not due ones if asked for."""
        now = self._clock.now()
        with self._read() as work:
            found = work.sites.of_kinds(tuple(kinds) or tuple(SiteKind))
        return [site for site in found if is_due is None or site.is_due(now) == is_due]

    def whereabouts(self, point: LonLat) -> Whereabouts:
        """Tell in which grid and compound a point lies and who is responsible there."""
        return self.gazetteer().at(point)

    def gazetteer(self) -> Gazetteer:
        """Give the present areas, to ask about many points."""
        with self._read() as work:
            loaded = work.layers.all()
            stamp = tuple(loaded[name].revision if name in loaded else 0 for name in ("grids", "compounds"))
            if self._gazetteer is None or self._gazetteer[0] != stamp:
                gazetteer = Gazetteer(work.areas.of_layer("grids"), work.areas.of_layer("compounds"))
                self._gazetteer = ((stamp[0], stamp[1]), gazetteer)
            return self._gazetteer[1]
