"""The picture without anything in it: sky, walls and a paved ground seen in perspective."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tests.drawn_scenes.camera import SceneCamera
from tests.drawn_scenes.canvas import Colour, Picture

TEXELS_PER_M = 40
Quad = npt.NDArray[np.float32]
"""Four corners (4, 2), clockwise from the far left."""


@dataclass(frozen=True, slots=True)
class Wall:
    """An upright rectangle between two ground points, with courses of stone and windows."""

    start_m: tuple[float, float]
    end_m: tuple[float, float]
    height_m: float
    colour: Colour
    windows: int = 0


@dataclass(frozen=True, slots=True)
class Marking:
    """A painted polygon on the ground, in metres."""

    corners_m: tuple[tuple[float, float], ...]
    colour: Colour
    strength: float = 0.75


def paved(
    rng: np.random.Generator, width_m: float, depth_m: float, colour: Colour, joint_m: float
) -> Picture:
    """Make a ground texture seen from above: grain, stains and joints every `joint_m` m (0: none)."""
    height, width = int(depth_m * TEXELS_PER_M), int(width_m * TEXELS_PER_M)
    grain = rng.normal(0, 9, (height, width)).astype(np.float32)
    coarse = rng.normal(0, 1, (max(2, height // 50), max(2, width // 50))).astype(np.float32)
    stains = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * 7
    texture = np.array(colour, np.float32) + (grain + stains)[..., None]
    if joint_m > 0:
        step = max(2, int(joint_m * TEXELS_PER_M))
        tint = rng.normal(0, 6, (height // step + 2, width // step + 2)).astype(np.float32)
        tiles = np.repeat(np.repeat(tint, step, axis=0), step, axis=1)[:height, :width]
        texture += tiles[..., None]
        texture[::step] -= 28
        texture[:, ::step] -= 28
    return np.clip(texture, 0, 255).astype(np.uint8)


def plate(
    camera: SceneCamera,
    texture: Picture,
    origin_m: tuple[float, float],
    sky: Colour,
    walls: Sequence[Wall] = (),
    markings: Sequence[Marking] = (),
    rng: np.random.Generator | None = None,
) -> Picture:
    """Paint the empty scene, at the camera's size. `origin_m` is the near left corner of the texture."""
    image = _sky(camera, sky)
    width_m, depth_m = texture.shape[1] / TEXELS_PER_M, texture.shape[0] / TEXELS_PER_M
    left, near = origin_m
    painted = texture.copy()
    for marking in markings:
        _paint_marking(painted, marking, origin_m, depth_m)
    corners = np.array(
        [
            (left, near + depth_m, 0),
            (left + width_m, near + depth_m, 0),
            (left + width_m, near, 0),
            (left, near, 0),
        ]
    )
    source = np.array(
        [(0, 0), (texture.shape[1], 0), (texture.shape[1], texture.shape[0]), (0, texture.shape[0])],
        np.float32,
    )
    _warp(image, painted, source, camera.project(corners).astype(np.float32))
    for wall in sorted(walls, key=lambda item: -(item.start_m[1] + item.end_m[1])):
        _paint_wall(image, camera, wall, rng or np.random.default_rng(0))
    return image


def _sky(camera: SceneCamera, colour: Colour) -> Picture:
    down = np.linspace(0.85, 1.1, camera.height_px, dtype=np.float32)[:, None, None]
    flat = np.ones((camera.height_px, camera.width_px, 1), np.float32)
    return np.asarray(np.clip(np.array(colour, np.float32) * down * flat, 0, 255), np.uint8)


def _paint_marking(texture: Picture, marking: Marking, origin_m: tuple[float, float], depth_m: float) -> None:
    corners = np.array(
        [
            ((x - origin_m[0]) * TEXELS_PER_M, (depth_m - (y - origin_m[1])) * TEXELS_PER_M)
            for x, y in marking.corners_m
        ]
    ).astype(np.int32)
    layer = texture.copy()
    cv2.fillPoly(layer, [corners], marking.colour)
    cv2.addWeighted(layer, marking.strength, texture, 1 - marking.strength, 0, dst=texture)


def _paint_wall(image: Picture, camera: SceneCamera, wall: Wall, rng: np.random.Generator) -> None:
    (x1, y1), (x2, y2) = wall.start_m, wall.end_m
    length_m = float(np.hypot(x2 - x1, y2 - y1))
    width, height = max(8, int(length_m * TEXELS_PER_M)), max(8, int(wall.height_m * TEXELS_PER_M))
    texture = np.clip(np.array(wall.colour, np.float32) + rng.normal(0, 5, (height, width, 1)), 0, 255)
    texture[:: int(0.3 * TEXELS_PER_M)] -= 14
    for index in range(wall.windows):
        centre = int((index + 0.5) * width / wall.windows)
        for top_m in np.arange(1.2, wall.height_m - 0.6, 3.0):
            top, half = int((wall.height_m - top_m - 1.3) * TEXELS_PER_M), int(0.6 * TEXELS_PER_M)
            if top > 0:
                texture[top : top + int(1.3 * TEXELS_PER_M), max(0, centre - half) : centre + half] = (
                    92,
                    78,
                    66,
                )
    corners = np.array([(x1, y1, wall.height_m), (x2, y2, wall.height_m), (x2, y2, 0), (x1, y1, 0)])
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    painted = np.clip(texture, 0, 255).astype(np.uint8)
    _warp(image, painted, source, camera.project(corners).astype(np.float32))


def _warp(image: Picture, texture: Picture, source: Quad, target: Quad) -> None:
    """Lay a texture over the picture, its corners at `target`."""
    matrix = cv2.getPerspectiveTransform(source, target)
    size = (image.shape[1], image.shape[0])
    warped = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(texture.shape[:2], 255, np.uint8), matrix, size)
    image[mask > 127] = warped[mask > 127]
