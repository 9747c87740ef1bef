"""What the live map shows: incidents and cameras as GeoJSON, clustered by the server where they are many."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from map_server.adapters.db.queries.live import MapFilter, SqlLiveMap
from map_server.domain.errors import InvalidInput
from map_server.domain.fusion import SearchBox
from map_server.domain.incident import IncidentState
from map_server.domain.reach import Reach
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.live_schemas import LiveCollection, LiveQuery
from map_server.entrypoints.http.security import PatrolActor
from map_server.presentation.geojson import (
    Feature,
    camera_feature,
    camera_group_feature,
    cluster_features,
    incident_feature,
)
from wire_contract.routes import API_PREFIX
from wire_contract.vocabulary import EventKind

router = APIRouter(tags=["people"])

CLUSTER_ABOVE = 400
"""More incidents than this in view are clustered."""
GROUP_CAMERAS_ABOVE = 200
"""More cameras than this in view are counted by cell."""
CLUSTER_CELL_PX = 64
_TILE_PX = 256
NEVER_CLUSTERED_ZOOM = 19
MAX_DELTA = 500
_MAX_FEATURES = 20_000
_DEFAULT_PERIOD = timedelta(hours=24)
_SHOWN_BY_DEFAULT = frozenset(
    {IncidentState.OPEN, IncidentState.CONFIRMED, IncidentState.RESOLVED, IncidentState.CLEARED}
)


class GeoJsonResponse(JSONResponse):
    """GeoJSON (RFC 7946)."""

    media_type = "application/geo+json"


@router.get(
    f"{API_PREFIX}/live.geojson",
    response_model=LiveCollection,
    response_class=GeoJsonResponse,
    responses={304: {"description": "Nothing has changed since the ETag"}, **problems(401, 403, 422)},
)
def live_geojson(
    request: Request,
    actor: PatrolActor,
    services: ServicesDep,
    query: Annotated[LiveQuery, Query()],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Give what the map shows: open incidents, and ended ones seen since `from` (default: the last 24 hours).

    With `since`, only what changed after that cursor, and in `removed` the ids that are to be taken off the
    map; `is_delta` false then means that the answer is the whole picture again. Above 400 incidents in view
    the answer holds clusters (cells of 64 pixels at `zoom`) instead, above 200 cameras their number by cell.
    """
    now = services.clock.now()
    cursor = services.live.cursor()
    etag = _etag(cursor, now, f"{request.url.query} {actor.reach.facts()}")
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match == etag:
        return Response(status_code=304, headers=headers)
    picture = _picture(services.live, _wanted(query, now, actor.reach), query.zoom, query.since, cursor)
    body = {
        "type": "FeatureCollection",
        "cursor": cursor,
        "is_delta": picture.is_delta,
        "is_clustered": picture.is_clustered,
        "features": picture.features,
        "removed": picture.removed,
    }
    return GeoJsonResponse(body, headers=headers)


@dataclass(frozen=True, slots=True)
class _Picture:
    features: list[Feature]
    removed: list[str]
    is_delta: bool = False
    is_clustered: bool = False


def _picture(live: SqlLiveMap, wanted: MapFilter, zoom: float, since: int | None, cursor: int) -> _Picture:
    is_far = zoom < NEVER_CLUSTERED_ZOOM
    are_many = is_far and live.count(wanted) > CLUSTER_ABOVE
    is_full_of_cameras = is_far and live.camera_count(wanted) > GROUP_CAMERAS_ABOVE
    if since is not None and since <= cursor and not are_many and not is_full_of_cameras:
        delta = _delta(live, wanted, since)
        if delta is not None:
            return delta
    cell_deg = 360 / (_TILE_PX * 2**zoom) * CLUSTER_CELL_PX
    if are_many:
        shown = cluster_features(live.clusters(wanted, cell_deg))
    else:
        shown = [incident_feature(incident) for incident in live.incidents(wanted, _MAX_FEATURES)]
    if is_full_of_cameras:
        shown += [camera_group_feature(group) for group in live.camera_groups(wanted, cell_deg)]
    else:
        shown += [camera_feature(on_map.camera, on_map.is_online) for on_map in live.cameras(wanted)]
    return _Picture(shown, [], is_clustered=are_many or is_full_of_cameras)


def _delta(live: SqlLiveMap, wanted: MapFilter, since: int) -> _Picture | None:
    changes = live.changes_since(since, ("incident", "device"), MAX_DELTA + 1)
    if len(changes) > MAX_DELTA:
        return None
    incident_ids = {change.subject_id for change in changes if change.subject_kind == "incident"}
    device_ids = {change.subject_id for change in changes if change.subject_kind == "device"}
    shown = live.shown_among(incident_ids, wanted)
    features = [incident_feature(incident) for incident in live.by_id(shown)]
    features += [
        camera_feature(on_map.camera, on_map.is_online) for on_map in live.cameras(wanted, device_ids)
    ]
    gone = sorted(incident_ids - shown)
    if not wanted.reach.is_whole_ward:  # of what happens elsewhere, not even the ids are told
        spots = live.spots(gone, ())
        gone = [each for each in gone if wanted.reach.covers(spots["incident", each])]
    return _Picture(features, gone, is_delta=True)


def _wanted(query: LiveQuery, now: datetime, reach: Reach) -> MapFilter:
    return MapFilter(
        kinds=frozenset(query.kind or EventKind),
        states=frozenset(query.state or _SHOWN_BY_DEFAULT),
        seen_from=query.seen_from or now - _DEFAULT_PERIOD,
        seen_to=query.seen_to or now + _DEFAULT_PERIOD,
        box=None if query.bbox is None else _box(query.bbox),
        reach=reach,
    )


def _etag(cursor: int, now: datetime, query: str) -> str:
    """Changes with each commit, query, reach and minute (the default period moves with the clock)."""
    minute = int(now.timestamp() // 60)
    return f'W/"{cursor}-{minute}-{hashlib.sha256(query.encode()).hexdigest()[:12]}"'


def _box(text: str) -> SearchBox:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidInput("bbox: give four numbers, west,south,east,north") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidInput("bbox: needs -180 <= west < east <= 180 and -90 <= south < north <= 90")
    return SearchBox(west, south, east, north)
