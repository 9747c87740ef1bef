"""What the agent saw and decided, drawn over the footage and written as H.264, for people to look at.

Nothing in it is made unrecognisable: it is for the person at the replay, not evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np

from edge_agent.commands.drawing import BLACK, COLOUR_OF_KIND, GREY, WHITE, Canvas, zone_colour
from edge_agent.errors import ConfigError
from edge_agent.types import Event, Frame, Image, Observation, Track, TrackState, Zone
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

MIN_WIDTH_PX, MAX_WIDTH_PX = 640, 1280
"""Small footage is enlarged and large footage shrunk, so that lettering stays legible."""

SHOW_CLOSED_FRAMES = 15


@dataclass(frozen=True, slots=True)
class _Output:
    container: av.container.OutputContainer
    stream: av.VideoStream

    def encode(self, frame: av.VideoFrame | None) -> None:
        self.container.mux(self.stream.encode(frame))

    def finish(self, *, is_whole: bool) -> None:
        if is_whole:
            self.encode(None)
        self.container.close()


class AnnotatedVideo:
    """Writes one frame per analysed frame. The file appears under its name when all went well, else not
    at all.
    """

    def __init__(self, path: Path, fps: float, zones: Sequence[Zone]) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._fps = Fraction(fps).limit_denominator(1000)
        self._zones = tuple(zones)
        self._output: _Output | None = None
        self._open: dict[str, Event] = {}
        self._closed: list[tuple[Event, int]] = []

    def __enter__(self) -> Self:
        try:
            self._part.touch()
        except OSError as error:
            raise ConfigError(
                f"{self._path}: no video can be written there ({error.strerror}); give a folder that exists"
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._output is not None:
                self._output.finish(is_whole=error is None)
                if error is None:
                    self._part.replace(self._path)
        finally:
            self._part.unlink(missing_ok=True)

    def write(self, frame: Frame, observation: Observation, events: Sequence[Event]) -> None:
        """Draw and write one analysed frame."""
        self._remember(events)
        picture = self._draw(frame.image, observation)
        if self._output is None:
            self._output = _open_output(self._part, self._fps, picture)
        self._output.encode(av.VideoFrame.from_ndarray(picture, format="bgr24"))

    def _remember(self, events: Sequence[Event]) -> None:
        self._closed = [(event, left - 1) for event, left in self._closed if left > 1]
        for event in events:
            if event.phase is EventPhase.CLOSED:
                self._open.pop(event.event_id, None)
                self._closed.append((event, SHOW_CLOSED_FRAMES))
            else:
                self._open[event.event_id] = event

    def _draw(self, image: Image, observation: Observation) -> Image:
        canvas = Canvas(_fitted(image), observation.frame_size_px)
        for zone in self._zones:
            canvas.polygon(zone.polygon, zone_colour(zone.kind), zone.zone_id)
        for region in observation.moving_regions:
            canvas.box(region.box_xyxy_px, GREY)
        for still in observation.still_regions:
            canvas.box(still.box_xyxy_px, WHITE, f"still {still.score:.2f}", is_dashed=True)
        for change in observation.structure_changes:
            canvas.box(change.box_xyxy_px, COLOUR_OF_KIND[EventKind.ILLEGAL_STRUCTURE], "changed")
        for track in observation.tracks:
            if track.state is TrackState.LOST:
                continue
            canvas.box(track.box_xyxy_px, (90, 200, 90), _track_caption(track, observation))
        for event in self._open.values():
            canvas.box(event.box_xyxy_px, COLOUR_OF_KIND[event.kind], _event_caption(event), width_px=3)
        canvas.line_at_top(_status(observation), WHITE, BLACK)
        for number, (line, kind) in enumerate(self._banners()):
            canvas.banner(number, line, COLOUR_OF_KIND[kind])
        return canvas.picture

    def _banners(self) -> list[tuple[str, EventKind]]:
        banners = [(_banner(event), event.kind) for event in self._open.values()]
        return banners + [(_banner(event), event.kind) for event, _ in self._closed]


def _open_output(path: Path, fps: Fraction, picture: Image) -> _Output:
    container = av.open(str(path), "w", format="mp4")
    stream = container.add_stream("libx264", rate=fps)
    stream.height, stream.width = picture.shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": "23", "preset": "veryfast"}
    return _Output(container, stream)


def _fitted(image: Image) -> Image:
    """Bring to a legible width; H.264 in 4:2:0 wants even sides."""
    height, width = image.shape[:2]
    wanted = min(max(width, MIN_WIDTH_PX), MAX_WIDTH_PX)
    size = (wanted // 2 * 2, max(2, round(height * wanted / width) // 2 * 2))
    fitted: Image = np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    return fitted


def _status(observation: Observation) -> str:
    parts = [f"{observation.captured_at:%Y-%m-%d %H:%M:%S} UTC"]
    if observation.camera_state is not CameraState.OK:
        parts.append(f"camera {observation.camera_state}: rules suspended")
    if observation.background_settling:
        parts.append("light changed: settling")
    parts.append("detector looked" if observation.detector_ran else "detector rests")
    return "  |  ".join(parts)


def _track_caption(track: Track, observation: Observation) -> str:
    caption = f"#{track.track_id} {track.label} {track.score:.2f}"
    if track.still_since is None:
        return caption
    return f"{caption} still {(observation.captured_at - track.still_since).total_seconds():.0f} s"


def _event_caption(event: Event) -> str:
    return f"{event.kind} {event.score:.2f}"


def _banner(event: Event) -> str:
    line = f"{event.kind} {event.phase} in {event.zone_id}: {event.label}, since {event.started_at:%H:%M:%S}"
    width_m = event.attributes.get("clear_width_m")
    if isinstance(width_m, int | float):
        line += f", {width_m:.1f} m free"
    if event.fix is not None:
        line += f", {event.fix.lon:.5f} {event.fix.lat:.5f} +-{event.fix.error_m:.1f} m"
    return line
