"""What the user may set: how a live source is watched and retried, how a recorded one is played."""

from dataclasses import dataclass
from datetime import datetime

from edge_agent.limits import refuse_out_of_range


@dataclass(frozen=True, slots=True)
class CaptureParams:
    """Table `[capture]`: live sources only.

    open_s: a source that gives no first frame within this counts as gone, 1 to 600.
    no_frame_s: without a frame for so long the source counts as gone and is opened again, 0.1 to 600.
    first_retry_s, longest_retry_s: the wait before a new try doubles from one to the other, 0.01 to 3600.
    width_px, height_px, fps: asked of USB and Pi cameras, which may give the nearest they can.
    """

    open_s: float = 20.0
    no_frame_s: float = 20.0
    first_retry_s: float = 1.0
    longest_retry_s: float = 60.0
    width_px: int = 1280
    height_px: int = 720
    fps: float = 10.0

    def __post_init__(self) -> None:
        refuse_out_of_range(
            self,
            {
                "open_s": (1, 600),
                "no_frame_s": (0.1, 600),
                "first_retry_s": (0.01, 3600),
                "longest_retry_s": (0.01, 3600),
                "width_px": (64, 8192),
                "height_px": (64, 8192),
                "fps": (0.1, 240),
            },
        )
        if self.longest_retry_s < self.first_retry_s:
            raise ValueError(f"longest_retry_s: {self.longest_retry_s} is less than first_retry_s")


@dataclass(frozen=True, slots=True)
class Playback:
    """How a recorded source is played; live sources ignore it.

    start: aware time of the first frame; default `timeline.DEFAULT_START`, in real time the present.
    fps: gives frame n the time start + n / fps, 1e-6 to 1000; default is the file's own timestamps.
    realtime: frames come at the pace at which they were recorded, late ones are left out.
    speed: in real time, how many times faster than life, for time lapses; 0.01 to 1e6.
    loop: begin again at the end; the time goes on.
    """

    start: datetime | None = None
    fps: float | None = None
    realtime: bool = False
    speed: float = 1.0
    loop: bool = False

    def __post_init__(self) -> None:
        if self.start is not None and self.start.tzinfo is None:
            raise ValueError(
                f"start: {self.start.isoformat()} has no time zone; write it like 2026-11-23T08:00:00Z"
            )
        if self.fps is not None and not 1e-6 <= self.fps <= 1000:
            raise ValueError(f"fps: {self.fps} is out of range; allowed is 0.000001 to 1000")
        if not 0.01 <= self.speed <= 1e6:
            raise ValueError(f"speed: {self.speed} is out of range; allowed is 0.01 to 1000000")
