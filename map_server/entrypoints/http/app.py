"""Puts the HTTP door together: middleware, error answers, and one router per concept."""

from fastapi import FastAPI

from map_server.entrypoints.http import (
    audit_pages,
    audit_statistics,
    audits,
    campaigns,
    completions,
    device_pages,
    device_register,
    devices,
    events,
    evidence,
    field,
    field_pages,
    handbook,
    handbook_pages,
    incidents,
    live,
    map_pages,
    notice_pages,
    notices,
    operations,
    owntracks,
    patrol_pages,
    patrols,
    people_pages,
    places,
    record,
    record_pages,
    report_pages,
    report_scoring,
    reports,
    roster_pages,
    sign_in_pages,
    sign_on_pages,
    site_pages,
    sites,
    stream,
    street_pages,
    streets,
    teams,
    visit_pages,
    visits,
    work_order_pages,
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
    sign_on_pages.router,
    people_pages.router,
    notices.router,
    notice_pages.router,
    audit_statistics.router,
    audit_statistics.finds_router,
    record.router,
    record_pages.router,
    reports.router,
    report_scoring.router,
    report_scoring.formula_router,
    report_pages.router,
    audits.router,
    map_pages.router,
    audit_pages.router,
    device_pages.router,
    streets.router,
    street_pages.router,
    places.router,
    sites.router,
    site_pages.router,
    handbook.router,
    handbook_pages.router,
    teams.router,
    patrols.router,
    patrols.overdue_router,
    completions.router,
    patrol_pages.router,
    roster_pages.router,
    campaigns.router,
    field.router,
    field_pages.router,
    owntracks.router,
    visits.router,
    visit_pages.router,
    work_orders.router,
    work_order_pages.router,
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
