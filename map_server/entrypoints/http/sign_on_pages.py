"""Single sign-on: to the provider and back. What must come back is kept in a short-lived cookie."""

import json
from http import HTTPStatus
from secrets import compare_digest
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from map_server.domain.errors import Forbidden, NotFound
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import set_session_cookie
from map_server.entrypoints.services import Services
from map_server.services.single_sign_on import IdentityProvider, Started

router = APIRouter(include_in_schema=False)

COOKIE = "lilong_sign_on"
PATH = "/sign-on"
BACK = f"{PATH}/back"
_LIFETIME_S = 600


@router.get(PATH)
def start(request: Request, services: ServicesDep) -> RedirectResponse:
    """Send the browser to the provider."""
    started = _provider(services).start(_back_address(request, services))
    answer = RedirectResponse(started.url, HTTPStatus.SEE_OTHER)
    kept = json.dumps([started.state, started.nonce, started.verifier])
    answer.set_cookie(
        COOKIE,
        kept.encode().hex(),
        max_age=_LIFETIME_S,
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=services.settings.is_https or request.url.scheme == "https",
    )
    return answer


@router.get(BACK)
def come_back(
    request: Request,
    services: ServicesDep,
    code: Annotated[str, Query(max_length=4096)] = "",
    state: Annotated[str, Query(max_length=512)] = "",
) -> RedirectResponse:
    """Take the provider's answer and open a session. Raises Forbidden when it was not asked for."""
    provider = _provider(services)
    started = _kept(request.cookies.get(COOKIE, ""))
    if started is None or not code or not compare_digest(state.encode(), started.state.encode()):
        raise Forbidden("This sign-on was not begun here, or took too long; try again.")
    identity = provider.finish(_back_address(request, services), code, started)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    set_session_cookie(request, answer, services.single_sign_on.enter(identity).token)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _provider(services: Services) -> IdentityProvider:
    if services.identity_provider is None:
        raise NotFound("This server has no single sign-on.")
    return services.identity_provider


def _back_address(request: Request, services: Services) -> str:
    base = services.settings.public_url or str(request.base_url)
    return base.rstrip("/") + BACK


def _kept(cookie: str) -> Started | None:
    try:
        state, nonce, verifier = json.loads(bytes.fromhex(cookie))
    except (ValueError, TypeError):
        return None
    return Started("", str(state), str(nonce), str(verifier))
