"""One picture from a camera, or the reason why there is none, within a time limit."""

from random import random
from threading import Event, Timer

from edge_agent.capture import LiveSource, SourceParts, open_source
from edge_agent.config.camera import CameraSettings
from edge_agent.errors import TransientError
from edge_agent.ports import Clock
from edge_agent.types import Frame


def first_frame(camera: CameraSettings, clock: Clock, wait_s: float) -> Frame:
    """Open a camera and give its first frame. Raises ConfigError or TransientError."""
    source = open_source(camera.camera.source, SourceParts(camera.camera.id, clock, random, camera.capture))
    is_late = Event()

    def give_up() -> None:
        is_late.set()
        source.close()

    timer = Timer(wait_s, give_up)
    timer.daemon = True
    timer.start()
    try:
        for frame in source.frames():
            return frame
    finally:
        timer.cancel()
        source.close()
    problem = source.status.last_problem if isinstance(source, LiveSource) else ""
    raise TransientError(problem or f"no picture within {wait_s:g} s")
