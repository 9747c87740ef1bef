"""The devices pages: the register with its filter, one device closely, and letting many boxes in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from map_server.adapters.db.queries.devices import DeviceFilter, DeviceStatus
from map_server.domain.errors import DomainError
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.device_register import template_csv, tokens_as_csv
from map_server.entrypoints.http.devices import NAME_PATTERN, NamePath
from map_server.entrypoints.http.errors import status_of
from map_server.entrypoints.http.security import AdminActor, AuditorActor, Person
from map_server.entrypoints.services import Services
from map_server.presentation.pages import render
from map_server.services.device_register import MAX_ROWS, DeviceEntry, ImportResult

router = APIRouter(include_in_schema=False)

PAGE = 50
Text = Annotated[str, Form(max_length=120)]


@dataclass(frozen=True, slots=True)
class NewToken:
    """A one-time token that was just made; shown once."""

    device_id: str
    token: str
    expires_at: datetime


@router.get("/devices")
def devices_page(
    request: Request,
    services: ServicesDep,
    actor: AuditorActor,
    q: Annotated[str, Query(max_length=120)] = "",
    status: str = "",
    compound: str = "",
    version: str = "",
    after: str = "",
) -> Response:
    """Show the register, a page at a time."""
    known = status if status in set(DeviceStatus) else ""
    wanted = DeviceFilter(
        q.strip(), DeviceStatus(known) if known else None, compound or None, version or None, actor.reach
    )
    return _page(request, services, actor, wanted, after)


@router.get("/devices/template.csv")
def list_template(actor: AdminActor) -> Response:
    """Give the head of a list to be filled in."""
    headers = {"Content-Disposition": 'attachment; filename="devices.csv"'}
    return Response(template_csv(), headers=headers, media_type="text/csv")


@router.get("/devices/{device_id}")
def device_page(
    request: Request, services: ServicesDep, actor: AuditorActor, device_id: NamePath
) -> Response:
    """Show one device: how it is, its cameras, its place in the register."""
    return _one(request, services, device_id)


@router.post("/devices")
def enrol_device(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    device_id: Annotated[str, Form(max_length=128, pattern=NAME_PATTERN)],
) -> Response:
    """Make a one-time token for a box and show it, once."""
    issued = services.devices.issue_enrolment(device_id, actor.audit_name)
    return _one(request, services, device_id, NewToken(device_id, issued.token, issued.expires_at))


@router.post("/devices/import")
def import_devices(
    request: Request, services: ServicesDep, actor: AdminActor, file: Annotated[UploadFile, File()]
) -> Response:
    """Register the devices of a list, or say which lines are wrong."""
    everything = DeviceFilter(reach=actor.reach)
    try:
        done = services.device_register.import_file(file.file.read(), actor.audit_name)
    except DomainError as error:
        return _page(request, services, actor, everything, error=error)
    return _page(request, services, actor, everything, imported=done)


@router.post("/devices/tokens")
def issue_tokens(request: Request, services: ServicesDep, actor: AdminActor) -> Response:
    """Give one-time tokens for every device that never exchanged one, as a file, once."""
    waiting = services.device_list.not_enrolled(MAX_ROWS)
    if not waiting:
        return RedirectResponse("/devices", 303)
    return tokens_as_csv(services.device_register.issue_many(waiting, actor.audit_name))


@router.post("/devices/{device_id}")
def change_device(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    device_id: NamePath,
    name: Text = "",
    compound: Text = "",
    place: Text = "",
    national_id: Text = "",
) -> Response:
    """Change what the register says of a device."""
    try:
        entry = DeviceEntry(device_id, name, compound, place, national_id)
        services.device_register.change(entry, actor.audit_name)
    except DomainError as error:
        return _one(request, services, device_id, error=error)
    return RedirectResponse(f"/devices/{device_id}", 303)


def _page(
    request: Request,
    services: Services,
    actor: Person,
    wanted: DeviceFilter,
    after: str = "",
    imported: ImportResult | None = None,
    error: DomainError | None = None,
) -> Response:
    records = services.device_list.page(wanted, after, PAGE)
    return render(
        request,
        "devices.html",
        status_of(error) if error else 200,
        records=records,
        wanted=wanted,
        after=after,
        next_after=records[-1].device.device_id if len(records) == PAGE else "",
        counts=services.device_list.counts(DeviceFilter(reach=actor.reach)),
        found=services.device_list.counts(wanted).total,
        versions=services.device_list.versions(actor.reach),
        compounds=services.areas.compounds(actor.reach),
        statuses=tuple(DeviceStatus),
        imported=imported,
        error=error,
        name_pattern=NAME_PATTERN.removeprefix("^").removesuffix("$"),
    )


def _one(
    request: Request,
    services: Services,
    device_id: str,
    new_token: NewToken | None = None,
    error: DomainError | None = None,
) -> Response:
    return render(
        request,
        "device.html",
        status_of(error) if error else 200,
        record=services.device_list.one(device_id),
        compounds=services.areas.compounds(),
        new_token=new_token,
        error=error,
        server_url=services.settings.public_url or str(request.base_url).rstrip("/"),
    )
