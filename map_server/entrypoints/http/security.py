"""Who may call what: session cookies, roles, areas, CSRF. A route without a policy stops the server.

A router takes one of the annotated actors as an argument of each function:

    def confirm(incident_id: str, actor: AuditorActor) -> …        # auditors, supervisors and administrators
    def receive(messages: …, device: DeviceActor) -> …             # devices: see device_auth.py

and its line in policies.py, which says for which areas. A list is cut by `actor.reach`.

`actor.audit_name` is what the audit log keeps ("person:ID"). Unsafe methods of people are refused without the
session's CSRF token, sent as header X-CSRF-Token (fetch) or as form field csrf_token (plain forms).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from secrets import compare_digest
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from map_server.domain.account import SESSION_LIFETIME, Role
from map_server.domain.errors import Forbidden, NotFound, Unauthenticated
from map_server.domain.reach import Reach
from map_server.entrypoints.http.deps import services_of
from map_server.entrypoints.http.policies import POLICIES, AreaRule, OfOne
from map_server.entrypoints.services import Services
from map_server.services.sign_in import SignedIn

SESSION_COOKIE = "lilong_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class NotSignedIn(Unauthenticated):
    """A person is needed and nobody is signed in; browsers are sent to the log-in page."""

    def __init__(self) -> None:
        super().__init__("Please log in.")


@dataclass(frozen=True, slots=True)
class Person:
    """The person behind a request."""

    account_id: str
    login_name: str
    display_name: str
    role: Role
    csrf_token: str
    signed_in: SignedIn
    unit_id: str | None = None

    @property
    def reach(self) -> Reach:
        """The areas in which this person may look and act; lists are cut to them."""
        return self.signed_in.account.reach

    @property
    def audit_name(self) -> str:
        """How the audit log names this person."""
        return f"person:{self.account_id}"


def current_person(request: Request) -> Person | None:
    """The person whose session cookie came with the request, or None. Looked up once per request."""
    if not hasattr(request.state, "person"):
        token = request.cookies.get(SESSION_COOKIE)
        signed_in = services_of(request).sign_in.session_of(token) if token else None
        request.state.person = _person(signed_in) if signed_in else None
    person: Person | None = request.state.person
    return person


Visitor = Annotated[Person | None, Depends(current_person)]
"""Whoever it is; only for the public paths (guards.py)."""


async def _checked_person(request: Request, person: Visitor) -> Person:
    if person is None:
        raise NotSignedIn
    if request.method not in SAFE_METHODS:
        await _check_csrf_token(request, person.csrf_token)
    return person


async def _check_csrf_token(request: Request, expected: str) -> None:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        field = (await request.form()).get(CSRF_FIELD)
        sent = field if isinstance(field, str) else None
    if sent is None or not compare_digest(sent.encode(), expected.encode()):
        raise Forbidden("This page is out of date; reload it and try again.")


def check_same_origin(request: Request) -> None:
    """Refuse a form that another site sent; for the pages before a session exists (log-in, one-time links).

    Raises:
        Forbidden: the browser names another origin.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden("This form was sent from another site.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("This form was sent from another site.")


def _guard(needed: Role) -> Callable[[Request, Person], Awaitable[Person]]:
    async def require_role(request: Request, person: Annotated[Person, Depends(_checked_person)]) -> Person:
        if not person.role.covers(needed):
            raise Forbidden("Your role does not allow this; ask an administrator.")
        if not person.reach.is_whole_ward:
            await _check_area(request, person)
        return person

    return require_role


async def _check_area(request: Request, person: Person) -> None:
    """Hold somebody who looks after single areas to them, by the rule of the route (policies.py)."""
    rule = POLICIES[f"{request.method} {request.scope['route'].path}"].area
    if rule is AreaRule.WHOLE_WARD:
        raise Forbidden("This concerns the whole ward, and you look after single areas.")
    if isinstance(rule, OfOne):
        subject_id = request.path_params[rule.parameter]
        await run_in_threadpool(
            expect_within, services_of(request), person.reach, rule.subject_kind, subject_id
        )


def expect_within(services: Services, reach: Reach, subject_kind: str, subject_id: str) -> None:
    """Refuse a thing outside of a reach as one that does not exist, so that its existence is not told.

    For things that a body names; those in the path are held by policies.py. Raises NotFound.
    """
    if not services.spots.covers(reach, subject_kind, subject_id):
        raise NotFound("There is no such thing in your areas.")


require_patrol = _guard(Role.PATROL)
require_auditor = _guard(Role.AUDITOR)
require_supervisor = _guard(Role.SUPERVISOR)
require_admin = _guard(Role.ADMIN)

PatrolActor = Annotated[Person, Depends(require_patrol)]
AuditorActor = Annotated[Person, Depends(require_auditor)]
SupervisorActor = Annotated[Person, Depends(require_supervisor)]
AdminActor = Annotated[Person, Depends(require_admin)]

ROLE_OF_GUARD = {
    require_patrol: Role.PATROL,
    require_auditor: Role.AUDITOR,
    require_supervisor: Role.SUPERVISOR,
    require_admin: Role.ADMIN,
}
"""For the check that the signature of a route and its policy name the same role."""


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the browser its session. Secure whenever people reach the server by https."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services_of(request).settings.is_https or request.url.scheme == "https",
    )


def clear_session_cookie(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")


def _person(signed_in: SignedIn) -> Person:
    account = signed_in.account
    return Person(
        account.account_id,
        account.login_name,
        account.display_name,
        account.role,
        signed_in.session.csrf_token,
        signed_in,
        account.unit_id,
    )
