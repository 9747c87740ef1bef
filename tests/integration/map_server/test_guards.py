"""Deny by default: every route of the real app has a guard, and a forgotten one stops the server."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from map_server.domain.account import Role
from map_server.entrypoints.http.app import create_app
from map_server.entrypoints.http.guards import faulty_routes, refuse_unguarded
from map_server.entrypoints.http.policies import DEVICE_ROUTES, POLICIES, PUBLIC_PATHS
from map_server.entrypoints.http.security import AuditorActor, PatrolActor
from tests.running_server import RunningServer


def routes_of(app: FastAPI) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        for method in set(route.methods or ()) - {"OPTIONS"}
    }


def test_every_route_is_guarded_or_public_on_purpose(server: RunningServer) -> None:
    assert faulty_routes(create_app(server.services)) == []


def test_no_list_names_a_route_that_is_gone(server: RunningServer) -> None:
    routes = routes_of(create_app(server.services))
    assert {name.split(" ")[1] for name in routes} | {"/static"} >= PUBLIC_PATHS
    assert routes >= POLICIES.keys() | DEVICE_ROUTES


def refused(router: APIRouter) -> str:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(router)
    with pytest.raises(RuntimeError) as caught:
        refuse_unguarded(app)
    return str(caught.value)


def test_route_without_a_policy_stops_the_server_though_it_has_a_guard() -> None:
    router = APIRouter()

    @router.get("/audit")
    def known(actor: AuditorActor) -> None: ...

    @router.get("/forgotten")
    def forgotten(actor: AuditorActor) -> None: ...

    assert refused(router).startswith("GET /forgotten has no policy")


def test_guard_of_another_role_than_the_policy_stops_the_server() -> None:
    router = APIRouter()

    @router.get("/audit")
    def weaker(actor: PatrolActor) -> None: ...

    @router.get("/people")
    def unguarded() -> None: ...

    message = refused(router)
    assert "GET /audit has a guard for patrol, its policy says auditor" in message
    assert "GET /people has a guard for nobody" in message


def test_route_of_devices_needs_the_device() -> None:
    router = APIRouter()

    @router.post("/api/v1/events")
    def events(actor: PatrolActor) -> None: ...

    assert "is a route of devices" in refused(router)


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
