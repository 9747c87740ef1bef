"""Loads streets, and tells what is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

from map_server.domain.datum import Datum
from map_server.domain.errors import InvalidInput
from map_server.domain.layer_rules import area_from, faults_of
from map_server.domain.place import LAYERS, LoadedLayer
from map_server.domain.segment import Segment
from map_server.domain.street import StreetFigures
from map_server.services.geodata import Geodata
from map_server.services.ports import Begin
from map_server.services.street_ports import Box, NetworkTrial, StreetReader, StreetSource

LAYER = "streets"


@dataclass(frozen=True, slots=True)
class StreetsLoaded:
    """What became of a file of streets. `lies_in_ward` None: no ward is loaded to compare with."""

    layer: LoadedLayer
    figures: StreetFigures
    is_changed: bool
    lies_in_ward: bool | None


@dataclass(frozen=True, slots=True)
class StreetOverview:
    """What is loaded now."""

    layer: LoadedLayer
    figures: StreetFigures


class Streets:
    """Use cases of the street network."""

    def __init__(
        self,
        read: Begin,
        geodata: Geodata,
        reader: StreetReader,
        attempt: NetworkTrial,
        source: StreetSource,
    ) -> None:
        self._read = read
        self._geodata = geodata
        self._reader = reader
        self._try = attempt
        self._source = source

    def load(
        self,
        path: Path,
        actor: str,
        box: Box | None = None,
        datum: Datum | None = None,
        told: Callable[[int], None] = lambda count: None,
    ) -> StreetsLoaded:
        """Put the streets of a file in the place of those before, if a network can be made of them.

        Raises InvalidInput with one line; then the old streets stay.
        """
        found = self._reader.read(path, box, datum, told)
        layer = LAYERS[LAYER]
        if faults := faults_of(layer, found.source, found.features):
            raise InvalidInput(f"{faults[0].path}: {faults[0].message}", tuple(faults[:20]))
        areas = [area_from(layer, row, feature) for row, feature in enumerate(found.features, 1)]
        try:
            figures = self._try(areas)
        except ValueError as error:
            raise InvalidInput(f"{found.source}: {error}") from error
        (result,) = self._geodata.store([found], actor)
        with self._read() as work:
            stored = work.layers.all()[LAYER]
            ward = work.areas.of_layer("ward")
        bounds = shapely.box(*stored.bounds)
        touches = [area.geometry.intersects(bounds) for area in ward]
        return StreetsLoaded(stored, figures, result.is_changed, any(touches) if ward else None)

    def overview(self) -> StreetOverview | None:
        """Tell what is loaded; None when nothing is."""
        with self._read() as work:
            layer = work.layers.all().get(LAYER)
        figures = self._source.figures()
        return None if layer is None or figures is None else StreetOverview(layer, figures)

    def segments(self) -> Sequence[Segment]:
        """Give all segments that can be walked."""
        return self._source.segments()
