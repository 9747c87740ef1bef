"""What the rules of a camera remember, as text for the outbox's database, with its format named."""

import json
from collections.abc import Mapping
from typing import Any

import structlog

FORMAT = 1

log = structlog.get_logger(__name__)


def encode_state(snapshots: Mapping[str, Mapping[str, Any]]) -> str:
    """Give the text for the snapshots of one camera's rules by rule name; equal ones give equal texts."""
    return json.dumps(
        {"format": FORMAT, "rules": snapshots}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def decode_state(text: str | None) -> dict[str, dict[str, Any]]:
    """Give the snapshots by rule name; empty when there is no text or it cannot be understood.

    The rules then begin anew: better a thing reported twice after an update than an agent that does not
    start.
    """
    if text is None:
        return {}
    try:
        envelope = json.loads(text)
        if envelope["format"] == FORMAT:
            return {str(name): dict(snapshot) for name, snapshot in envelope["rules"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.error("saved rule state is unreadable; rules begin anew", error=str(error))
        return {}
    log.error("saved rule state has another format; rules begin anew", found=envelope["format"], known=FORMAT)
    return {}
