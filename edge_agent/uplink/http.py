"""The way to the server over HTTPS: events in batches, evidence in parts that can be resumed, heartbeats."""

import ssl
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from edge_agent.errors import ConfigError, PermanentError, TransientError
from edge_agent.ports import Clock
from edge_agent.uplink.answers import raise_for_answer
from edge_agent.uplink.params import UplinkParams
from wire_contract import routes
from wire_contract.messages import EnrolmentAnswer, EnrolmentRequest, Heartbeat, IngestAnswer, IngestResult

PART_BYTES = 256 * 1024
"""Evidence goes in parts of this size: what a weak line delivered need not be sent again."""

Answer = TypeVar("Answer", bound=BaseModel)

_OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}
_OFFSET_DISPUTED = {409, 416}
_JSON = {"Content-Type": "application/json"}


class HttpUplink:
    """The real `ports.Uplink`. One thread uses it."""

    def __init__(self, url: str, device_id: str, params: UplinkParams, clock: Clock) -> None:
        """Make the client; nothing is sent yet. Raises ConfigError for an address that must not be used."""
        refuse_unsafe(url, params)
        self._clock = clock
        self._device_id = device_id
        self._client = httpx.Client(
            base_url=url,
            headers={routes.DEVICE_HEADER: device_id},
            timeout=httpx.Timeout(params.answer_timeout_s, connect=params.connect_timeout_s),
            verify=_trust(params),
            follow_redirects=False,
            trust_env=False,
        )

    def use_token(self, token: str) -> None:
        """Send this device token from now on."""
        self._client.headers["Authorization"] = f"Bearer {token}"

    def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Exchange the one-time token for a lasting one."""
        answer = self._send("POST", routes.ENROLMENT, content=request.model_dump_json(), headers=_JSON)
        return _read(EnrolmentAnswer, answer)

    def send_events(self, messages: Sequence[bytes]) -> list[IngestResult]:
        """Send encoded messages in one request; one result each.

        Raises TransientError when none may have arrived, PermanentError when the request as a whole is
        refused.
        """
        body = b"[" + b",".join(messages) + b"]"
        answer = self._send("POST", routes.EVENTS, content=body, headers=_JSON)
        return list(_read(IngestAnswer, answer).results)

    def send_evidence(self, sha256: str, media_type: str, content: bytes) -> None:
        """Send one piece of evidence, going on where an earlier try broke off."""
        if not 0 < len(content) <= routes.MAX_EVIDENCE_BYTES:
            raise PermanentError(
                f"evidence {sha256} has {len(content)} bytes; allowed are 1 to {routes.MAX_EVIDENCE_BYTES}"
            )
        path = routes.EVIDENCE.format(sha256=sha256)
        offset = self._received(path)
        if not 0 <= offset <= len(content):
            offset = 0
        while offset < len(content):
            part = content[offset : offset + PART_BYTES]
            last = offset + len(part) - 1
            headers = {"Content-Type": media_type, "Content-Range": f"bytes {offset}-{last}/{len(content)}"}
            self._send("PUT", path, content=part, headers=headers, is_item=True)
            offset += len(part)

    def send_heartbeat(self, heartbeat: Heartbeat) -> None:
        """Send a sign of life."""
        path = routes.HEARTBEAT.format(device_id=self._device_id)
        self._send("POST", path, content=heartbeat.model_dump_json(), headers=_JSON)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _received(self, path: str) -> int:
        """Ask how many bytes of a piece of evidence the server holds."""
        answer = self._send("HEAD", path, is_item=True)
        try:
            return int(answer.headers.get(routes.UPLOAD_OFFSET_HEADER, "0"))
        except ValueError:
            return 0

    def _send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        is_item: bool = False,
    ) -> httpx.Response:
        try:
            answer = self._client.request(method, path, content=content, headers=headers)
        except httpx.RequestError as error:
            problem = str(error) or type(error).__name__
            raise TransientError(f"{method} {self._client.base_url}{path}: {problem}") from error
        if is_item and answer.status_code in _OFFSET_DISPUTED:
            raise TransientError(f"{method} {path}: the server disputes the offset; asking again")
        raise_for_answer(answer, self._clock.now(), is_item=is_item)
        return answer


def refuse_unsafe(url: str, params: UplinkParams) -> None:
    """Raise ConfigError for an address to which the device token must not be sent."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname in _OWN_MACHINE or params.allow_http:
        return
    raise ConfigError(
        f"[server] url: {url} would send the device token unencrypted; use https://, or set "
        "allow_http = true in [uplink] if nobody else can reach that network"
    )


def _trust(params: UplinkParams) -> ssl.SSLContext | bool:
    if params.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(params.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"[uplink] ca_file: {params.ca_file} cannot be read ({error})") from error


def _read(kind: type[Answer], answer: httpx.Response) -> Answer:
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        # Whoever answered 200 with this is not the map server: a hotel's log-in page, another program's port.
        raise TransientError(
            f"{answer.request.url} answered with something that is no {kind.__name__}; check [server] url"
        ) from error
