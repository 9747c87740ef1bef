"""What an HTTP answer means for the sender: done, later, or never.

2xx            done
401, 403       later: the device must be enrolled again; nothing in the outbox is at fault
               (never, when they answer an enrolment: the one-time token is wrong)
404, 405       later for events and heartbeats (the address is wrong), never for a piece of evidence
408, 425, 429  later, after the time that Retry-After names
other 4xx      never: this message is refused
3xx            later: redirects are not followed, because the token would go where nobody configured it
5xx            later
"""

from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from edge_agent.errors import PermanentError, ServerFault, TransientError
from wire_contract.routes import ENROLMENT

ENROL_AGAIN_AFTER_S = 300.0
_LATER = {408, 425, 429}
_NO_SUCH_PAGE = {404, 405}
_NOT_WELCOME = {401, 403}
_MAX_REASON = 300


def raise_for_answer(answer: httpx.Response, now: datetime, *, is_item: bool) -> None:
    """Raise TransientError or PermanentError unless the answer is a success.

    `is_item` says that the path names the item itself, so that 404 speaks about the item and not the address.
    """
    status = answer.status_code
    if answer.is_success:
        return
    reason = f"{answer.request.method} {answer.request.url.path} answered {status}: {reason_of(answer)}"
    if status in _NOT_WELCOME and answer.request.url.path != ENROLMENT:
        raise TransientError(
            f"{reason}; the device token is not accepted: enrol this device again", ENROL_AGAIN_AFTER_S
        )
    if answer.is_redirect:
        raise TransientError(f"{reason}; write the final address into [server] url")
    if status in _NO_SUCH_PAGE and not is_item:
        raise TransientError(f"{reason}; check [server] url")
    if 400 <= status < 500 and status not in _LATER:
        raise PermanentError(reason)
    fault = ServerFault if status == 500 else TransientError
    raise fault(reason, retry_after_s(answer.headers.get("Retry-After"), now))


def reason_of(answer: httpx.Response) -> str:
    """Give the server's own words: of a problem document (RFC 9457), else the start of the text."""
    if answer.is_redirect:
        return f"moved to {answer.headers.get('Location', 'nowhere')}"
    if "json" in answer.headers.get("Content-Type", ""):
        try:
            problem = answer.json()
        except ValueError:
            problem = None
        if isinstance(problem, dict):
            words = [str(problem[key]) for key in ("title", "detail") if problem.get(key)]
            if words:
                return " - ".join(words)[:_MAX_REASON]
    return " ".join(answer.text.split())[:_MAX_REASON] or answer.reason_phrase


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Read Retry-After: seconds or a date (RFC 9110, section 10.2.3). None when absent or unreadable."""
    if value is None:
        return None
    try:
        if value.strip().isdecimal():
            return float(value)
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
