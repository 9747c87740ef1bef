"""Paints a scene far to near: textured planes, shaded solids, round limbs and their shadows.

Everything is drawn at twice the size and averaged down, so that edges are soft as a lens makes them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from tests.drawn_scenes.camera import Points, SceneCamera

Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Blue, green, red."""

OVERSAMPLING = 2


@dataclass(frozen=True, slots=True)
class Light:
    """The sun: how far its light travels (x, y per metre of height), its strength and the sky's."""

    shadow_per_m: tuple[float, float] = (0.5, 0.35)
    sun: float = 0.35
    sky: float = 0.72
    tint: Colour = (255, 255, 255)

    def shade(self, normal: Points) -> float:
        """Brightness of a face with this outward normal (Lambert's cosine law)."""
        towards_sun = np.array([-self.shadow_per_m[0], -self.shadow_per_m[1], 1.0])
        towards_sun /= np.linalg.norm(towards_sun)
        return self.sky + self.sun * max(0.0, float(normal @ towards_sun))


@dataclass
class Canvas:
    """Collects what is to be painted, then paints it in order of distance."""

    camera: SceneCamera
    light: Light
    background: Picture
    _shadows: list[Points] = field(default_factory=list)
    _paints: list[tuple[float, Callable[[Picture], None]]] = field(default_factory=list)

    def _pixels(self, points_m: Points) -> npt.NDArray[np.int32]:
        return np.round(self.camera.project(points_m) * OVERSAMPLING).astype(np.int32)

    def _distance(self, points_m: Points) -> float:
        return float(self.camera.to_camera(points_m)[:, 2].mean())

    def face(self, corners_m: Points, colour: Colour, normal: Points, in_front_m: float = 0.0) -> None:
        """Paint a flat polygon (N, 3) unless turned away; `in_front_m` lifts a detail off a surface."""
        centre = corners_m.mean(axis=0)
        eye = np.array([0.0, 0.0, self.camera.height_m])
        if float(normal @ (eye - centre)) <= 0:
            return
        shaded = _scaled(colour, self.light.shade(normal))
        pixels = self._pixels(corners_m)

        def paint(image: Picture) -> None:
            cv2.fillPoly(image, [pixels], shaded)

        self._paints.append((self._distance(corners_m) - in_front_m, paint))

    def box(self, low: tuple[float, float, float], high: tuple[float, float, float], colour: Colour) -> None:
        """Paint an upright box between two opposite corners, with its shadow."""
        x1, y1, z1 = low
        x2, y2, z2 = high
        sides = [
            ([(x1, y1, z1), (x2, y1, z1), (x2, y1, z2), (x1, y1, z2)], (0, -1, 0)),
            ([(x1, y1, z1), (x1, y2, z1), (x1, y2, z2), (x1, y1, z2)], (-1, 0, 0)),
            ([(x2, y1, z1), (x2, y2, z1), (x2, y2, z2), (x2, y1, z2)], (1, 0, 0)),
            ([(x1, y1, z2), (x2, y1, z2), (x2, y2, z2), (x1, y2, z2)], (0, 0, 1)),
        ]
        for corners, normal in sides:
            self.face(np.array(corners, dtype=np.float64), colour, np.array(normal, dtype=np.float64))
        base = np.array([(x1, y1, 0), (x2, y1, 0), (x2, y2, 0), (x1, y2, 0)], dtype=np.float64)
        self.shadow(np.vstack([base, _cast(base + np.array([0, 0, z2]), self.light)]))

    def limb(self, start_m: Points, end_m: Points, radius_m: float, colour: Colour) -> None:
        """Paint a round stick, for arms, legs and wheels' spokes."""
        points = np.array([start_m, end_m], dtype=np.float64)
        pixels = self._pixels(points)
        distance = self._distance(points)
        width = max(1, round(2 * radius_m * self.camera.focal_px / max(distance, 0.5) * OVERSAMPLING))
        dark, bright = (
            _scaled(colour, self.light.sky * 0.85),
            _scaled(colour, self.light.sky + self.light.sun * 0.6),
        )

        def paint(image: Picture) -> None:
            first, last = tuple(map(int, pixels[0])), tuple(map(int, pixels[1]))
            cv2.line(image, first, last, dark, width, cv2.LINE_AA)
            shift = -max(1, width // 6)
            cv2.line(
                image,
                (first[0] + shift, first[1]),
                (last[0] + shift, last[1]),
                bright,
                max(1, width // 2),
                cv2.LINE_AA,
            )

        self._paints.append((distance, paint))

    def blob(self, outline_m: Points, colour: Colour, shine: float = 0.35) -> None:
        """Paint a soft body from its outline (N, 3), darker below, with a highlight: a bag, a head."""
        pixels = self._pixels(outline_m)
        self._paints.append(
            (self._distance(outline_m) - 0.05, lambda image: _paint_blob(image, pixels, colour, shine))
        )

    def shadow(self, points_m: Points) -> None:
        """Darken the ground under the convex hull of these ground points (N, 3)."""
        if self.light.sun > 0:
            self._shadows.append(points_m)

    def finish(self) -> Picture:
        """Give the painted picture (H, W, 3)."""
        size = (self.camera.width_px * OVERSAMPLING, self.camera.height_px * OVERSAMPLING)
        image = cv2.resize(self.background, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)
        if self._shadows:
            image = _darken(image, [self._pixels(points) for points in self._shadows], self.light.sun)
        for _, paint in sorted(self._paints, key=lambda item: -item[0]):
            paint(image)
        small = cv2.resize(image, (self.camera.width_px, self.camera.height_px), interpolation=cv2.INTER_AREA)
        return small.astype(np.uint8)


def _scaled(colour: Colour, factor: float) -> Colour:
    blue, green, red = (min(255, max(0, round(part * factor))) for part in colour)
    return blue, green, red


def _cast(points_m: Points, light: Light) -> Points:
    """Drop points along the light onto the ground."""
    height = points_m[:, 2]
    return np.column_stack(
        [
            points_m[:, 0] + light.shadow_per_m[0] * height,
            points_m[:, 1] + light.shadow_per_m[1] * height,
            np.zeros_like(height),
        ]
    )


def _darken(image: Picture, outlines: list[npt.NDArray[np.int32]], strength: float) -> Picture:
    mask = np.zeros(image.shape[:2], np.uint8)
    for outline in outlines:
        cv2.fillConvexPoly(mask, cv2.convexHull(outline), 255)
    soft = cv2.GaussianBlur(mask, (0, 0), 2.5).astype(np.float32)[..., None] / 255
    return np.asarray(image * (1 - min(0.6, strength * 1.1) * soft), np.uint8)


def _paint_blob(image: Picture, outline: npt.NDArray[np.int32], colour: Colour, shine: float) -> None:
    x, y, width, height = cv2.boundingRect(outline)
    if width < 2 or height < 2 or x < 0 or y < 0 or x + width > image.shape[1] or y + height > image.shape[0]:
        return
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [outline - [x, y]], 255)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    across, down = across / width, down / height
    brightness = (
        0.95 - 0.55 * down + shine * np.exp(-(((across - 0.35) / 0.16) ** 2) - ((down - 0.28) / 0.14) ** 2)
    )
    folds = 0.06 * np.sin(across * 21 + down * 9) * (1 - down)
    body = np.clip(np.array(colour, np.float32) * (brightness + folds)[..., None], 0, 255)
    alpha = (mask.astype(np.float32) / 255)[..., None]
    patch = image[y : y + height, x : x + width]
    patch[:] = (body * alpha + patch * (1 - alpha)).astype(np.uint8)
