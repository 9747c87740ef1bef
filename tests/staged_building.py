"""Stages what happens on a roof over days: weather, a shed, laundry, shadows, drawn into one picture."""

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from edge_agent.types import BoxXyxy, Frame, Image

FIRST_DAY = datetime(2026, 11, 1, 2, tzinfo=UTC)
"""Ten in the morning in Shanghai."""

MARGIN = 1.08
"""The scenery is larger than the view, so that a camera that shifts a little sees real surroundings."""


def roof(width: int = 480, height: int = 360, seed: int = 1) -> Image:
    """Give scenery: a textured roof, a parapet, pipes, houses behind; larger than the view by `MARGIN`."""
    random = np.random.default_rng(seed)
    size = (round(height * MARGIN), round(width * MARGIN))
    grain = cv2.GaussianBlur(random.normal(0, 30, size).astype(np.float32), (0, 0), 1.5)
    picture = 125 + 2.5 * grain
    for _ in range(60):
        x, y = int(random.uniform(0, size[1])), int(random.uniform(0, size[0] / 3))
        level, w, h = random.uniform(50, 200), int(random.uniform(8, 40)), int(random.uniform(8, 30))
        picture[y : y + h, x : x + w] = level
    picture[size[0] // 3 : size[0] // 3 + 6] = 70
    for x in range(30, size[1], 90):
        picture[size[0] // 3 :, x : x + 4] -= 45
    tinted = np.dstack([picture * 0.94, picture, picture * 1.05])
    return np.clip(tinted, 0, 255).astype(np.uint8)


def with_shed(scenery: Image, box: BoxXyxy, seed: int = 0) -> Image:
    """Give the scenery with a shed in it; another seed is another shed (or laundry)."""
    random = np.random.default_rng(seed)
    x1, y1, x2, y2 = (round(value) for value in box)
    width, height = x2 - x1, y2 - y1
    shed = np.full((height, width, 3), random.uniform(60, 200, 3), np.float32)
    shed[: height // 3] = random.uniform(40, 160, 3)
    shed[:, :: max(4, width // 8)] -= 30
    shed[height // 2 :, width // 3 : width // 2] = 50
    picture = scenery.copy()
    picture[y1:y2, x1:x2] = np.clip(shed + random.normal(0, 4, shed.shape), 0, 255).astype(np.uint8)
    return picture


def with_shade(scenery: Image, box: BoxXyxy, strength: float = 0.5) -> Image:
    """Give the scenery with a shadow on it, its edges a little soft."""
    x1, y1, x2, y2 = (round(value) for value in box)
    shade = np.zeros(scenery.shape[:2], np.float32)
    cv2.fillConvexPoly(shade, np.array([[x1, y1], [x2, y1 + 15], [x2 + 20, y2], [x1 + 25, y2]]), 1.0)
    shade = cv2.GaussianBlur(shade, (0, 0), 1.5)[..., None]
    return np.clip(scenery * (1 - (1 - strength) * shade), 0, 255).astype(np.uint8)


def seen(scenery: Image, random: np.random.Generator, shift: float = 0.01) -> Image:
    """Give what the camera makes of it on one day: other light and colour, a shift of up to 1 %, noise."""
    tall, broad = scenery.shape[:2]
    height, width = round(tall / MARGIN), round(broad / MARGIN)
    slope = 1 + random.uniform(-0.25, 0.25) * np.linspace(-1, 1, broad)[None, :, None]
    light = random.uniform(0.65, 1.2) * slope * random.uniform(0.94, 1.06, 3)
    lit = (scenery / 255.0) ** random.uniform(0.75, 1.3) * 255 * light
    warp = cv2.getRotationMatrix2D((broad / 2, tall / 2), random.uniform(-0.3, 0.3), 1.0)
    warp[:, 2] += random.uniform(-shift * width, shift * width, 2)
    moved = cv2.warpAffine(lit, warp, (broad, tall), borderMode=cv2.BORDER_REFLECT)
    top, left = (tall - height) // 2, (broad - width) // 2
    view = moved[top : top + height, left : left + width]
    return np.clip(view + random.normal(0, 4, view.shape), 0, 255).astype(np.uint8)


def box_in_view(box: BoxXyxy, scenery: Image) -> BoxXyxy:
    """Give where a box of the scenery is in an unshifted view."""
    tall, broad = scenery.shape[:2]
    top, left = (tall - round(tall / MARGIN)) // 2, (broad - round(broad / MARGIN)) // 2
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def frame_of_day(image: Image, day: int, hour: float = 0.0) -> Frame:
    """Give a picture as the frame of a day, so many hours after ten in the morning."""
    return Frame("camera", day, FIRST_DAY + timedelta(days=day, hours=hour), image)
