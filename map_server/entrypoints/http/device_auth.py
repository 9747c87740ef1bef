"""Knows the device behind a request by its name and token (`X-Lilong-Device`, `Authorization: Bearer …`)."""

from typing import Annotated

from fastapi import Depends, Header
from starlette.concurrency import run_in_threadpool

from map_server.domain.device import Device
from map_server.domain.errors import Unauthenticated
from map_server.entrypoints.http.deps import ServicesDep
from wire_contract.routes import DEVICE_HEADER


async def require_device(
    services: ServicesDep,
    claimed_id: Annotated[str | None, Header(alias=DEVICE_HEADER, max_length=128)] = None,
    authorization: Annotated[str | None, Header(max_length=512)] = None,
) -> Device:
    """Give the enrolled device that sent the request.

    Raises Unauthenticated when the headers are missing or the token is wrong, Forbidden when the device is
    unknown.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if claimed_id is None or scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            f"a device sends its name in {DEVICE_HEADER} and its token as Authorization: Bearer"
        )
    return await run_in_threadpool(services.devices.authenticated, claimed_id, token.strip())


DeviceActor = Annotated[Device, Depends(require_device)]
"""The device behind a request."""
