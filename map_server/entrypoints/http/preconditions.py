"""ETag and If-Match (RFC 9110, 13.1.1): a change says which version it was decided on.

The tag of a thing is its version. Where a request has If-Match, a version that was overtaken answers 412.
"""

import re
from typing import Annotated

from fastapi import Depends, Header

from map_server.domain.errors import DomainError

_TAG = re.compile(r'"(\d{1,9})"')
_NEVER = 0
"""No thing has this version; what names no version of ours matches nothing."""


class PreconditionRequired(DomainError):
    """The change must say which version it was decided on."""


def etag(version: int) -> str:
    """Write the tag of a version."""
    return f'"{version}"'


IfMatchHeader = Annotated[
    str | None, Header(alias="If-Match", max_length=64, description='The ETag that you saw, as `"7"`; or `*`')
]


def if_match(header: IfMatchHeader = None) -> int | None:
    """Give the version that the caller saw; None: any, or not said."""
    if header is None or header.strip() == "*":
        return None
    match = _TAG.fullmatch(header.strip())
    return int(match[1]) if match else _NEVER


def required_if_match(header: IfMatchHeader = None) -> int | None:
    """Do the same, but insist on the header. Raises PreconditionRequired."""
    if header is None:
        raise PreconditionRequired(
            "send If-Match with the ETag of what you saw, so that nothing is overwritten"
        )
    return if_match(header)


def seen_or_said(seen: int | None, said: int | None) -> int:
    """Give the version of If-Match, else that of the body. Raises PreconditionRequired without any."""
    version = said if seen is None else seen
    if version is None:
        raise PreconditionRequired(
            "send If-Match with the ETag of what you saw, so that nothing is overwritten"
        )
    return version


SeenVersion = Annotated[int | None, Depends(if_match)]
"""The version of If-Match, where there is one."""
RequiredVersion = Annotated[int | None, Depends(required_if_match)]
"""The version of If-Match, without which the request is refused (428)."""
