"""What a device reported: each message as a fact, and the event that all messages with one `event_id`
describe.

One event keeps the surest place and the highest score that any of its messages gave, so that what an incident
knows does not depend on the order in which messages arrive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from wire_contract.vocabulary import EventKind, EventPhase

AttributeValue: TypeAlias = float | int | str | bool | None

EARLIEST_CREDIBLE = datetime(2020, 1, 1, tzinfo=UTC)
"""Before this no agent existed: such a clock was never set."""
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far a device's clock may run ahead of the server's."""

_PHASE_ORDER = {EventPhase.OPENED: 0, EventPhase.UPDATED: 1, EventPhase.CLOSED: 2}


@dataclass(frozen=True, slots=True)
class ErrorEllipse:
    """95 % ellipse: semi-axes in metres, azimuth of the major axis clockwise from north, in [0, 180)
    degrees.
    """

    major_m: float
    minor_m: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True)
class GroundFix:
    """A point on the ground, WGS 84. `error_m` is the radius that holds the truth in 95 % of cases.

    `is_surveyed` tells that control points gave the place; otherwise it is merely where the camera hangs.
    """

    lon: float
    lat: float
    error_m: float
    ellipse: ErrorEllipse | None = None
    is_surveyed: bool = True


@dataclass(frozen=True, slots=True)
class NamedEvidence:
    """Evidence that a message names by the hash of its bytes."""

    sha256: str
    media_type: str
    role: str
    captured_at: datetime
    redaction: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Where in which frame: x1, y1, x2, y2 and width, height, in pixels."""

    box_xyxy_px: tuple[float, float, float, float]
    frame_size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class View:
    """One zone of one camera of one device."""

    device_id: str
    camera_id: str
    zone_id: str

    @property
    def camera(self) -> tuple[str, str]:
        """Name the camera alone."""
        return (self.device_id, self.camera_id)


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says of one event, translated from the wire.

    `evidence` is what this very message names; it is not read back with stored events.
    """

    event_id: str
    sequence: int
    view: View
    kind: EventKind
    phase: EventPhase
    started_at: datetime
    raised_at: datetime
    closed_at: datetime | None
    score: float
    label: str
    picture: Picture
    fix: GroundFix | None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    evidence: tuple[NamedEvidence, ...] = ()
    model: tuple[str, str] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the device says that the thing has gone."""
        return self.phase is EventPhase.CLOSED

    @property
    def last_seen_at(self) -> datetime:
        """The latest instant that the message speaks of."""
        return max(self.raised_at, self.closed_at or self.raised_at, *(e.captured_at for e in self.evidence))

    def follows(self, earlier: "Report") -> bool:
        """Tell whether this message is the newer one: by sequence, then phase, then (all equal) by
        arrival.
        """
        return (self.sequence, _PHASE_ORDER[self.phase]) >= (earlier.sequence, _PHASE_ORDER[earlier.phase])


@dataclass(frozen=True, slots=True)
class Message:
    """A report as it came: `content` is its canonical JSON, `digest` the sha256 of that, hex."""

    report: Report
    content: str
    digest: str


@dataclass(frozen=True, slots=True)
class Why:
    """The reason for an event's place in its incident, kept as figures.

    `rule` is one of `same_view`, `within_error`, `new_place`, `split_by_person`. `distance_m` is to the
    incident (for `new_place` to the nearest one of its kind, if any), `radius_m` the combined error radius it
    was compared with, `gap_s` the time between the two (0 when they overlap).
    """

    rule: str
    distance_m: float | None = None
    radius_m: float | None = None
    gap_s: float | None = None
    site_id: str | None = None
    is_reopening: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What is known of one event now. `report` is its newest message with the surest place and highest
    score.
    """

    report: Report
    last_seen_at: datetime
    received_at: datetime
    incident_id: str
    why: Why

    @property
    def event_id(self) -> str:
        """The idempotency key."""
        return self.report.event_id

    def after(self, report: Report) -> "Event":
        """Take in a further message; an outdated one only adds what is surer."""
        newest, older = (report, self.report) if report.follows(self.report) else (self.report, report)
        best = newest if newest.score >= older.score else older
        known = replace(
            newest,
            fix=surer_fix(newest.fix, older.fix),
            score=best.score,
            label=best.label,
            started_at=min(newest.started_at, older.started_at),
        )
        return replace(self, report=known, last_seen_at=max(self.last_seen_at, report.last_seen_at))


def surer_fix(one: GroundFix | None, other: GroundFix | None) -> GroundFix | None:
    """Give the fix with the smaller error; ties go to the smaller coordinates, so that order does not
    matter.
    """
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda fix: (not fix.is_surveyed, fix.error_m, fix.lon, fix.lat))


def clock_problem(report: Report, now: datetime) -> str | None:
    """Say what is wrong with a message's times, or None. Such a message is refused; the device keeps it."""
    earliest = min(report.started_at, report.raised_at)
    if earliest < EARLIEST_CREDIBLE:
        return (
            f"the device's clock was not set: the message is from {earliest:%Y-%m-%d %H:%M}Z, the server has "
            f"{now:%Y-%m-%d %H:%M}Z; set the clock of the device (NTP), the message was not stored"
        )
    latest = report.last_seen_at
    if latest > now + CLOCK_TOLERANCE:
        return (
            f"the device's clock runs ahead: the message is from {latest:%Y-%m-%d %H:%M}Z, the server has "
            f"{now:%Y-%m-%d %H:%M}Z; set the clock of the device (NTP), the message was not stored"
        )
    return None
