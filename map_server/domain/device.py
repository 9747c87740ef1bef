"""A box in the field: how it is let in, what it said of itself last, and where its cameras hang."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from map_server.domain.errors import Expired, InvalidInput
from map_server.domain.reach import NOWHERE, Spot
from wire_contract.vocabulary import CameraState

_DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,127}")
HEARTBEAT_PERIOD = timedelta(seconds=60)
OFFLINE_AFTER = 3 * HEARTBEAT_PERIOD
"""A device is offline after three missed heartbeats."""
ENROLMENT_LIFETIME = timedelta(hours=24)


def checked_device_id(device_id: str) -> str:
    """Give the id back. Raises InvalidInput when it could not stand in a path."""
    if not _DEVICE_ID.fullmatch(device_id):
        raise InvalidInput(
            f"device id {device_id[:140]!r}: use 1 to 128 letters, digits, dots, colons, hyphens, underscores"
        )
    return device_id


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a heartbeat says of the box; bytes and counts as the agent keeps them."""

    agent_version: str
    clock_skew_s: float
    outbox_pending: int
    outbox_set_aside: int
    outbox_dropped: int
    evidence_bytes: int
    evidence_dropped: int
    disk_free_bytes: int
    cpu_temperature_c: float | None
    model_id: str | None


@dataclass(frozen=True, slots=True)
class Device:
    """One enrolled or registered device. `token_hash` None means that it has not exchanged its one-time
    token yet. `name` and `place` are a person's words; `spot` is where it belongs, by the register or by its
    cameras.
    """

    device_id: str
    registered_at: datetime
    token_hash: str | None = None
    public_key: str | None = None
    enrolled_at: datetime | None = None
    last_seen_at: datetime | None = None
    is_online: bool = False
    vitals: Vitals | None = None
    name: str = ""
    place: str = ""
    national_id: str | None = None
    spot: Spot = NOWHERE

    def is_silent(self, now: datetime) -> bool:
        """Whether the device missed so many heartbeats that it counts as offline."""
        return self.last_seen_at is None or now - self.last_seen_at > OFFLINE_AFTER


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera of a device. `position_source` is `person` or `device`; a person's word is not
    overwritten.
    """

    device_id: str
    camera_id: str
    state: CameraState
    state_since: datetime
    last_frame_at: datetime | None = None
    analysed_fps: float = 0.0
    observed_s: float = 0.0
    lon: float | None = None
    lat: float | None = None
    position_source: str | None = None

    def after(self, earlier: "Camera | None") -> "Camera":
        """Keep the position of the earlier record where this one knows none, or where a person gave it."""
        if earlier is None or earlier.lon is None:
            return self
        if self.lon is not None and earlier.position_source != "person":
            return self
        return replace(self, lon=earlier.lon, lat=earlier.lat, position_source=earlier.position_source)


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat of a device that has proved who it is."""

    device_id: str
    vitals: Vitals
    cameras: tuple[Camera, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A one-time token, kept as its hash."""

    token_hash: str
    device_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def used(self, at: datetime) -> "Enrolment":
        """Use the token up. Raises Expired when it is too old or was used before."""
        if self.used_at is not None:
            raise Expired("this one-time token was used before; ask for a new one (map-server enroll-device)")
        if at > self.expires_at:
            raise Expired("this one-time token is too old; ask for a new one (map-server enroll-device)")
        return replace(self, used_at=at)
