"""Three quiet minutes of footage for the benchmark, drawn and encoded on the spot: somebody passes and leaves
a bag.
"""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from edge_agent.types import Image

WIDTH_PX, HEIGHT_PX = 640, 480
_DROPS_AFTER_S, _GONE_AFTER_S = 5.0, 10.0
_NOISE_FIELDS = 8
_NOISE_SIGMA = 1.5


def write_quiet_clip(path: Path, *, length_s: float = 180.0, enters_s: float = 20.0, fps: int = 15) -> None:
    """Write the clip as H.264; the same pictures each time.

    Somebody enters at `enters_s`, sets a bag down in the middle five seconds later, and is gone after
    another five.
    """
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "23"}
        for picture in _pictures(round(length_s * fps), enters_s, fps):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))


def _pictures(count: int, enters_s: float, fps: int) -> Iterator[Image]:
    chance = np.random.default_rng(7)
    ground = _ground(chance)
    noisy = [_with_noise(ground, chance) for _ in range(_NOISE_FIELDS)]
    for number in range(count):
        picture = noisy[number % _NOISE_FIELDS].copy()
        _draw_passage(picture, number / fps - enters_s)
        yield picture


def _with_noise(picture: Image, chance: np.random.Generator) -> Image:
    noise = chance.normal(0, _NOISE_SIGMA, (HEIGHT_PX, WIDTH_PX, 1))
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _ground(chance: np.random.Generator) -> Image:
    """Give a pavement with some texture before a wall."""
    coarse = chance.normal(0, 1, (HEIGHT_PX // 8, WIDTH_PX // 8)).astype(np.float32)
    texture = cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC) * 9
    shade = np.where(np.arange(HEIGHT_PX)[:, None] < 180, 95.0, 140.0)
    ground: Image = np.clip(np.repeat((shade + texture)[..., None], 3, axis=2), 0, 255).astype(np.uint8)
    for x in range(40, WIDTH_PX, 120):
        cv2.rectangle(ground, (x, 60), (x + 60, 150), (70, 90, 110), -1)
    return ground


def _draw_passage(picture: Image, second: float) -> None:
    """Draw somebody who walks in from the left with a bag, sets it down in the middle and walks back."""
    middle = WIDTH_PX // 2
    has_dropped = second >= _DROPS_AFTER_S
    if has_dropped:
        _draw_bag(picture, (middle, 355))
    if 0 <= second < _GONE_AFTER_S:
        way = 1 - abs(second - _DROPS_AFTER_S) / _DROPS_AFTER_S
        x = round(-60 + (middle + 20) * way)
        _draw_person(picture, x)
        if not has_dropped:
            _draw_bag(picture, (x + 40, 330))


def _draw_person(picture: Image, x: int) -> None:
    cv2.ellipse(picture, (x, 190), (16, 20), 0, 0, 360, (120, 140, 180), -1)
    cv2.rectangle(picture, (x - 24, 210), (x + 24, 290), (60, 40, 120), -1)
    cv2.rectangle(picture, (x - 20, 290), (x + 20, 360), (50, 45, 40), -1)


def _draw_bag(picture: Image, centre: tuple[int, int]) -> None:
    cv2.ellipse(picture, centre, (26, 30), 0, 0, 360, (25, 25, 28), -1)
    cv2.ellipse(picture, (centre[0] - 8, centre[1] - 10), (6, 10), 20, 0, 360, (70, 70, 75), -1)
