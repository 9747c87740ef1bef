"""Simulated cameras over a flat yard: their control points as an installer would click them, and bags as a
detector would box them. All of it from a seed.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from shapely import MultiPoint

from edge_agent.geolocate import ControlPoint, GeolocateParams, LocalPlane
from edge_agent.types import BoxXyxy

Points = npt.NDArray[np.float64]

SIZE_PX = (1280, 720)
EARTH = LocalPlane(121.5601, 31.2555)
CLICK_SIGMA_PX = 2.0
NEAREST_M, FURTHEST_M = 4.0, 30.0
_MARGIN_PX = 5.0
_RING = np.arange(24) * np.pi / 12


@dataclass(frozen=True, slots=True)
class YardCamera:
    """A pinhole `height_m` above the ground at (0, 0); angles in radians."""

    height_m: float
    yaw: float
    tilt: float
    roll: float
    focal_px: float

    def see(self, points_m: Points) -> Points:
        """Give the pixels (N, 2) of points (N, 3); NaN behind the camera."""
        forward = np.array(
            [np.sin(self.yaw) * np.cos(self.tilt), np.cos(self.yaw) * np.cos(self.tilt), -np.sin(self.tilt)]
        )
        level = np.array([np.cos(self.yaw), -np.sin(self.yaw), 0.0])
        right = np.cos(self.roll) * level + np.sin(self.roll) * np.cross(forward, level)
        seen = (points_m - (0.0, 0.0, self.height_m)) @ np.stack([right, np.cross(forward, right), forward]).T
        with np.errstate(all="ignore"):
            pixels = seen[:, :2] / seen[:, 2:] * self.focal_px + np.array(SIZE_PX) / 2
        return np.where(seen[:, 2:] > 0, pixels, np.nan)


def draw_camera(rng: np.random.Generator) -> YardCamera:
    """Draw a camera as they hang beside bins and lanes: 3-6 m high, 63-93 degrees wide, roughly level."""
    return YardCamera(
        height_m=rng.uniform(3, 6),
        yaw=rng.uniform(0, 2 * np.pi),
        tilt=np.radians(rng.uniform(14, 32)),
        roll=np.radians(rng.normal(0, 1.5)),
        focal_px=SIZE_PX[0] * rng.uniform(0.475, 0.82),
    )


def scatter(camera: YardCamera, rng: np.random.Generator, count: int) -> Points:
    """Draw places on the ground (N, 2) inside the picture."""
    found: list[Points] = []
    while len(found) < count:
        distance, bearing = rng.uniform(NEAREST_M, FURTHEST_M), camera.yaw + rng.uniform(-0.8, 0.8)
        place = np.array([distance * np.sin(bearing), distance * np.cos(bearing)])
        (pixel,) = camera.see(np.array([[*place, 0.0]]))
        if np.isfinite(pixel).all() and (np.minimum(pixel, SIZE_PX - pixel) > _MARGIN_PX).all():
            found.append(place)
    return np.array(found)


@dataclass(frozen=True, slots=True)
class Clicked:
    """Control points as they were surveyed (N, 2) metres and clicked (N, 2) pixels."""

    surveyed_m: Points
    clicks_px: Points

    def control_points(self) -> list[ControlPoint]:
        """Give them as camera.toml holds them."""
        return [
            ControlPoint((float(x) / SIZE_PX[0], float(y) / SIZE_PX[1]), (float(lon), float(lat)))
            for (x, y), (lon, lat) in zip(self.clicks_px, EARTH.to_lonlat(self.surveyed_m), strict=True)
        ]

    def widest_four(self) -> "Clicked":
        """Give the four that span the largest part of the picture, as who needs only four would choose."""
        fours = [list(four) for four in combinations(range(len(self.clicks_px)), 4)]
        four = max(fours, key=lambda four: MultiPoint(self.clicks_px[four]).convex_hull.area)
        return Clicked(self.surveyed_m[four], self.clicks_px[four])


def click(
    camera: YardCamera, rng: np.random.Generator, survey_sigma_m: float, mark_sigma_m: float
) -> Clicked:
    """Survey and click 6 to 12 marks, spread over the picture as the guide asks."""
    while True:
        marks = scatter(camera, rng, int(rng.integers(6, 13)))
        pixels = camera.see(np.column_stack([marks, np.zeros(len(marks))]))
        if (np.ptp(pixels, axis=0) / SIZE_PX > (0.35, 0.25)).all():
            break
    surveyed = marks + rng.normal(0, survey_sigma_m, 2) + rng.normal(0, mark_sigma_m, marks.shape)
    clicks = np.clip(pixels + rng.normal(0, CLICK_SIGMA_PX, pixels.shape), 0, SIZE_PX)
    return Clicked(surveyed, clicks)


def bag_box(
    camera: YardCamera, rng: np.random.Generator, place_m: Points, params: GeolocateParams
) -> BoxXyxy | None:
    """Give the box that a detector draws around a bag of 30-60 cm on the ground; None when it is cut off.

    The bag's foot is narrower than its belly, and its neck narrower still; the edges of the box err as the
    settings state.
    """
    radius, height = rng.uniform(0.15, 0.3), rng.uniform(0.3, 0.6)
    rings = [(0.7, 0.0), (0.95, 0.25), (1.0, 0.5), (0.75, 0.8), (0.3, 1.0)]
    around = np.column_stack([np.cos(_RING), np.sin(_RING)])
    points = [
        np.column_stack([place_m + part * radius * around, np.full(len(around), up * height)])
        for part, up in rings
    ]
    pixels = camera.see(np.vstack(points))
    width, height_px = np.ptp(pixels, axis=0)
    of_middle = max(params.box_sigma_px, params.box_width_sigma * width)
    sigma = [np.sqrt(2) * of_middle, max(params.box_sigma_px, params.box_height_sigma * height_px)]
    edges = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)]) + rng.normal(0, 1, 4) * (*sigma, *sigma)
    left, top, right, bottom = (float(edge) for edge in edges)
    if not (left > 3 and top > 3 and right < SIZE_PX[0] - 3 and bottom < SIZE_PX[1] - 3):
        return None
    return (left, top, right, bottom) if right - left > 4 and bottom - top > 4 else None
