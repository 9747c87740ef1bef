"""Posts JSON to addresses that people gave, but never into the server's own network.

The name is resolved here and the connection goes to the very address that was judged, so that a name cannot
point elsewhere between the look and the call. Redirects are not followed.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import httpx

from map_server.domain.errors import FieldError, InvalidInput
from map_server.services.notice_ports import NotDelivered

TIMEOUT_S = 10.0
_MAX_ANSWER_BYTES = 16 * 1024

Resolve: TypeAlias = Callable[[str, int], list[str]]
"""Gives the IP addresses of a host name. Raises OSError."""


def resolved(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def checked_url(target: str) -> str:
    """Give an http or https address back. Raises InvalidInput."""
    try:
        parts = urlsplit(target.strip())
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or len(target) > 2000 or parts.username is not None:
        message = "Give an address that begins with https:// (or http://), without a user name."
        raise InvalidInput(message, (FieldError("target", message),))
    return target.strip()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`allows_private` lets calls go to loopback and private networks (LILONG_NOTICES_TO_PRIVATE=1)."""

    allows_private: bool = False
    resolve: Resolve = resolved

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Post a body; give status and the beginning of the answer. Raises NotDelivered."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._judged(host, port)
        literal = f"[{address}]" if ":" in address else address
        direct = parts._replace(netloc=f"{literal}:{port}").geturl()
        try:
            with (
                httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
                client.stream(
                    "POST",
                    direct,
                    content=body,
                    headers={**headers, "Host": parts.netloc},
                    extensions={"sni_hostname": host},
                ) as answer,
            ):
                return answer.status_code, _beginning(answer)
        except httpx.HTTPError as error:
            raise NotDelivered(f"{host} does not answer: {type(error).__name__}") from error

    def _judged(self, host: str, port: int) -> str:
        try:
            addresses = self.resolve(host, port)
        except OSError as error:
            raise NotDelivered(f"{host} has no address") from error
        for address in addresses:
            if not self.allows_private and not ipaddress.ip_address(address.split("%")[0]).is_global:
                raise NotDelivered(
                    f"{host} lies in a private network, where notices are not sent "
                    "(LILONG_NOTICES_TO_PRIVATE=1 allows it)"
                )
        if not addresses:
            raise NotDelivered(f"{host} has no address")
        return addresses[0]


def _beginning(answer: httpx.Response) -> str:
    read = b""
    for chunk in answer.iter_bytes():
        read += chunk
        if len(read) >= _MAX_ANSWER_BYTES:
            break
    return read[:_MAX_ANSWER_BYTES].decode("utf-8", "replace")


def require_success(status: int) -> str:
    """Give the status as one line. Raises NotDelivered unless it is 2xx."""
    if not 200 <= status < 300:
        raise NotDelivered(f"answered {status}")
    return f"answered {status}"
