"""What a cheap camera adds to a clean picture: grain, a restless exposure, rain, the codec."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""BGR (H, W, 3)."""


def grainy(picture: Picture, rng: np.random.Generator, sigma: float, flicker: float = 0.0) -> Picture:
    """Add sensor noise, stronger in dark parts, and a change of exposure by about `flicker`."""
    gain = 1.0 + float(rng.normal(0, flicker)) if flicker else 1.0
    values = picture.astype(np.float32) * gain
    luma = rng.normal(0, sigma, picture.shape[:2]).astype(np.float32)
    chroma = cv2.GaussianBlur(rng.normal(0, sigma * 0.9, picture.shape).astype(np.float32), (3, 3), 0)
    strength = 1.15 - 0.5 * values.mean(axis=2, keepdims=True) / 255
    return np.asarray(np.clip(values + (luma[..., None] + chroma) * strength, 0, 255), np.uint8)


def rainy(picture: Picture, rng: np.random.Generator, drops: int = 260) -> Picture:
    """Draw falling drops as thin slanted streaks."""
    height, width = picture.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    for _ in range(drops):
        near = float(rng.uniform(0.2, 1.0))
        x, y = int(rng.integers(-10, width + 10)), int(rng.integers(-20, height))
        end = (x + int(-3 * near), y + int(8 + 26 * near))
        cv2.line(layer, (x, y), end, int(40 + 75 * near), 1, cv2.LINE_AA)
    veil = cv2.GaussianBlur(layer, (3, 3), 0).astype(np.float32)[..., None] / 255 * 0.55
    return np.asarray(picture * (1 - veil) + 205 * veil, np.uint8)


def write_mp4(path: Path, pictures: Iterator[Picture], fps: Fraction, crf: int) -> int:
    """Write H.264 in MP4, whole or not at all; gives the number of frames."""
    partial, count = path.with_suffix(".partial.mp4"), 0
    with av.open(str(partial), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf), "preset": "slow", "g": "50"}
        for picture in pictures:
            if count == 0:
                stream.height, stream.width = picture.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            count += 1
        container.mux(stream.encode())
    partial.replace(path)
    return count


def covered(picture: Picture, share: float) -> Picture:
    """Draw a dark cloth over the lens from the top right; `share` 1 leaves nothing of the view."""
    if share <= 0:
        return picture
    height, width = picture.shape[:2]
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    edge = (across / width * 0.55 + (1 - down / height) * 0.45) - (1 - 1.15 * share)
    alpha = np.clip(edge / 0.12, 0, 1)[..., None]
    weave = 3.0 * np.sin(across * 0.11 + down * 0.03) + 4.0 * np.sin(down * 0.02 - across * 0.013)
    cloth = np.array([40.0, 36.0, 34.0], np.float32) + weave[..., None]
    soft = cv2.GaussianBlur(picture, (0, 0), 0.1 + 3 * share).astype(np.float32)
    return np.asarray(np.clip(soft * (1 - alpha) + cloth * alpha, 0, 255), np.uint8)
