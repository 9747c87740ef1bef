"""The empty scene at full resolution: what verdicts compare with, and what outlives a restart of the agent.

It is refreshed where nothing moves or lies; elsewhere it keeps old light, which the working picture of the
empty scene corrects.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import structlog

from edge_agent.appearance.light import LogImage, correlation, fine_structure, logarithm, smoothed
from edge_agent.appearance.masks import Mask, enlarged
from edge_agent.appearance.mosaic import pixelate
from edge_agent.still_foreground.things import Window
from edge_agent.types import BoxXyxy, Image

log = structlog.get_logger(__name__)

_SAME_VIEW = 0.4
_JPEG_QUALITY = 92


class WorkingScale:
    """From a frame to the small picture on which stillness works, and back: a whole factor."""

    def __init__(self, frame: Image, largest_side_px: int) -> None:
        self.factor = -(-max(frame.shape[:2]) // largest_side_px)
        self.shape = (frame.shape[0] // self.factor, frame.shape[1] // self.factor)

    def picture(self, image: Image) -> LogImage:
        """Give the working picture of a frame or of a crop of one, without the noise of single pixels."""
        height, width = image.shape[0] // self.factor, image.shape[1] // self.factor
        small = image[: height * self.factor, : width * self.factor]
        if self.factor > 1:
            resized = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)
            small = np.asarray(resized, dtype=np.uint8)
        return logarithm(smoothed(small))

    def in_frame(self, window: Window) -> Window:
        """Give a window of the working picture in pixels of the frame."""
        rows, columns = window
        factor = self.factor
        return (
            slice(rows.start * factor, rows.stop * factor),
            slice(columns.start * factor, columns.stop * factor),
        )


class EmptyFrame:
    """The full picture of one camera's empty scene."""

    def __init__(self, image: Image, scale: WorkingScale) -> None:
        self.image = image.copy()
        self._scale = scale

    def refresh(self, image: Image, place: Mask) -> None:
        """Take over what a frame shows at a place of the working picture."""
        large = enlarged(place, self._scale.factor)
        height, width = large.shape
        cv2.copyTo(image[:height, :width], large, self.image[:height, :width])

    def crop(self, window: Window, lit_as: LogImage) -> LogImage:
        """Give a window in logarithms, in the light of the working picture of the empty scene."""
        rows, columns = self._scale.in_frame(window)
        crop = self.image[rows, columns]
        light = lit_as[window] - self._scale.picture(crop)
        size = (crop.shape[1], crop.shape[0])
        light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)
        return logarithm(smoothed(crop)) + light


class EmptyFrameFile:
    """Keeps the empty scene across restarts, so that what was left before one is still known after it."""

    def __init__(self, path: Path, every_s: float) -> None:
        self._path = path
        self._every_s = every_s
        self._written_at: datetime | None = None

    def read(self, now: Image) -> Image | None:
        """Give the stored empty scene if it shows the same view as a frame of now, else None."""
        if not self._path.exists():
            return None
        stored = cv2.imdecode(np.frombuffer(self._path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        if stored is None or stored.shape != now.shape:
            return None
        image = np.asarray(stored, dtype=np.uint8)
        structures = [fine_structure(logarithm(smoothed(picture)), 15) for picture in (image, now)]
        return image if correlation(*structures) >= _SAME_VIEW else None

    def write(self, image: Image, people: Sequence[BoxXyxy], at: datetime) -> None:
        """Store the empty scene when it is due, people hidden; a power cut leaves the older one."""
        if self._written_at is not None and (at - self._written_at).total_seconds() < self._every_s:
            return
        self._written_at = at
        encoded = cv2.imencode(".jpg", pixelate(image, people), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
        unfinished = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(encoded.tobytes())
            unfinished.replace(self._path)
        except OSError as error:  # a full disk must not stop the camera; the next write may succeed
            log.warning("empty scene is not kept", file=str(self._path), reason=str(error))
