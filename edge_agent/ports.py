"""The parts that the loops put together, as small Protocols. Each has a fake in tests/fakes that passes
the same test.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from edge_agent.types import Detection, Event, Evidence, Frame, GroundFix, Image, Observation
from wire_contract.messages import EnrolmentAnswer, EnrolmentRequest, Heartbeat, IngestResult, ModelRef


class Clock(Protocol):
    """The wall clock, made only in bootstrap."""

    def now(self) -> datetime:
        """Give the time, aware UTC."""

    def monotonic_s(self) -> float:
        """Give seconds that never run backwards."""

    def sleep(self, seconds: float) -> None:
        """Wait, or return early when the program is asked to stop."""


class FrameSource(Protocol):
    """A camera, a file or a folder."""

    def frames(self) -> Iterator[Frame]:
        """Yield frames in order of capture until the source ends or is closed.

        Raises TransientError when a live source is gone (the caller waits and calls again), ConfigError
        when the source can never be read.
        """

    def close(self) -> None:
        """Release the source; a running `frames()` ends."""


class Detector(Protocol):
    """Finds objects in image crops."""

    @property
    def model(self) -> ModelRef | None:
        """The model in use, None for the detector that knows no class."""

    @property
    def labels(self) -> Sequence[str]:
        """The classes that the model knows."""

    def detect(self, crop: Image) -> list[Detection]:
        """Find objects in one crop; boxes in pixels of that crop."""


class Rule(Protocol):
    """A state machine over observations of one camera, for one kind of event."""

    def update(self, observation: Observation) -> list[Event]:
        """Take in one instant and give the events that it opens, updates or closes."""

    def snapshot(self) -> dict[str, Any]:
        """Give the state as plain JSON values, for a restart."""

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state given by `snapshot`."""


class Locator(Protocol):
    """Turns a box in the picture into a place on the ground."""

    def locate(self, event: Event) -> GroundFix | None:
        """Give the ground fix of an event's box, or None when the camera's position is unknown."""


class GroundPlane(Protocol):
    """The ground before one calibrated camera: pixels of its frame and metres on a local plane.

    Pixels are those of frames of the size for which the plane was made. Metres are east and north of a
    spot among the control points. `edge_agent.geolocate` has the real one.
    """

    def to_ground_m(self, points_px: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Turn (N, 2) pixels x, y into (N, 2) metres east, north; rows of NaN at and above the horizon."""

    def to_pixels(self, points_m: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Turn (N, 2) metres east, north into (N, 2) pixels x, y; rows of NaN behind the camera."""

    def raised_to_pixels(self, points_m: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Turn (N, 3) metres east, north, up into (N, 2) pixels x, y; rows of NaN behind the camera, and
        everywhere when its pose is not known.
        """

    def metres_per_pixel_at(self, point_px: tuple[float, float]) -> float:
        """Give the side in metres of a ground square with one pixel's area there; NaN above the horizon."""


class EvidenceWriter(Protocol):
    """Keeps the stills that belong to an event, persons made unrecognisable first."""

    def remember(self, frame: Frame, observation: Observation) -> None:
        """Consider a frame for later use as before or onset picture."""

    def write(self, event: Event, frame: Frame, observation: Observation) -> tuple[Evidence, ...]:
        """Write the evidence of an event that was just raised."""


class Uplink(Protocol):
    """The way to the server."""

    def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Exchange the one-time token for a lasting one."""

    def send_events(self, messages: Sequence[bytes]) -> list[IngestResult]:
        """Send encoded messages; one result each. Raises TransientError when none may have arrived."""

    def send_evidence(self, sha256: str, media_type: str, content: bytes) -> None:
        """Send one piece of evidence, resuming where an earlier try broke off."""

    def send_heartbeat(self, heartbeat: Heartbeat) -> None:
        """Send a sign of life."""
