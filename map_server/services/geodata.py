"""Loads layers of geodata: everything that was given, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import shapely

from map_server.domain.datum import Datum
from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.layer_rules import SITE_LAYERS, area_from, faults_of, kind_of_layer, site_from
from map_server.domain.place import LAYERS, LoadedLayer
from map_server.domain.site_states import withdrawn
from map_server.domain.whereabouts import Gazetteer, grids_of_compounds
from map_server.services.place_ports import FileLayer, GeodataReader
from map_server.services.ports import Begin, Clock, UnitOfWork

_MOST_FAULTS = 20
_AREAS_OF_DUTY = ("grids", "compounds")
"""The layers that say to which person's areas a thing belongs."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of one layer."""

    layer: str
    source: str
    feature_count: int
    crs: str
    is_changed: bool


class Geodata:
    """Loading layers from files."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, reader: GeodataReader) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._reader = reader

    def load(
        self, paths: Sequence[Path], actor: str, layer: str | None = None, datum: Datum | None = None
    ) -> list[LoadResult]:
        """Load files into their layers, in one transaction; what was loaded before unchanged is left alone.

        Raises InvalidInput that names file and feature, what is wrong and the mend; then nothing is loaded.
        """
        return self.store([one for path in paths for one in self._reader.read(path, layer, datum)], actor)

    def store(self, found: Sequence[FileLayer], actor: str) -> list[LoadResult]:
        """Store layers that were read, as `load` does."""
        found = list(found)
        _check(found)
        drawing_order = list(LAYERS)
        found.sort(key=lambda one: drawing_order.index(one.name))
        with self._begin() as work:
            results = [self._store(work, one, actor) for one in found]
            if any(result.is_changed and result.layer in _AREAS_OF_DUTY for result in results):
                _place_anew(work)
            work.commit()
        return results

    def is_empty(self) -> bool:
        """Tell whether no layer was ever loaded."""
        with self._read() as work:
            return not work.layers.all()

    def _store(self, work: UnitOfWork, found: FileLayer, actor: str) -> LoadResult:
        old = work.layers.all().get(found.name)
        if old is not None and old.digest == found.digest:
            return LoadResult(found.name, found.source, old.feature_count, old.crs, is_changed=False)
        now = self._clock.now()
        layer = LAYERS[found.name]
        if layer.name in SITE_LAYERS:
            self._store_sites(work, found, now)
        if not layer.holds_sites:
            work.areas.replace(
                layer.name, [area_from(layer, row, one) for row, one in enumerate(found.features, 1)]
            )
        new = LoadedLayer(
            name=layer.name,
            source=found.source,
            digest=found.digest,
            crs=found.crs,
            feature_count=len(found.features),
            bounds=tuple(shapely.total_bounds([one.geometry for one in found.features]).tolist()),
            loaded_at=now,
            revision=1 if old is None else old.revision + 1,
            attribution=found.attribution,
            licence=found.licence,
            data_at=found.data_at,
        )
        work.layers.put(new)
        work.note(
            "layer_loaded",
            "layer",
            layer.name,
            actor,
            before=None if old is None else {"digest": old.digest, "features": old.feature_count},
            after={"digest": new.digest, "features": new.feature_count, "source": new.source, "crs": new.crs},
        )
        return LoadResult(layer.name, found.source, new.feature_count, new.crs, is_changed=True)

    def _store_sites(self, work: UnitOfWork, found: FileLayer, now: datetime) -> None:
        """Keep what the register knows, and find grid and compound where the file does not say them.

        A site that the file no longer has is withdrawn, unless the server itself made it.
        """
        kind = kind_of_layer(found.name)
        known = {site.site_id: site for site in work.sites.of_kinds([kind], with_withdrawn=True)}
        gazetteer = Gazetteer(work.areas.of_layer("grids"), work.areas.of_layer("compounds"))
        groups = work.handbook.current().groups
        sites = []
        for row, feature in enumerate(found.features, 1):
            site = site_from(kind, row, feature, now)
            site = site.with_history_of(known.pop(site.site_id, None))
            sites.append(groups.settled(site.placed(gazetteer.at(site.point))))
        gone = [site for site in known.values() if site.is_registered and site.incident_id is None]
        work.sites.put([*sites, *(withdrawn(site, now) for site in gone)])


def _place_anew(work: UnitOfWork) -> None:
    """Find anew in which areas incidents and devices lie."""
    work.incidents.place_anew()
    areas = (work.areas.of_layer(layer) for layer in _AREAS_OF_DUTY)
    work.devices.put_grids(grids_of_compounds(*areas))


def _check(found: Sequence[FileLayer]) -> None:
    """Raise InvalidInput with all faults of all layers; the message has the first."""
    faults: list[FieldError] = []
    for one in found:
        if one.name not in LAYERS:
            known = ", ".join(LAYERS)
            raise InvalidInput(f"{one.source}: no layer is called {one.name}; give --layer, one of {known}")
        faults += faults_of(LAYERS[one.name], one.source, one.features)
    names = [one.name for one in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidInput(f"{twice[0]}: two files give this layer; load one of them")
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InvalidInput(f"{faults[0].path}: {faults[0].message}{more}", tuple(faults[:_MOST_FAULTS]))
