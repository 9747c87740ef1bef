"""Deny by default: every route of the real app has a guard, and a forgotten one stops the server."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from map_server.domain.account import Role
from map_server.entrypoints.http.app import create_app
from map_server.entrypoints.http.guards import PUBLIC_PATHS, refuse_unguarded, unguarded_paths
from map_server.entrypoints.http.security import AuditorActor
from tests.running_server import RunningServer


def test_every_route_is_guarded_or_public_on_purpose(server: RunningServer) -> None:
    assert unguarded_paths(create_app(server.services)) == []


def test_public_list_names_no_path_that_is_gone(server: RunningServer) -> None:
    paths = {route.path for route in iter_route_contexts(create_app(server.services).routes)}
    assert paths >= PUBLIC_PATHS


def test_forgotten_guard_stops_the_server() -> None:
    router, app = APIRouter(), FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @router.get("/guarded")
    def guarded(actor: AuditorActor) -> None: ...

    @router.get("/forgotten")
    def forgotten() -> None: ...

    app.include_router(router)

    with pytest.raises(RuntimeError, match="/forgotten") as caught:
        refuse_unguarded(app)
    assert "/guarded" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("/", Role.PATROL),
        ("/api/v1/live.geojson", Role.PATROL),
        ("/audit", Role.AUDITOR),
        ("/api/v1/audits", Role.AUDITOR),
        ("/devices", Role.AUDITOR),
        ("/people", Role.ADMIN),
    ],
)
def test_page_opens_for_its_role_and_stronger_ones_only(
    server: RunningServer, path: str, needed: Role
) -> None:
    for role in Role:
        assert server.person(role).get(path).status_code == (200 if role.covers(needed) else 403), role
    assert server.stranger().get(path).status_code == 401
