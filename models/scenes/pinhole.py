"""The camera of a rendered scene: an ideal pinhole with a known pose over the flat ground of a known place.

World axes in metres: x east, y north, z up from the ground at the origin, whose WGS 84 place is known.
"""

from dataclasses import dataclass

import numpy as np

from models.scenes.shapes.mesh import Matrix, Points, apply, shift, turn

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563


@dataclass(frozen=True, slots=True)
class Origin:
    """Where on earth the scene's origin lies."""

    lon: float
    lat: float

    def lonlat(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Give WGS 84 of a place on the ground.

        Metres per degree from the ellipsoid's radii of curvature. Source: NIMA TR8350.2 (WGS 84), section 3.
        """
        squared = FLATTENING * (2 - FLATTENING)
        sine = np.sin(np.radians(self.lat))
        prime = SEMI_MAJOR_M / np.sqrt(1 - squared * sine**2)
        meridian = SEMI_MAJOR_M * (1 - squared) / (1 - squared * sine**2) ** 1.5
        east_m_per_deg = np.radians(1) * prime * np.cos(np.radians(self.lat))
        return float(self.lon + x_m / east_m_per_deg), float(self.lat + y_m / (np.radians(1) * meridian))


@dataclass(frozen=True, slots=True)
class Camera:
    """Pose and lens: place in metres, `heading_deg` clockwise from north, `tilt_deg` below the horizon.

    `field_of_view_deg` is horizontal; pixels are square and the axis meets the picture's centre.
    """

    at_m: tuple[float, float, float]
    heading_deg: float = 0.0
    tilt_deg: float = 20.0
    roll_deg: float = 0.0
    field_of_view_deg: float = 66.0
    width_px: int = 640
    height_px: int = 360

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return self.width_px / 2 / float(np.tan(np.radians(self.field_of_view_deg) / 2))

    @property
    def pose(self) -> Matrix:
        """The transform from camera axes (x right, y up, z backwards) to the world."""
        return (
            shift(*self.at_m)
            @ turn("z", -self.heading_deg)
            @ turn("x", 90 - self.tilt_deg)
            @ turn("z", self.roll_deg)
        )

    def seen(self, points_m: Points) -> Points:
        """Give pixels and depth (N, 3) of world points; a point behind the camera has a depth below 0."""
        local = apply(world_to_camera(self), np.atleast_2d(np.asarray(points_m, dtype=np.float64)))
        depth = -local[:, 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        u = self.width_px / 2 + self.focal_px * local[:, 0] / safe
        v = self.height_px / 2 - self.focal_px * local[:, 1] / safe
        return np.column_stack([u, v, depth])

    def pixel(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float]:
        """Give the pixel of a world point in front of the camera."""
        u, v, _ = self.seen(np.array([[x_m, y_m, z_m]]))[0]
        return float(u), float(v)

    def ground(self, u_px: float, v_px: float) -> tuple[float, float]:
        """Give the place on the ground (z = 0) that a pixel shows. Raises ValueError above the horizon."""
        ray = np.array([u_px - self.width_px / 2, self.height_px / 2 - v_px, -self.focal_px])
        direction = self.pose[:3, :3] @ ray
        if direction[2] >= 0:
            raise ValueError(f"pixel ({u_px}, {v_px}): shows the sky, not the ground")
        along = -self.at_m[2] / direction[2]
        return float(self.at_m[0] + along * direction[0]), float(self.at_m[1] + along * direction[1])


def world_to_camera(camera: Camera) -> Matrix:
    """Give the transform from the world to camera axes."""
    return np.asarray(np.linalg.inv(camera.pose), dtype=np.float64)
