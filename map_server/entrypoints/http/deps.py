"""What route functions ask for in their signatures."""

from typing import Annotated

from fastapi import Depends, Request

from map_server.entrypoints.services import Services


def services_of(request: Request) -> Services:
    """Give the services of the running app."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


async def _services(request: Request) -> Services:
    """Do the same without a thread of the pool, which FastAPI gives to plain functions."""
    return services_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
