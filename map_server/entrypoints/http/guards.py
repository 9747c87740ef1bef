"""Deny by default: the app refuses to start while a route answers without a guard."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from map_server.entrypoints.http.device_auth import require_device
from map_server.entrypoints.http.security import (
    require_admin,
    require_auditor,
    require_patrol,
    require_supervisor,
)

PUBLIC_PATHS = frozenset(
    {
        "/login",
        "/welcome/{token}",
        "/static",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/api/v1/devices/enrol",  # guarded by its one-time token
    }
)
"""Every path that answers without an account or a device token. Adding one is a decision for a reviewer."""


GUARDS = frozenset({require_patrol, require_auditor, require_supervisor, require_admin, require_device})


def unguarded_paths(app: FastAPI) -> list[str]:
    """Paths that have no guard and are not public on purpose; must be empty."""
    return sorted(
        str(route.path)
        for route in iter_route_contexts(app.routes)
        if route.path not in PUBLIC_PATHS and not _is_guarded(route.dependant)
    )


def refuse_unguarded(app: FastAPI) -> None:
    """Stop a server that would answer strangers.

    Raises:
        RuntimeError: names the paths.
    """
    if paths := unguarded_paths(app):
        raise RuntimeError(f"routes without a guard (take an actor): {', '.join(paths)}")


def _is_guarded(dependant: Dependant | None) -> bool:
    return dependant is not None and any(part.call in GUARDS for part in _all_parts(dependant))


def _all_parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from _all_parts(part)
