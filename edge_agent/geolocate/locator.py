"""The place of an event on Earth: where its thing touches the ground, with the 95 % error."""

from dataclasses import dataclass

import numpy as np

from edge_agent.geolocate.calibration import CalibratedPlane
from edge_agent.geolocate.ellipse import ellipse_95, radius_95_m
from edge_agent.geolocate.homography import Array
from edge_agent.geolocate.params import GeolocateParams
from edge_agent.types import BoxXyxy, Event, GroundFix
from wire_contract.vocabulary import EventKind


@dataclass(frozen=True, slots=True)
class GroundPoint:
    """Where in its box a thing stands: height above the bottom edge and its error, as parts of the box."""

    height: float
    sigma: float


_BOTTOM_EDGE = GroundPoint(0.0, 0.0)
"""People, bags, heaps: small against their distance, they stand on the bottom edge."""

_VEHICLE = GroundPoint(0.25, 0.08)
"""The bottom edge of a car is its near side. From a pole (4-8 m high, 10-30 m away) the middle of its
footprint appears 20-35 % up the box: d = 15 m, h = 4 m, car 4.5 m long and 1.5 m high gives 28 %; h = 6 m
gives 36 %."""

_TWO_WHEELER = GroundPoint(0.08, 0.04)

_GROUND_POINTS = {
    "car": _VEHICLE,
    "truck": _VEHICLE,
    "bus": _VEHICLE,
    "van": _VEHICLE,
    "bicycle": _TWO_WHEELER,
    "motorcycle": _TWO_WHEELER,
    "e-bike": _TWO_WHEELER,
}

_EDGE_PX = 2.0
"""A box this near to the frame's edge may be cut off."""
_CUT_OFF = 2.0
"""Its error is then doubled: up to half of the thing may be missing."""


class CameraLocator:
    """The real `ports.Locator`. Without a plane it gives the camera's own position and says so."""

    def __init__(
        self,
        position_lonlat: tuple[float, float] | None,
        plane: CalibratedPlane | None,
        params: GeolocateParams,
    ) -> None:
        self._position_lonlat = position_lonlat
        self._plane = plane
        self._params = params

    def locate(self, event: Event) -> GroundFix | None:
        """Give the ground fix of an event's box; None when neither plane nor position is known."""
        if event.kind is EventKind.CAMERA_HEALTH:
            return self._camera_position("")
        if self._plane is None:
            return self._camera_position("the camera has no control points")
        fix = self._on_plane(self._plane, event)
        return self._camera_position(fix) if isinstance(fix, str) else fix

    def _on_plane(self, plane: CalibratedPlane, event: Event) -> GroundFix | str:
        """Give the fix on the plane, or the reason why it is refused."""
        box = _rescaled(event.box_xyxy_px, event.frame_size_px, plane.frame_size_px)
        standing = _GROUND_POINTS.get(event.label, _BOTTOM_EDGE)
        point_px = ((box[0] + box[2]) / 2, box[3] - standing.height * (box[3] - box[1]))
        ground = plane.to_ground_m([point_px])
        if not np.isfinite(ground).all():
            return "it stands at or above the horizon of the control points"
        covariance = plane.ground_covariance(point_px, self._noise_px2(box, standing, plane.frame_size_px))
        covariance = covariance + self._params.survey_sigma_m**2 * np.eye(2)
        if not np.isfinite(covariance).all():
            return "it stands where the lens cannot be undone"
        ellipse = ellipse_95(covariance)
        if ellipse.major_m > self._params.max_major_m:
            return (
                f"its error ellipse would reach {ellipse.major_m:.0f} m, over {self._params.max_major_m:g} m"
            )
        lon, lat = plane.earth.to_lonlat(ground)[0]
        return GroundFix(float(lon), float(lat), radius_95_m(covariance), ellipse, "homography")

    def _noise_px2(self, box: BoxXyxy, standing: GroundPoint, frame_size_px: tuple[int, int]) -> Array:
        """Give the covariance (2, 2) of the ground point in the picture."""
        params = self._params
        width, height = box[2] - box[0], box[3] - box[1]
        sigma_x = max(params.box_sigma_px, params.box_width_sigma * width)
        sigma_y = max(params.box_sigma_px, float(np.hypot(params.box_height_sigma, standing.sigma)) * height)
        factor = _CUT_OFF if _touches_edge(box, frame_size_px) else 1.0
        return np.diag([(factor * sigma_x) ** 2, (factor * sigma_y) ** 2])

    def _camera_position(self, note: str) -> GroundFix | None:
        if self._position_lonlat is None:
            return None
        lon, lat = self._position_lonlat
        return GroundFix(lon, lat, self._params.position_error_m, None, "camera_position", note)


def _rescaled(box: BoxXyxy, from_size: tuple[int, int], to_size: tuple[int, int]) -> BoxXyxy:
    across, down = to_size[0] / from_size[0], to_size[1] / from_size[1]
    return (box[0] * across, box[1] * down, box[2] * across, box[3] * down)


def _touches_edge(box: BoxXyxy, frame_size_px: tuple[int, int]) -> bool:
    width, height = frame_size_px
    return min(box[0], box[1]) <= _EDGE_PX or box[2] >= width - _EDGE_PX or box[3] >= height - _EDGE_PX
