"""Places for people and programs.

Layers of the ward, sites under inspection, who is responsible at a point.
"""

import gzip
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field

from map_server.domain.place import LAYERS, LoadedLayer, Whereabouts
from map_server.domain.site import Level, Site, SiteKind, StructureState
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import PatrolActor
from map_server.presentation.layer_geojson import layer_geojson
from map_server.services.places import Places
from map_server.services.site_ports import SiteFilter
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=API_PREFIX, tags=["people"])

GEOJSON = "application/geo+json"
_MAX_PAGE = 1000


class LayerOut(BaseModel):
    """A loaded layer."""

    name: str
    title_zh: str
    title_en: str
    geometry: str = Field(description="Point, LineString or Polygon")
    feature_count: int
    bounds: tuple[float, float, float, float] = Field(description="West, south, east, north; WGS 84")
    crs: str = Field(description="What the coordinates were in when they were loaded; served is WGS 84")
    source: str
    attribution: str = Field(description="To be shown wherever the layer is; may be empty")
    licence: str
    loaded_at: datetime
    revision: int

    @classmethod
    def of(cls, layer: LoadedLayer) -> "LayerOut":
        """Write a layer."""
        known = LAYERS[layer.name]
        return cls(
            name=layer.name,
            title_zh=known.title_zh,
            title_en=known.title_en,
            geometry=known.shape,
            feature_count=layer.feature_count,
            bounds=layer.bounds,
            crs=layer.crs,
            source=layer.source,
            attribution=layer.attribution,
            licence=layer.licence,
            loaded_at=layer.loaded_at,
            revision=layer.revision,
        )


class LayerList(BaseModel):
    """All loaded layers in drawing order."""

    layers: list[LayerOut]


class SiteOut(BaseModel):
    """A registered place under inspection; `due_at` null with `is_due` true means that nobody ever looked."""

    site_id: str
    kind: SiteKind
    name_zh: str
    name_en: str
    lon: float
    lat: float
    state: StructureState | None
    level: Level | None
    interval_days: int | None = Field(description="Null: no periodic look is needed")
    inspected_at: datetime | None
    due_at: datetime | None
    is_due: bool
    compound_id: str | None
    grid_id: str | None

    @classmethod
    def of(cls, site: Site, now: datetime) -> "SiteOut":
        """Write a site."""
        return cls(
            site_id=site.site_id,
            kind=site.kind,
            name_zh=site.name_zh,
            name_en=site.name_en,
            lon=site.point[0],
            lat=site.point[1],
            state=site.state,
            level=site.level,
            interval_days=site.interval_days,
            inspected_at=site.inspected_at,
            due_at=site.due_at,
            is_due=site.is_due(now),
            compound_id=site.compound_id,
            grid_id=site.grid_id,
        )


class SitePage(BaseModel):
    """Sites by id; `next_after` is the cursor of the next page, null at the end."""

    sites: list[SiteOut]
    total: int = Field(description="How many there are in all, on all pages")
    next_after: str | None


class WhereaboutsOut(BaseModel):
    """Grid and compound of a point, and the unit that is responsible there; null or empty outside."""

    grid_id: str | None
    grid_zh: str
    grid_en: str
    unit_zh: str
    unit_en: str
    compound_id: str | None
    compound_zh: str
    compound_en: str

    @classmethod
    def of(cls, where: Whereabouts) -> "WhereaboutsOut":
        """Write where a point lies."""
        return cls(**{name: getattr(where, name) for name in cls.model_fields})


@dataclass(frozen=True, slots=True)
class _Answer:
    """A layer as it is sent, for as long as the layer does not change."""

    etag: str
    packed: bytes


class LayerAnswers:
    """Keeps the packed GeoJSON of each layer's present revision."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._kept: dict[str, _Answer] = {}

    def of(self, name: str) -> _Answer:
        """Give the answer for a layer. Raises NotFound."""
        loaded = self._places.layer(name)
        etag = f'"{loaded.digest[:16]}-{loaded.revision}"'
        kept = self._kept.get(name)
        if kept is None or kept.etag != etag:
            packed = gzip.compress(layer_geojson(self._places.content(name)), mtime=0)
            kept = self._kept[name] = _Answer(etag, packed)
        return kept


def _answers(request: Request, places: Places) -> LayerAnswers:
    if not hasattr(request.app.state, "layer_answers"):
        request.app.state.layer_answers = LayerAnswers(places)
    answers = request.app.state.layer_answers
    assert isinstance(answers, LayerAnswers)
    return answers


@router.get("/layers", responses=problems(401, 403))
def list_layers(actor: PatrolActor, services: ServicesDep) -> LayerList:
    """List the loaded layers in drawing order."""
    return LayerList(layers=[LayerOut.of(layer) for layer in services.places.layers()])


@router.get(
    "/layers/{name}.geojson",
    response_class=Response,
    responses={
        200: {"content": {GEOJSON: {}}, "description": "A FeatureCollection in WGS 84"},
        304: {"description": "Nothing has changed since the ETag"},
        **problems(401, 403, 404),
    },
)
def layer_as_geojson(
    name: str,
    request: Request,
    actor: PatrolActor,
    services: ServicesDep,
    if_none_match: Annotated[str | None, Header()] = None,
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """Give a whole layer. Sent packed to whoever takes gzip."""
    if not actor.reach.is_whole_ward and name in LAYERS and LAYERS[name].holds_sites:
        own = services.places.content(name).within(actor.reach)
        return Response(layer_geojson(own), headers={"Cache-Control": "no-store"}, media_type=GEOJSON)
    answer = _answers(request, services.places).of(name)
    headers = {"ETag": answer.etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if if_none_match == answer.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in accept_encoding:
        return Response(answer.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=GEOJSON)
    return Response(gzip.decompress(answer.packed), headers=headers, media_type=GEOJSON)


@router.get("/sites", responses=problems(401, 403, 422))
def list_sites(
    actor: PatrolActor,
    services: ServicesDep,
    kind: Annotated[list[SiteKind] | None, Query()] = None,
    due: Annotated[
        bool | None, Query(description="Only sites that are due now, or only those that are not")
    ] = None,
    after: Annotated[str, Query(max_length=64, description="`next_after` of the last page")] = "",
    limit: Annotated[int, Query(ge=1, le=_MAX_PAGE)] = 200,
) -> SitePage:
    """List sites under inspection, by id."""
    page = services.sites.page(SiteFilter(tuple(kind or ()), due=due, reach=actor.reach), after, limit)
    now = services.clock.now()
    sites = [SiteOut.of(site, now) for site in page.sites]
    return SitePage(sites=sites, total=page.total, next_after=page.next_after)


@router.get("/whereabouts", responses=problems(401, 403, 422))
def whereabouts(
    actor: PatrolActor,
    services: ServicesDep,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
) -> WhereaboutsOut:
    """Tell in which grid and compound a point lies, and who is responsible there."""
    return WhereaboutsOut.of(services.places.whereabouts((lon, lat)))
