"""Refuses bodies that are larger than their path may take, before they are read into memory."""

import re
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from map_server.domain.photo import MAX_PHOTO_BYTES
from map_server.entrypoints.http.errors import problem_response
from wire_contract.routes import API_PREFIX, EVENTS, MAX_BATCH_BYTES, MAX_EVIDENCE_BYTES

_EVIDENCE_PREFIX = f"{API_PREFIX}/evidence/"
_PHOTO_PATH = re.compile(rf"{API_PREFIX}/(?:[^/]+/)+photos/[^/]+")
MAX_OTHER_BYTES = 1024 * 1024
_MAX_DRAINED_BYTES = 64 * 1024 * 1024
"""Up to this much of a refused body is read and thrown away: a sender that is still sending would otherwise
meet a reset connection instead of the answer.
"""


def limit_of(path: str) -> int:
    """Give the greatest body, in bytes, that a path takes."""
    if path == EVENTS:
        return MAX_BATCH_BYTES
    if path.startswith(_EVIDENCE_PREFIX):
        return MAX_EVIDENCE_BYTES
    if _PHOTO_PATH.fullmatch(path):
        return MAX_PHOTO_BYTES
    return MAX_OTHER_BYTES


class _BodyTooLarge(Exception):
    """More bytes came than the path takes."""


class BodyLimit:
    """ASGI middleware: 413 by Content-Length where it is told, by counting where it is not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        limit = limit_of(scope["path"])
        told = request.headers.get("content-length", "0")
        if not told.isdecimal() or int(told) > limit:
            await _drain(receive)
            await self._refuse(request, limit, receive, send)
            return
        await self._pass_counting(request, limit, receive, send)

    async def _pass_counting(self, request: Request, limit: int, receive: Receive, send: Send) -> None:
        received = 0
        is_more = True
        is_answered = False

        async def counted() -> Message:
            nonlocal received, is_more
            message = await receive()
            received += len(message.get("body", b""))
            is_more = message.get("more_body", False)
            if received > limit:
                raise _BodyTooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await self._app(request.scope, counted, watched)
        except _BodyTooLarge:
            if not is_answered:
                if is_more:
                    await _drain(receive)
                await self._refuse(request, limit, receive, send)

    async def _refuse(self, request: Request, limit: int, receive: Receive, send: Send) -> None:
        detail = f"The body is larger than the {limit} bytes that this path takes; send less at once."
        answer = problem_response(
            request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, "too-large", headers={"Connection": "close"}
        )
        await answer(request.scope, receive, send)


async def _drain(receive: Receive) -> None:
    drained = 0
    while drained <= _MAX_DRAINED_BYTES:
        message = await receive()
        drained += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
