"""The shape of the live map's GeoJSON, for the OpenAPI document; presentation/geojson.py writes it."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from map_server.domain.incident import IncidentState
from map_server.entrypoints.http.times import Moment
from wire_contract.vocabulary import EventKind


class LiveQuery(BaseModel):
    """What the map asks for."""

    bbox: str | None = Field(default=None, description="west,south,east,north in degrees, WGS 84")
    zoom: float = Field(default=15, ge=0, le=24)
    since: int | None = Field(default=None, ge=0, description="`cursor` of an earlier answer")
    kind: list[EventKind] = []
    state: list[IncidentState] = []
    seen_from: Moment | None = Field(default=None, alias="from")
    seen_to: Moment | None = Field(default=None, alias="to")


class Point(BaseModel):
    """A GeoJSON point: lon, lat in WGS 84."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class LiveFeature(BaseModel):
    """An incident, a camera or a cluster; `properties.type` says which."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: dict[str, Any]


class LiveCollection(BaseModel):
    """A GeoJSON feature collection with the cursor of the live feed."""

    type: Literal["FeatureCollection"]
    cursor: int = Field(description="Give it as `since` next time")
    is_delta: bool = Field(description="Only what changed since the cursor that was given")
    is_clustered: bool
    features: list[LiveFeature]
    removed: list[str] = Field(description="Ids to take off the map, in a delta")
