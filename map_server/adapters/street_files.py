"""Reads streets from whatever file they come in: OpenStreetMap, or the geodata files of all layers."""

from collections.abc import Callable
from pathlib import Path

from map_server.adapters.geodata_files import GeodataFiles
from map_server.adapters.osm_files import OSM_ENDINGS, OsmFiles, is_osm
from map_server.domain.datum import Datum
from map_server.domain.errors import InvalidInput
from map_server.services.place_ports import FileLayer
from map_server.services.street_ports import Box

_LAYER = "streets"
_OTHERS = (".geojson", ".json", ".gpkg", ".shp")


class StreetFiles:
    """See services.street_ports.StreetReader."""

    def read(
        self, path: Path, box: Box | None, datum: Datum | None, told: Callable[[int], None]
    ) -> FileLayer:
        """Read the streets of one file."""
        if is_osm(path):
            if datum not in (None, Datum.WGS84):
                raise InvalidInput(f"{path.name}: OpenStreetMap is in WGS 84; leave --datum out")
            return OsmFiles().read(path, box, told)
        if path.suffix.lower() not in _OTHERS:
            known = ", ".join((*OSM_ENDINGS, *_OTHERS))
            raise InvalidInput(f"{path}: is no file of streets; give one of {known}")
        if box is not None:
            raise InvalidInput(f"{path.name}: --box is for OpenStreetMap files; cut this one before")
        (layer,) = GeodataFiles().read(path, _LAYER, datum)
        told(len(layer.features))
        return layer
