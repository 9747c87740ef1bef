"""The devices page: which boxes and cameras there are, how they are, and how to let a new one in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import AdminActor, AuditorActor
from map_server.entrypoints.services import Services
from map_server.presentation.pages import render

router = APIRouter(include_in_schema=False)

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:\-]*$"


@router.get("/devices")
def devices_page(request: Request, services: ServicesDep, actor: AuditorActor) -> Response:
    """Show all devices with their cameras."""
    return _page(request, services)


@router.post("/devices")
def enrol_device(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    device_id: Annotated[str, Form(max_length=128, pattern=NAME_PATTERN)],
) -> Response:
    """Make a one-time token for a box and show it, once."""
    issued = services.devices.issue_enrolment(device_id, actor.audit_name)
    return _page(request, services, device_id, issued.token, issued.expires_at)


def _page(
    request: Request,
    services: Services,
    new_device: str = "",
    token: str = "",
    expires_at: datetime | None = None,
) -> Response:
    server_url = services.settings.public_url or str(request.base_url).rstrip("/")
    return render(
        request,
        "devices.html",
        records=services.device_list.all(),
        new_device=new_device,
        token=token,
        expires_at=expires_at,
        server_url=server_url,
        name_pattern=NAME_PATTERN.removeprefix("^").removesuffix("$"),
    )
