"""Idempotency-Key on POST: the same request sent again gets the same answer and has no second effect.

A refused request had no effect and is not kept; sent again it is judged anew. An answer that may not be
stored (`Cache-Control: no-store`, as with secrets) is not kept: the repetition is told that it was done.
"""

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from map_server.domain.errors import DomainError, InvalidInput
from map_server.entrypoints.http.deps import services_of
from map_server.entrypoints.http.errors import on_domain_error
from map_server.entrypoints.http.owntracks import OWNTRACKS
from map_server.entrypoints.http.security import current_person
from map_server.services.idempotency import Answer, Claim, claimed
from map_server.services.kept_answers import KeptAnswers
from wire_contract.routes import API_PREFIX, ENROLMENT, EVENTS, HEARTBEAT

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_KEPT_HEADERS = frozenset({"content-type", "etag", "location"})

EXEMPT: Mapping[str, str] = MappingProxyType(
    {
        EVENTS: "each event is known by its event_id",
        HEARTBEAT: "a heartbeat replaces the one before",
        ENROLMENT: "its token works once, and the answer is a secret",
        OWNTRACKS: "a position is known by its person, time and place",
    }
)
"""Routes of the API that take no key, with the reason. Forms of pages, outside the API, cannot send a header;
those that must not happen twice are guarded by a version or a one-time token.
"""
_EXEMPT_PATHS = tuple(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))) for path in EXEMPT)

_log = structlog.get_logger()


def takes_key(method: str, path: str) -> bool:
    """Tell whether requests to a path, or to a template of paths, heed the header."""
    is_in_api = method == "POST" and path.startswith(f"{API_PREFIX}/")
    return is_in_api and not any(exempt.fullmatch(path) for exempt in _EXEMPT_PATHS)


class Idempotency:
    """ASGI middleware. It stands inside the one that limits bodies: it reads them whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer as before."""
        request = Request(scope, receive) if scope["type"] == "http" else None
        if request is None or not takes_key(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        key = request.headers.get(KEY_HEADER)
        person = await run_in_threadpool(current_person, request) if key is not None else None
        if key is None or person is None:  # a stranger is refused further inside
            await self._app(scope, receive, send)
            return
        body = await request.body()
        claim = Claim(person.audit_name, key, _digest(request, body), request.url.path)
        await self._answer(request, claim, body, send)

    async def _answer(self, request: Request, claim: Claim, body: bytes, send: Send) -> None:
        answers = services_of(request).answers
        try:
            if not _KEY.fullmatch(claim.key):
                raise InvalidInput(f"{KEY_HEADER}: use 1 to 128 visible characters")
            kept = await run_in_threadpool(answers.find, claim)
        except DomainError as error:
            await on_domain_error(request, error)(request.scope, request.receive, send)
            return
        if kept is not None:
            headers = {**kept.headers, REPLAYED_HEADER: "true"}
            await Response(kept.body, kept.status, headers)(request.scope, request.receive, send)
            return
        outgoing = _Outgoing()
        with claimed(claim):
            await self._app(request.scope, _receiving(body), outgoing.take)
        if outgoing.may_be_kept:
            await run_in_threadpool(_keep, answers, claim, outgoing.answer)
        for message in outgoing.messages:
            await send(message)


class _Outgoing:
    """An answer, held back until it is kept."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        """Take one message of the answer."""
        self.messages.append(message)

    @property
    def answer(self) -> Answer:
        """Give the whole answer with those headers that belong to it."""
        start, *parts = self.messages
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
        kept = {name: value for name, value in headers.items() if name in _KEPT_HEADERS}
        return Answer(start["status"], kept, b"".join(part.get("body", b"") for part in parts))

    @property
    def may_be_kept(self) -> bool:
        """Whether it tells of success and holds no secret."""
        start = self.messages[0]
        no_store = any(name == b"cache-control" and b"no-store" in value for name, value in start["headers"])
        return bool(200 <= start["status"] < 300) and not no_store


def _receiving(body: bytes) -> Receive:
    """Give a body that was read already once more."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


def _digest(request: Request, body: bytes) -> str:
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(body)
    return digest.hexdigest()


def _keep(answers: KeptAnswers, claim: Claim, answer: Answer) -> None:
    try:
        answers.keep(claim, answer)
    except DomainError as error:  # the effect stands and is recorded; only the words are not
        _log.warning("an answer could not be kept", path=claim.path, why=error.message)
