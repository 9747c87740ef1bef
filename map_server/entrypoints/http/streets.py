"""Streets for people and programs: what is loaded, closures, what was walked, blind corners."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.places import GEOJSON
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor
from map_server.entrypoints.http.street_schemas import (
    ClosureBody,
    ClosureList,
    ClosureOut,
    CoverageOut,
    StreetsOut,
)
from map_server.entrypoints.http.times import Day
from map_server.presentation.street_geojson import corners_geojson, segments_geojson
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=API_PREFIX, tags=["people"])

_FEATURES: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {}}, "description": "A FeatureCollection in WGS 84"}
}


@router.get("/streets", responses=problems(401, 403, 404))
def streets(actor: PatrolActor, services: ServicesDep) -> StreetsOut:
    """Tell which streets are loaded, from where, and how much of them each mode may use."""
    return StreetsOut.of(services.street.streets.overview())


@router.get(
    "/streets/segments.geojson", response_class=Response, responses={**_FEATURES, **problems(401, 403)}
)
def segments(actor: PatrolActor, services: ServicesDep) -> Response:
    """Give all segments that can be walked; `closed` tells which are closed now."""
    closed = {
        segment_id
        for shown in services.street.closures.present()
        if shown.is_on
        for segment_id in shown.segment_ids
    }
    body = segments_geojson(services.street.streets.segments(), closed)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=GEOJSON)


@router.get(
    "/layers/blind-corners.geojson", response_class=Response, responses={**_FEATURES, **problems(401, 403)}
)
def blind_corners(actor: PatrolActor, services: ServicesDep) -> Response:
    """Give the stretches of street that no camera sees and nobody has walked for days, oldest first."""
    found = services.street.coverage.blind_corners()
    body = corners_geojson(found, services.street.streets.segments())
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=GEOJSON)


@router.get("/closures", responses=problems(401, 403))
def list_closures(actor: PatrolActor, services: ServicesDep) -> ClosureList:
    """List the closures that are on or still to come."""
    return ClosureList(closures=[ClosureOut.of(one) for one in services.street.closures.present()])


@router.post("/closures", status_code=201, responses=problems(401, 403, 422))
def close_streets(new: ClosureBody, actor: SupervisorActor, services: ServicesDep) -> ClosureOut:
    """Close streets; the next plan goes around them."""
    return ClosureOut.of(services.street.closures.close(new.wanted(), actor.audit_name))


@router.post("/closures/{closure_id}/end", responses=problems(401, 403, 404, 409))
def open_streets(closure_id: str, actor: SupervisorActor, services: ServicesDep) -> ClosureOut:
    """Open streets again before their time."""
    return ClosureOut.of(services.street.closures.end(closure_id, actor.audit_name))


@router.get("/coverage", responses=problems(401, 403, 422))
def coverage(
    actor: PatrolActor,
    services: ServicesDep,
    first: Annotated[Day, Query(alias="from", description="First day of the ward")],
    last: Annotated[Day, Query(alias="to", description="Last day of the ward, included")],
) -> CoverageOut:
    """Tell how much of the streets was walked, by day, team and compound: by tracks, not by reports."""
    return CoverageOut.of(services.street.coverage.over(first, last))
