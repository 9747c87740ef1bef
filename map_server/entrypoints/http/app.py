"""Puts the HTTP door together: middleware, error answers, and one router per concept."""

from fastapi import FastAPI

from map_server.entrypoints.http import (
    audit_pages,
    audits,
    device_pages,
    device_register,
    devices,
    events,
    evidence,
    incidents,
    live,
    map_pages,
    operations,
    patrol_pages,
    patrols,
    people_pages,
    places,
    sign_in_pages,
    stream,
    teams,
    work_orders,
)
from map_server.entrypoints.http.errors import install_error_handlers
from map_server.entrypoints.http.guards import refuse_unguarded
from map_server.entrypoints.http.headers import SecurityHeaders
from map_server.entrypoints.http.idempotency import Idempotency
from map_server.entrypoints.http.lifespan import lifespan
from map_server.entrypoints.http.limits import BodyLimit
from map_server.entrypoints.http.metrics import Metrics, RequestTimes
from map_server.entrypoints.http.openapi import complete_openapi
from map_server.entrypoints.http.static_files import static_files
from map_server.entrypoints.services import Services

ROUTERS = (
    operations.router,
    events.router,
    evidence.router,
    devices.router,
    device_register.router,
    incidents.router,
    live.router,
    stream.router,
    sign_in_pages.router,
    people_pages.router,
    audits.router,
    map_pages.router,
    audit_pages.router,
    device_pages.router,
    places.router,
    teams.router,
    patrols.router,
    patrol_pages.router,
    work_orders.router,
)
"""Every router of the server; a new concept adds its line here."""


def create_app(services: Services) -> FastAPI:
    """Build the app on ready services."""
    app = FastAPI(
        title="Lilong map server",
        version="1",
        summary="Events from edge agents become incidents, audited decisions and patrol stops.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.services = services
    app.state.metrics = Metrics()
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", static_files(), name="static")
    install_error_handlers(app)
    # The last one added is the first to see a request.
    app.add_middleware(Idempotency)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestTimes, metrics=app.state.metrics)
    app.add_middleware(SecurityHeaders)
    complete_openapi(app)
    refuse_unguarded(app)
    return app
