"""Which parts of the picture a thing can change: itself, its shadow and its mirror image in wet ground."""

from collections.abc import Sequence

import numpy as np

from models.scenes.light import Light
from models.scenes.pinhole import Camera
from models.scenes.shapes.mesh import Points
from models.scenes.shapes.thing import Thing

Window = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

MARGIN_PX = 8
STEP_PX = 8
"""Windows lie on a grid of this step, so that neighbouring frames share their edges."""
MAX_SHADOW_M = 6.0


def window_of(thing: Thing, camera: Camera, light: Light, wet: float) -> Window | None:
    """Give the window that holds everything a thing changes, None when that lies outside the picture."""
    points = thing.vertices_m()
    touched = [points, *_shadows(points, light)]
    if wet > 0:
        touched.append(points * [1, 1, -1])
    seen = camera.seen(np.vstack(touched))
    seen = seen[seen[:, 2] > 0.3]
    if not len(seen):
        return None
    low, high = seen[:, :2].min(axis=0) - MARGIN_PX, seen[:, :2].max(axis=0) + MARGIN_PX
    left, top = (max(0, int(np.floor(value / STEP_PX)) * STEP_PX) for value in low)
    right = min(camera.width_px, int(np.ceil(high[0] / STEP_PX)) * STEP_PX)
    bottom = min(camera.height_px, int(np.ceil(high[1] / STEP_PX)) * STEP_PX)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _shadows(points: Points, light: Light) -> list[Points]:
    """Where the points' shadows fall on the ground."""
    found = []
    if light.sun_w_m2 > 0:
        height, azimuth = np.radians(light.sun_height_deg), np.radians(light.sun_from_deg)
        away = np.array([-np.sin(azimuth), -np.cos(azimuth)]) / np.tan(height)
        found.append(_dropped(points, points[:, 2:3] * away))
    for lamp in light.lamps:
        above = np.maximum(lamp.at_m[2] - points[:, 2:3], 0.3)
        offset = (points[:, :2] - np.array(lamp.at_m[:2])) * points[:, 2:3] / above
        if np.linalg.norm(points[:, :2].mean(axis=0) - np.array(lamp.at_m[:2])) < MAX_SHADOW_M * 1.5:
            found.append(_dropped(points, offset))
    return found


def _dropped(points: Points, offset: Points) -> Points:
    length = np.linalg.norm(offset, axis=1, keepdims=True)
    kept = offset * np.minimum(1.0, MAX_SHADOW_M / np.maximum(length, 1e-9))
    return np.column_stack([points[:, :2] + kept, np.zeros(len(points))])


def merged(windows: Sequence[Window]) -> list[Window]:
    """Join windows that overlap until none do."""
    result: list[Window] = []
    for window in sorted(windows):
        joined = window
        changed = True
        while changed:
            changed = False
            for other in result:
                if _overlap(joined, other):
                    joined = _union(joined, other)
                    result.remove(other)
                    changed = True
                    break
        result.append(joined)
    return sorted(result)


def _overlap(first: Window, second: Window) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def _union(first: Window, second: Window) -> Window:
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )
