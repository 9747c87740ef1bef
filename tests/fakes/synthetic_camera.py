"""A pinhole camera over flat ground, whose geometry is known exactly."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_agent.geolocate import ControlPoint, LocalPlane
from edge_agent.geolocate.lens import Lens

Points = npt.NDArray[np.float64]

SIZE_PX = (1280, 720)
EARTH = LocalPlane(121.5601, 31.2555)
"""Metres of these worlds are east and north of here."""


@dataclass(frozen=True)
class SyntheticCamera:
    """Hangs `height_m` above (0, 0), looks `yaw` clockwise from north, `tilt` below the horizon (radians)."""

    height_m: float = 5.0
    yaw: float = 0.3
    tilt: float = 0.45
    focal_px: float = 950.0
    lens: Lens | None = None

    def see(self, ground_m: npt.ArrayLike) -> Points:
        """Give the pixels of (N, 2) ground points; NaN for what is behind the camera."""
        ground = np.asarray(ground_m, dtype=np.float64).reshape(-1, 2)
        forward = np.array(
            [np.sin(self.yaw) * np.cos(self.tilt), np.cos(self.yaw) * np.cos(self.tilt), -np.sin(self.tilt)]
        )
        right = np.array([np.cos(self.yaw), -np.sin(self.yaw), 0.0])
        rays = np.column_stack([ground, np.full(len(ground), -self.height_m)])
        depth = rays @ forward
        with np.errstate(all="ignore"):
            x, y = rays @ right / depth, rays @ np.cross(forward, right) / depth
        ideal = np.column_stack([x, y]) * self.focal_px + np.array(SIZE_PX) / 2
        ideal[depth <= 0] = np.nan
        return ideal if self.lens is None else self.lens.distort(ideal)

    def scatter(self, rng: np.random.Generator, count: int, nearest_m: float, furthest_m: float) -> Points:
        """Draw ground points that are inside the picture, at distances from the camera's foot."""
        found: list[Points] = []
        while len(found) < count:
            distance, bearing = rng.uniform(nearest_m, furthest_m), self.yaw + rng.uniform(-0.6, 0.6)
            place = np.array([distance * np.sin(bearing), distance * np.cos(bearing)])
            pixel = self.see(place)[0]
            if np.isfinite(pixel).all() and (pixel > 5).all() and (pixel < np.array(SIZE_PX) - 5).all():
                found.append(place)
        return np.array(found)

    def marks(self, ground_m: Points, clicks_px: Points | None = None) -> list[ControlPoint]:
        """Give control points: true places, clicked where they are seen or at `clicks_px`."""
        clicks = self.see(ground_m) if clicks_px is None else clicks_px
        return [
            ControlPoint((float(x) / SIZE_PX[0], float(y) / SIZE_PX[1]), (float(lon), float(lat)))
            for (x, y), (lon, lat) in zip(clicks, EARTH.to_lonlat(ground_m), strict=True)
        ]


def draw_camera(rng: np.random.Generator) -> SyntheticCamera:
    """Draw a camera on a pole, as they hang beside bin stations and lanes."""
    return SyntheticCamera(
        height_m=rng.uniform(4, 8),
        yaw=rng.uniform(0, 2 * np.pi),
        tilt=np.radians(rng.uniform(18, 32)),
        focal_px=SIZE_PX[0] * rng.uniform(0.6, 0.9),
    )


def spread_marks(camera: SyntheticCamera, rng: np.random.Generator, count: int) -> Points:
    """Draw ground points as an installer would choose them: over a good part of the picture."""
    while True:
        marks = camera.scatter(rng, count, 5, 35)
        spans = np.ptp(camera.see(marks), axis=0) / SIZE_PX
        if spans[0] > 0.3 and spans[1] > 0.25:
            return marks
