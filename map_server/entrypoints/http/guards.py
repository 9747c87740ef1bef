"""Deny by default: the app refuses to start while a route answers without a guard or lacks its policy."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from map_server.domain.account import Role
from map_server.entrypoints.http.device_auth import require_device
from map_server.entrypoints.http.owntracks import require_tracker
from map_server.entrypoints.http.policies import DEVICE_ROUTES, POLICIES, PUBLIC_PATHS, TRACKER_ROUTES
from map_server.entrypoints.http.security import ROLE_OF_GUARD


def faulty_routes(app: FastAPI) -> list[str]:
    """Routes that are not guarded as policies.py says, with what is wrong; must be empty."""
    faults = [fault for route in iter_route_contexts(app.routes) for fault in _faults(route)]
    return sorted(faults)


def refuse_unguarded(app: FastAPI) -> None:
    """Stop a server that would answer strangers, or people in whose areas a thing does not lie.

    Raises:
        RuntimeError: names the routes.
    """
    if faults := faulty_routes(app):
        raise RuntimeError("; ".join(faults))


def _faults(route: RouteContext) -> Iterator[str]:
    path = str(route.path)
    if path in PUBLIC_PATHS:
        return
    guards = {part.call for part in _all_parts(getattr(route.original_route, "dependant", None))}
    roles = {ROLE_OF_GUARD[guard] for guard in ROLE_OF_GUARD.keys() & guards}
    for method in sorted(set(route.methods or ()) - {"OPTIONS"}):
        name = f"{method} {path}"
        if name in DEVICE_ROUTES:
            if require_device not in guards:
                yield f"{name} is a route of devices: take a DeviceActor"
        elif name in TRACKER_ROUTES:
            if require_tracker not in guards:
                yield f"{name} is a route of phone programs: take a TrackerActor"
        elif fault := _fault_of_people(name, roles):
            yield fault


def _fault_of_people(name: str, roles: set[Role]) -> str | None:
    policy = POLICIES.get(name)
    if policy is None:
        return f"{name} has no policy: give it a line in entrypoints/http/policies.py"
    if roles != {policy.role}:
        asked = ", ".join(roles) or "nobody"
        return f"{name} has a guard for {asked}, its policy says {policy.role}: take that actor"
    return None


def _all_parts(dependant: Dependant | None) -> Iterator[Dependant]:
    if dependant is not None:
        yield dependant
        for part in dependant.dependencies:
            yield from _all_parts(part)
