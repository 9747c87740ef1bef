"""Tiny videos and pictures, drawn when a test needs them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from edge_agent.types import Frame, Image

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def numbered(count: int, size: tuple[int, int] = (64, 48)) -> list[Image]:
    """Give pictures whose grey level tells their number, 8 levels apart."""
    width, height = size
    return [np.full((height, width, 3), 16 + 8 * number, np.uint8) for number in range(count)]


def number_of(image: Image) -> int:
    """Read the number back from a picture of `numbered`, also after compression."""
    return round((float(image.mean()) - 16) / 8)


def write_video(
    path: Path, images: Iterable[Image], fps: float = 10.0, times_s: Sequence[float] | None = None
) -> Path:
    """Encode pictures; `times_s` gives each its own time (variable frame rate)."""
    rate = Fraction(fps).limit_denominator(1001)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "12", "g": "5", "bf": "0"})
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, 1000)
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, image in enumerate(images):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            time_s = number / float(rate) if times_s is None else times_s[number]
            frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def textured(size: tuple[int, int] = (320, 240), seed: int = 7) -> Image:
    """Give a street-like picture: a smooth ground, a lattice of edges, fine grain."""
    width, height = size
    chance = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 120, np.uint8)
    for _ in range(60):
        x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
        w, h = (int(side) for side in chance.integers(8, 60, 2))
        colour = tuple(int(level) for level in chance.integers(30, 220, 3))
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour, -1)
    return with_noise(picture, chance, 3.0)


def with_noise(image: Image, chance: np.random.Generator, deviation: float = 2.0) -> Image:
    """Add a sensor's noise."""
    noisy = image.astype(np.float32) + chance.normal(0, deviation, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def frame_at(seconds: float, image: Image, camera_id: str = "camera") -> Frame:
    """Make a frame that was captured so many seconds after START."""
    return Frame(camera_id, round(seconds * 1000), START + timedelta(seconds=seconds), image)
