"""Stages a drop: somebody walks in, puts a bag down and leaves, drawn into empty pictures of any place.

Walker and bag are textured, so that nothing in them is plainer than in footage, and take the light of the
place.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.types import BoxXyxy, Image

TimedImage = tuple[float, Image]


@dataclass(frozen=True, slots=True)
class Drop:
    """Where and when: the bag's box in pixels, and seconds since the start of the footage.

    The walker comes from the left, stands from `down_s` to `leaves_s` beside the bag, and goes back.
    `taken_s`: when the bag vanishes again, with the walker at its place for two seconds before.
    """

    box_xyxy_px: BoxXyxy
    down_s: float = 6.0
    leaves_s: float = 9.0
    taken_s: float = float("inf")
    is_bright: bool = False


def paved_ground(width: int = 320, height: int = 240, seed: int = 1) -> Image:
    """Give a picture of paving stones: noise, joints, and a wall at the top."""
    random = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(random.normal(0, 22, (height, width)).astype(np.float32), (0, 0), 1.2)
    ground = 130 + 2 * grain
    ground[:: height // 8] -= 25
    ground[:, :: width // 10] -= 25
    ground[: height // 4] = 90 + grain[: height // 4]
    tinted = np.dstack([ground * 0.95, ground, ground * 1.04])
    return np.clip(tinted, 0, 255).astype(np.uint8)


def empty_footage(
    picture: Image, seconds: float, fps: float = 5.0, noise: float = 2.0, seed: int = 2
) -> Iterator[TimedImage]:
    """Yield one picture again and again, each time with the sensor's own noise."""
    random = np.random.default_rng(seed)
    for number in range(round(seconds * fps)):
        grain = random.normal(0, noise, picture.shape)
        yield number / fps, np.clip(picture + grain, 0, 255).astype(np.uint8)


def staged(footage: Iterable[TimedImage], drop: Drop) -> Iterator[TimedImage]:
    """Draw a drop into footage."""
    bag, walker = _bag_texture(drop), _walker_texture(drop)
    light: float | None = None
    for at_s, image in footage:
        around = _brightness_around(image, drop.box_xyxy_px)
        light = around if light is None else light
        picture = image.copy()
        if drop.down_s <= at_s < drop.taken_s:
            _draw(picture, bag, drop.box_xyxy_px, around / light)
        place = _walker_place(drop, at_s)
        if place is not None:
            _draw(picture, walker, place, around / light)
        yield at_s, picture


def relit(footage: Iterable[TimedImage], light: Callable[[float], float]) -> Iterator[TimedImage]:
    """Multiply the brightness of the whole picture by a function of time."""
    for at_s, image in footage:
        yield at_s, np.clip(image * light(at_s), 0, 255).astype(np.uint8)


def shaded(
    footage: Iterable[TimedImage], box: BoxXyxy, from_s: float, strength: float = 0.55
) -> Iterator[TimedImage]:
    """Lay a shadow with sharp edges on the ground from a time on."""
    x1, y1, x2, y2 = (round(value) for value in box)
    for at_s, image in footage:
        picture = image.copy()
        if at_s >= from_s:
            picture[y1:y2, x1:x2] = (picture[y1:y2, x1:x2] * strength).astype(np.uint8)
        yield at_s, picture


def _brightness_around(image: Image, box: BoxXyxy) -> float:
    x1, y1, x2, y2 = (round(value) for value in box)
    margin = x2 - x1
    around = image[max(0, y1 - margin) : y2 + margin, max(0, x1 - margin) : x2 + margin]
    return float(around.mean()) + 1.0


def _bag_texture(drop: Drop) -> Image:
    """Give a bag with folds and a knot."""
    width, height = _size(drop.box_xyxy_px)
    random = np.random.default_rng(3)
    level = 205.0 if drop.is_bright else 45.0
    folds = cv2.resize(
        random.normal(0, 28, (5, 4)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    return np.clip(np.dstack([level + folds] * 3), 3, 250).astype(np.uint8)


def _walker_texture(drop: Drop) -> Image:
    width, height = _size(_walker_box(drop, 0.0))
    random = np.random.default_rng(4)
    cloth = cv2.resize(
        random.normal(0, 30, (9, 4, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    body = np.full((height, width, 3), (120, 70, 60), np.float32)
    body[: height // 6] = (130, 150, 190)
    body[height // 2 :] = (60, 45, 40)
    return np.clip(body + cloth, 3, 250).astype(np.uint8)


def _walker_box(drop: Drop, offset_px: float) -> BoxXyxy:
    """Give the walker's place: 1.5 bags wide, 3.5 bags high, just left of the bag, moved by an offset."""
    x1, y1, x2, y2 = drop.box_xyxy_px
    width, height = 1.5 * (x2 - x1), 3.5 * (y2 - y1)
    right = x1 - 2 + offset_px
    return right - width, y2 - height, right, y2


def _walker_place(drop: Drop, at_s: float) -> BoxXyxy | None:
    visits = [(drop.down_s, drop.leaves_s)]
    if drop.taken_s < float("inf"):
        visits.append((drop.taken_s - 2.0, drop.taken_s + 0.5))
    for arrives_s, leaves_s in visits:
        speed_px_s = 2.5 * (drop.box_xyxy_px[2] - drop.box_xyxy_px[0])
        away_s = max(arrives_s - at_s, at_s - leaves_s, 0.0)
        sway_px = 1.5 * np.sin(4 * at_s) if away_s == 0 else 0.0
        box = _walker_box(drop, sway_px - away_s * speed_px_s)
        if box[2] > 0:
            return box
    return None


def _size(box: BoxXyxy) -> tuple[int, int]:
    return max(1, round(box[2]) - round(box[0])), max(1, round(box[3]) - round(box[1]))


def _draw(picture: Image, texture: Image, box: BoxXyxy, light: float) -> None:
    """Draw an elliptic cut of a texture, its corners left out as real things have none."""
    x1, y1 = round(box[0]), round(box[1])
    height, width = texture.shape[:2]
    mask = _rounded(height, width)
    left, top = max(0, -x1), max(0, -y1)
    right, bottom = min(width, picture.shape[1] - x1), min(height, picture.shape[0] - y1)
    if left >= right or top >= bottom:
        return
    part = picture[y1 + top : y1 + bottom, x1 + left : x1 + right]
    lit = np.clip(texture[top:bottom, left:right] * light, 0, 255).astype(np.uint8)
    inside = mask[top:bottom, left:right]
    part[inside] = lit[inside]


def _rounded(height: int, width: int) -> npt.NDArray[np.bool_]:
    y, x = np.mgrid[0:height, 0:width]
    across, down = (x + 0.5 - width / 2) / (width / 2), (y + 0.5 - height / 2) / (height / 2)
    return np.asarray(np.abs(across) ** 4 + np.abs(down) ** 4 <= 1.0)
