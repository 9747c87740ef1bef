"""Changes light and lens of a training picture: always a little, sometimes night, rain, grey, blur or
compression."""

from collections.abc import Callable

import cv2
import numpy as np

from models.train.samples import Picture


def weather(picture: Picture, rng: np.random.Generator, strength: float = 1.0) -> Picture:
    """Change a picture (H, W, 3); `strength` (0 to 1) scales the chances of the rare changes."""
    image = _tint(picture, rng)
    for chance, change in _CHANGES:
        if rng.random() < chance * strength:
            image = change(image, rng)
    return image


def _tint(picture: Picture, rng: np.random.Generator) -> Picture:
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(-6, 6)) % 180
    hsv[..., 1] *= rng.uniform(0.6, 1.4)
    hsv[..., 2] = hsv[..., 2] * rng.uniform(0.65, 1.35) + rng.uniform(-12, 12)
    return np.asarray(cv2.cvtColor(np.clip(hsv, 0, 255).astype(np.uint8), cv2.COLOR_HSV2BGR), np.uint8)


def _night(image: Picture, rng: np.random.Generator) -> Picture:
    """Darken towards the edges of a lamp's light, tint it, and add the noise of a lifted gain."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lamp = rng.uniform(0, 1, 2) * [width, height]
    reach = rng.uniform(0.4, 1.2) * width
    light = 0.25 + 0.75 * np.exp(-((x - lamp[0]) ** 2 + (y - lamp[1]) ** 2) / reach**2)
    tint = np.array([rng.uniform(0.5, 1.0), rng.uniform(0.75, 1.0), 1.0], np.float32)
    dark = image.astype(np.float32) * light[..., None] * tint * rng.uniform(0.35, 0.9)
    noisy = np.clip(dark + rng.normal(0, rng.uniform(2, 12), image.shape), 0, 255)
    return np.asarray(noisy, np.uint8)


def _rain(image: Picture, rng: np.random.Generator) -> Picture:
    layer = np.zeros(image.shape[:2], np.uint8)
    slant = rng.uniform(-4, 4)
    for x, y in rng.uniform(0, image.shape[0], (int(rng.integers(60, 250)), 2)):
        length = rng.uniform(6, 18)
        cv2.line(layer, (int(x), int(y)), (int(x + slant), int(y + length)), 120, 1)
    pale = cv2.addWeighted(
        image, rng.uniform(0.75, 0.95), np.full_like(image, 190), rng.uniform(0.03, 0.2), 0
    )
    return np.asarray(cv2.add(pale, cv2.cvtColor(layer, cv2.COLOR_GRAY2BGR)), np.uint8)


def _grey(image: Picture, rng: np.random.Generator) -> Picture:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    lifted = np.clip(grey * rng.uniform(0.8, 1.5) + rng.normal(0, 4, grey.shape), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(lifted, cv2.COLOR_GRAY2BGR), np.uint8)


def _blur(image: Picture, rng: np.random.Generator) -> Picture:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.8)), np.uint8)


def _compress(image: Picture, rng: np.random.Generator) -> Picture:
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 75))])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


_CHANGES: tuple[tuple[float, Callable[[Picture, np.random.Generator], Picture]], ...] = (
    (0.10, _night),
    (0.05, _rain),
    (0.08, _grey),
    (0.12, _blur),
    (0.15, _compress),
)
"""Chance of each change in a picture."""
