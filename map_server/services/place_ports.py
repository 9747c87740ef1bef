"""What the use cases of geodata need from outside: layers in the database, and a reader of geodata files."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from map_server.domain.datum import Datum
from map_server.domain.place import Area, LoadedLayer, RawFeature
from map_server.domain.site import Site, SiteKind


class AreaRepository(Protocol):
    """Areas inside one unit of work."""

    def replace(self, layer: str, areas: Iterable[Area]) -> None:
        """Make these the only areas of a layer."""

    def of_layer(self, layer: str) -> list[Area]:
        """Give the areas of a layer, by id."""


class SiteRepository(Protocol):
    """Sites inside one unit of work."""

    def put(self, changed: Iterable[Site]) -> None:
        """Store sites, new or changed."""

    def get(self, site_id: str) -> Site | None:
        """Give a site, a withdrawn one too."""

    def made_for(self, incident_id: str) -> Site | None:
        """Give the site that the server made for an incident, a withdrawn one too."""

    def stamp(self) -> tuple[int, int]:
        """Give two numbers that change whenever a site comes, goes or changes its state."""

    def of_kinds(self, kinds: Collection[SiteKind], with_withdrawn: bool = False) -> list[Site]:
        """Give the sites of these kinds, by id."""


class LayerRepository(Protocol):
    """What is known of loaded layers, inside one unit of work."""

    def put(self, layer: LoadedLayer) -> None:
        """Store it in place of what was known."""

    def touch(self, name: str) -> None:
        """Count a change of the layer's content, so that maps fetch it again."""

    def all(self) -> dict[str, LoadedLayer]:
        """Give all loaded layers by name."""


@dataclass(frozen=True, slots=True)
class FileLayer:
    """One layer of a file. `crs` is what its coordinates were in, for the record; `attribution` and `licence`
    are to be shown with it; `data_at` is of what day the data are, where the file says so.
    """

    source: str
    name: str
    crs: str
    digest: str
    features: Sequence[RawFeature]
    attribution: str = ""
    licence: str = ""
    data_at: datetime | None = None


class GeodataReader(Protocol):
    """Reads GeoJSON, GeoPackage and Shapefile."""

    def read(self, path: Path, layer: str | None, datum: Datum | None) -> list[FileLayer]:
        """Read a file, or every geodata file of a folder.

        `layer` says which layer the file is, else its name says so. `datum` overrides what the file claims.
        Raises InvalidInput with one line that names file and feature, what is wrong, and the mend.
        """
