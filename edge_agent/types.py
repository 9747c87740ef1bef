"""The records that flow between stages: frozen, typed, units in the names.

Frame -> Detection* -> Track* -> Observation (no pixels) -> Event, + Evidence -> EventMessage bytes ->
outbox. Image coordinates have their origin at the top left of the frame, x to the right, y down, in pixels
of the frame as captured. All times are aware UTC and come from the frame, never from a clock (replay equals
live).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from wire_contract.vocabulary import CameraState, EventKind, EventPhase, EvidenceRole, Redaction

Image: TypeAlias = npt.NDArray[np.uint8]
"""(H, W, 3) uint8, blue green red."""

GreyImage: TypeAlias = npt.NDArray[np.uint8]
"""(H, W) uint8."""

BoxXyxy: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2 with x1 < x2 and y1 < y2."""

Polygon: TypeAlias = tuple[tuple[float, float], ...]
"""Three or more corners, x and y; relative to width and height in settings, pixels inside the pipeline."""


class ZoneKind(StrEnum):
    """What a zone is watched for."""

    DROP_ZONE = "drop_zone"
    BIN = "bin"
    FIRE_LANE = "fire_lane"
    STRUCTURE_WATCH = "structure_watch"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Zone:
    """A named polygon in relative coordinates, each in [0, 1]."""

    zone_id: str
    kind: ZoneKind
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels of one instant."""

    camera_id: str
    sequence: int
    captured_at: datetime
    image: Image


@dataclass(frozen=True, slots=True)
class Detection:
    """One object in one frame; `label` is a word of the model's manifest, `score` lies in [0, 1]."""

    label: str
    score: float
    box_xyxy_px: BoxXyxy


class StillOrigin(StrEnum):
    """Which of the two sources saw a still thing."""

    DETECTOR = "detector"
    STILL_FOREGROUND = "still_foreground"


@dataclass(frozen=True, slots=True)
class StillRegion:
    """A region that differs from the long-term background and has stopped changing: a thing of unknown class.

    `still_since` is when it came to rest; `score` in [0, 1] says how sure it is that something was added
    (and not that light changed or something was taken away).
    """

    box_xyxy_px: BoxXyxy
    still_since: datetime
    score: float


@dataclass(frozen=True, slots=True)
class MovingRegion:
    """A connected region of motion in one frame."""

    box_xyxy_px: BoxXyxy


@dataclass(frozen=True, slots=True)
class Motion:
    """What moved between one frame and the recent past.

    `changed_fraction` is the part of the picture that differs from the running average, in [0, 1].
    `is_global_change` is true from a jump of the whole picture (light switched, exposure, camera pushed)
    until the average has been learnt anew; nothing can be said about motion then and `moving_regions` is
    empty. `stirs` tells whether anything changed since the frame before: what just came to rest still
    differs from the recent past, but stirs no more.
    """

    moving_regions: tuple[MovingRegion, ...]
    is_global_change: bool
    changed_fraction: float
    stirs: bool = True


@dataclass(frozen=True, slots=True)
class StructureChange:
    """A lasting difference of one watched area against its reference view, found by the structure stage."""

    zone_id: str
    box_xyxy_px: BoxXyxy
    outline_px: Polygon
    first_seen_at: datetime
    days_seen: int
    changed_fraction: float
    score: float


class TrackState(StrEnum):
    """Life of a track."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Track:
    """One object over time. `still_since` is set while the object rests."""

    track_id: int
    label: str
    state: TrackState
    score: float
    box_xyxy_px: BoxXyxy
    velocity_px_s: tuple[float, float]
    first_seen_at: datetime
    last_seen_at: datetime
    still_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """All that a rule may see of one instant: no pixels, no clock.

    `detector_ran` tells whether an absent detection means anything in this instant, `looked_at` where: the
    boxes that the detector was shown, None when it saw the whole frame. `camera_state` other than OK
    suspends the rules about the street; `camera_state_since` is when that fault began to show.
    `moving_regions` differ from the recent past, so they stay for a while where something came to rest or
    left; `stirring_regions` changed in this very instant. `background_settling` is true while the
    still-foreground source relearns after a sudden change of light and must not be believed.
    """

    camera_id: str
    captured_at: datetime
    frame_size_px: tuple[int, int]
    tracks: tuple[Track, ...] = ()
    still_regions: tuple[StillRegion, ...] = ()
    moving_regions: tuple[MovingRegion, ...] = ()
    stirring_regions: tuple[MovingRegion, ...] = ()
    structure_changes: tuple[StructureChange, ...] = ()
    detector_ran: bool = True
    looked_at: tuple[BoxXyxy, ...] | None = None
    background_settling: bool = False
    camera_state: CameraState = CameraState.OK
    camera_state_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ErrorEllipse:
    """95 % ellipse: semi-axes in metres, azimuth of the major axis in degrees clockwise from north, in
    [0, 180).
    """

    major_m: float
    minor_m: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True)
class GroundFix:
    """A point on the ground, WGS 84, with the radius that holds the truth in 95 % of cases.

    `note` says why, when a calibrated camera could give no better than its own position.
    """

    lon: float
    lat: float
    error_m: float
    ellipse: ErrorEllipse | None
    method: str
    note: str = ""


AttributeValue: TypeAlias = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Event:
    """A rule's finding in one phase of its life. `event_id` stays the same from opened to closed."""

    event_id: str
    sequence: int
    kind: EventKind
    phase: EventPhase
    zone_id: str
    started_at: datetime
    raised_at: datetime
    closed_at: datetime | None
    score: float
    label: str
    box_xyxy_px: BoxXyxy
    frame_size_px: tuple[int, int]
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    fix: GroundFix | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A redacted still or clip on disk; the file name is the hash of its bytes."""

    sha256: str
    media_type: str
    role: EvidenceRole
    captured_at: datetime
    redaction: Redaction
    path: Path
