"""What route functions ask for in their signatures."""

from typing import Annotated

from fastapi import Depends, Request

from map_server.entrypoints.services import Services


def services_of(request: Request) -> Services:
    """Give the services of the running app."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


ServicesDep = Annotated[Services, Depends(services_of)]
