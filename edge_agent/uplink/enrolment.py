"""The device token: fetched once with a one-time token, kept in a file that only the agent may read."""

import os
from pathlib import Path

import structlog

from edge_agent.errors import ConfigError, PermanentError
from edge_agent.ports import Uplink
from wire_contract.messages import EnrolmentRequest

log = structlog.get_logger(__name__)

_OWNER_ONLY = 0o600
_OTHERS = 0o077


def load_token(file: Path) -> str | None:
    """Read the device token, None when this box is not enrolled; a file open to others is closed to them."""
    try:
        if file.stat().st_mode & _OTHERS:
            file.chmod(_OWNER_ONLY)
            log.warning("device token was readable by others; closed", file=str(file))
        token = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"device token {file}: cannot be read ({error}); mend it or enrol again") from error
    if not token:
        raise ConfigError(f"device token {file}: is empty; delete it and enrol again")
    return token


def enrol(uplink: Uplink, device_id: str, one_time_token: str, file: Path) -> str:
    """Exchange the one-time token for the device token and keep it in `file` (mode 0600).

    Raises ConfigError when the server refuses the one-time token or the file cannot be written (the token
    is not spent then), TransientError when the server cannot be reached.
    """
    unfinished = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except OSError as error:
        raise ConfigError(f"device token {file}: cannot be written ({error})") from error
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            token = _exchange(uplink, device_id, one_time_token)
            stream.write(f"{token}\n")
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return token


def _exchange(uplink: Uplink, device_id: str, one_time_token: str) -> str:
    try:
        request = EnrolmentRequest(device_id=device_id, one_time_token=one_time_token)
    except ValueError as error:
        raise ConfigError("the one-time token is not whole; copy it again (16 characters or more)") from error
    try:
        return uplink.enrol(request).device_token
    except PermanentError as error:
        raise ConfigError(
            f"enrolment refused ({error}); get a new one-time token: map-server enroll-device {device_id}"
        ) from error
