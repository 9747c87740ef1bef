"""An ideal pinhole camera over a flat ground: where a point of the scene shows in the picture, and back.

World axes in metres: x to the right (east), y away from the camera (north), z up; the ground is z = 0.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_agent.geolocate import LocalPlane

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SceneCamera:
    """A camera at (0, 0, `height_m`) that looks north, tilted down by `tilt_deg`, with square pixels."""

    width_px: int = 640
    height_px: int = 360
    height_m: float = 4.0
    tilt_deg: float = 22.0
    field_of_view_deg: float = 66.0
    lon: float = 121.5601
    lat: float = 31.2555

    @property
    def focal_px(self) -> float:
        """Focal length for the horizontal field of view."""
        return self.width_px / 2 / float(np.tan(np.radians(self.field_of_view_deg) / 2))

    def to_camera(self, points_m: Points) -> Points:
        """Turn world points (N, 3) into camera axes (N, 3): x right, y down, z forward."""
        tilt = np.radians(self.tilt_deg)
        x, y, z = points_m[:, 0], points_m[:, 1], points_m[:, 2] - self.height_m
        forward = y * np.cos(tilt) - z * np.sin(tilt)
        down = -y * np.sin(tilt) - z * np.cos(tilt)
        return np.column_stack([x, down, forward])

    def project(self, points_m: Points) -> Points:
        """Give the pixels (N, 2) of world points (N, 3) that lie in front of the camera."""
        seen = self.to_camera(np.atleast_2d(np.asarray(points_m, dtype=np.float64)))
        depth = np.maximum(seen[:, 2], 0.05)
        centre = np.array([self.width_px / 2, self.height_px / 2])
        return np.asarray(seen[:, :2] / depth[:, None] * self.focal_px + centre)

    def lonlat(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Give WGS 84 of a place on the ground; the camera stands at the origin."""
        lon, lat = LocalPlane(self.lon, self.lat).to_lonlat([[x_m, y_m]])[0]
        return float(lon), float(lat)

    def relative(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float]:
        """Give the picture position of a point, relative to width and height."""
        (u, v) = self.project(np.array([[x_m, y_m, z_m]]))[0]
        return float(u) / self.width_px, float(v) / self.height_px
