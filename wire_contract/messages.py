"""The messages of DESIGN 4.3 as frozen pydantic models: the one definition of what is sent.

Readers ignore fields that they do not know (`extra="ignore"`), so that a newer agent may talk to an older
server. Writers set every field. All times are aware and written in UTC with a trailing `Z`.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from wire_contract.vocabulary import CameraState, EventKind, EventPhase, EvidenceRole, Redaction

SCHEMA_VERSION: Literal[1] = 1

Identifier = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]*$")]
"""Names of devices, cameras, zones and models; safe in a URL path and in a file name."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

UUID7_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _write_utc(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


UtcTime = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc),
    PlainSerializer(_write_utc, return_type=str, when_used="json"),
]
"""An aware time; read from RFC 3339 with any offset, kept and written in UTC with millisecond precision."""


class WireModel(BaseModel):
    """Base of all messages: frozen, finite numbers only, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, protected_namespaces=())


class ErrorEllipse(WireModel):
    """95 % error ellipse of a ground fix: semi-axes in metres, azimuth of the major axis clockwise from
    north.
    """

    major_m: float = Field(ge=0, le=100_000)
    minor_m: float = Field(ge=0, le=100_000)
    azimuth_deg: float = Field(ge=0, lt=180)


class GroundFix(WireModel):
    """Where on the ground an event is, WGS 84, with the 95 % error."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    error_m: float = Field(
        ge=0, le=100_000, description="Radius that holds the truth in 95 % of cases, metres"
    )
    ellipse: ErrorEllipse | None = None
    crs: Literal["wgs84"] = "wgs84"
    method: Literal["homography", "camera_position"] = "homography"


class EvidenceRef(WireModel):
    """A piece of evidence, named by the hash of its bytes; the bytes travel separately."""

    sha256: Sha256
    media_type: Literal["image/jpeg", "image/png", "video/mp4"]
    role: EvidenceRole
    captured_at: UtcTime
    redaction: Redaction


class ModelRef(WireModel):
    """The model whose detections an event rests on."""

    id: Identifier
    sha256: Sha256


class EventMessage(WireModel):
    """One line of events.jsonl: one device's finding in one phase of its life (DESIGN 4.3).

    `started_at` is when the thing came to rest, `raised_at` when the dwell was over. The pair (`event_id`,
    `phase`) together with `sequence` names a message; `event_id` names the thing.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    event_id: str = Field(pattern=UUID7_PATTERN, description="UUID version 7; the idempotency key")
    sequence: int = Field(
        default=0, ge=0, description="0 for opened, rising with each later message of this event"
    )
    device_id: Identifier
    camera_id: Identifier
    kind: EventKind
    phase: EventPhase
    zone_id: Identifier
    started_at: UtcTime
    raised_at: UtcTime
    closed_at: UtcTime | None = None
    score: float = Field(ge=0, le=1)
    label: str = Field(min_length=1, max_length=64)
    box_xyxy_px: tuple[float, float, float, float]
    frame_size_px: tuple[int, int]
    fix: GroundFix | None = None
    attributes: dict[str, float | int | str | bool | None] = Field(default_factory=dict, max_length=32)
    evidence: tuple[EvidenceRef, ...] = Field(default=(), max_length=16)
    model: ModelRef | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        left, top, right, bottom = self.box_xyxy_px
        width, height = self.frame_size_px
        if not (width > 0 and height > 0):
            raise ValueError("frame_size_px must be positive")
        if not (0 <= left < right <= width and 0 <= top < bottom <= height):
            raise ValueError("box_xyxy_px must lie inside frame_size_px with x1 < x2 and y1 < y2")
        if self.raised_at < self.started_at:
            raise ValueError("raised_at lies before started_at")
        if (self.phase is EventPhase.CLOSED) != (self.closed_at is not None):
            raise ValueError("closed_at is given exactly when the phase is closed")
        if self.closed_at is not None and self.closed_at < self.started_at:
            raise ValueError("closed_at lies before started_at")
        return self


class CameraPosition(WireModel):
    """Where a camera hangs, WGS 84, as its configuration says."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class CameraHealth(WireModel):
    """One camera's part of a heartbeat."""

    camera_id: Identifier
    state: CameraState
    state_since: UtcTime
    last_frame_at: UtcTime | None = None
    analysed_fps: float = Field(ge=0, le=1000)
    observed_s: float = Field(
        ge=0, description="Seconds since the last heartbeat in which the rules could judge"
    )
    position: CameraPosition | None = None


class Heartbeat(WireModel):
    """A device's sign of life, sent every 60 s."""

    schema_version: Literal[1] = SCHEMA_VERSION
    device_id: Identifier
    sent_at: UtcTime
    started_at: UtcTime
    agent_version: str = Field(max_length=64)
    cameras: tuple[CameraHealth, ...] = Field(default=(), max_length=64)
    outbox_pending: int = Field(ge=0)
    outbox_set_aside: int = Field(ge=0)
    outbox_dropped: int = Field(
        default=0, ge=0, description="Messages given up since start because the outbox was full"
    )
    evidence_bytes: int = Field(ge=0)
    evidence_dropped: int = Field(
        default=0, ge=0, description="Files dropped since start because the cap was reached"
    )
    disk_free_bytes: int = Field(ge=0)
    cpu_temperature_c: float | None = None
    model: ModelRef | None = None


class EnrolmentRequest(WireModel):
    """A device exchanges its one-time token for a lasting one."""

    device_id: Identifier
    one_time_token: str = Field(min_length=16, max_length=256)
    public_key: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="Ed25519, hex")


class EnrolmentAnswer(WireModel):
    """The lasting device token; shown once, stored on the device with mode 0600."""

    device_id: Identifier
    device_token: str = Field(min_length=32, max_length=256)


class IngestResult(WireModel):
    """What became of one message of a batch. `status` tells the device whether to retry."""

    event_id: str
    sequence: int
    status: Literal["stored", "duplicate", "refused", "retry"]
    problem: str | None = Field(
        default=None, description="One line for people, when refused or to be retried"
    )
    missing_evidence: tuple[Sha256, ...] = Field(
        default=(), description="Hashes that the server does not hold yet"
    )


class IngestAnswer(WireModel):
    """Answer to POST /api/v1/events: one result per message, in the order sent."""

    results: tuple[IngestResult, ...]
