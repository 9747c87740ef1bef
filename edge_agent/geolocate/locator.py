"""The place of an event on Earth: where its thing touches the ground, with the 95 % error."""

import numpy as np

from edge_agent.geolocate.calibration import CalibratedPlane
from edge_agent.geolocate.ellipse import ellipse_95, radius_95_m
from edge_agent.geolocate.homography import Array
from edge_agent.geolocate.params import GeolocateParams
from edge_agent.solids import SOLIDS, stands_of
from edge_agent.types import BoxXyxy, Event, GroundFix
from wire_contract.vocabulary import EventKind

_UNKNOWN = "object"
_BAG_DEPTH = 0.2
_BAG_DEPTH_SIGMA = 0.15
"""A bag touches the ground so far before the middle of its foot, in widths: a ball seen from 20 degrees
0.1, an upright bag nearly half.
"""
_VEHICLE_HEIGHT, _VEHICLE_HEIGHT_SIGMA = 0.25, 0.08
"""Without a known camera: the middle of a vehicle's footprint in its box. From a pole (4-8 m high, 10-30 m
away) it appears 20-35 % up: d = 15 m, h = 4 m, a car 4.5 m long and 1.5 m high give 28 %; h = 6 m 36 %.
"""
_DIRECTIONS = tuple((float(np.cos(turn)), float(np.sin(turn))) for turn in np.arange(6) * np.pi / 6)
"""Vehicles may stand any way round."""

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
        is_small = event.kind is EventKind.GARBAGE_DROP and event.label == _UNKNOWN
        is_solid = event.label in SOLIDS and not is_small
        found = self._under_solid(plane, box, event.label) if is_solid else self._under_bag(plane, box)
        if found is None:
            return "it stands at or above the horizon of the control points"
        ground, of_thing = found
        pixel = plane.to_pixels([ground])[0]
        of_plane = plane.ground_covariance((float(pixel[0]), float(pixel[1])), np.zeros((2, 2)))
        covariance = of_thing + of_plane + self._params.survey_sigma_m**2 * np.eye(2)
        if not np.isfinite(covariance).all():
            return "it stands where the lens cannot be undone"
        ellipse = ellipse_95(covariance)
        if ellipse.major_m > self._params.max_major_m:
            return (
                f"its error ellipse would reach {ellipse.major_m:.0f} m, over {self._params.max_major_m:g} m"
            )
        lon, lat = plane.earth.to_lonlat([ground])[0]
        return GroundFix(float(lon), float(lat), radius_95_m(covariance), ellipse, "homography")

    def _under_bag(self, plane: CalibratedPlane, box: BoxXyxy) -> tuple[Array, Array] | None:
        """Give the middle of a small thing's foot and its covariance: somewhat behind where it touches."""
        touch_px = ((box[0] + box[2]) / 2, box[3])
        touch, beyond = plane.to_ground_m([touch_px, (touch_px[0], touch_px[1] - 1.0)])
        if not (np.isfinite(touch).all() and np.isfinite(beyond).all()):
            return None
        away = (beyond - touch) / np.linalg.norm(beyond - touch)
        sides = plane.to_ground_m([(box[0], box[3]), (box[2], box[3])])
        width_m = float(np.linalg.norm(sides[1] - sides[0]))
        noise_px2 = self._noise_px2(box, plane.frame_size_px, 0.0)
        of_box = plane.pixel_noise_on_ground(touch_px, noise_px2)
        of_depth = (_BAG_DEPTH_SIGMA * width_m) ** 2 * np.outer(away, away)
        return touch + _BAG_DEPTH * width_m * away, of_box + of_depth

    def _under_solid(self, plane: CalibratedPlane, box: BoxXyxy, label: str) -> tuple[Array, Array] | None:
        """Give the middle of a large thing's footprint and its covariance, whichever way round it stands."""
        params, size_px = self._params, plane.frame_size_px
        sigma_px = (
            max(params.box_sigma_px, params.box_width_sigma * (box[2] - box[0])),
            max(params.box_sigma_px, params.box_height_sigma * (box[3] - box[1])),
        )
        stands = stands_of(label, box, size_px, _DIRECTIONS, plane, sigma_px)
        if not stands:
            return self._up_the_box(plane, box)
        costs = np.array([stand.cost for stand in stands])
        weights = np.exp((costs.min() - costs) / 2)
        weights /= weights.sum()
        centre = np.asarray(sum(w * stand.centre_m for w, stand in zip(weights, stands, strict=True)))
        spread = sum(
            w * (stand.covariance_m2 + np.outer(stand.centre_m - centre, stand.centre_m - centre))
            for w, stand in zip(weights, stands, strict=True)
        )
        return centre, np.asarray(spread)

    def _up_the_box(self, plane: CalibratedPlane, box: BoxXyxy) -> tuple[Array, Array] | None:
        """The same without a known camera, from where vehicles' footprints usually appear."""
        point_px = ((box[0] + box[2]) / 2, box[3] - _VEHICLE_HEIGHT * (box[3] - box[1]))
        ground = plane.to_ground_m([point_px])[0]
        if not np.isfinite(ground).all():
            return None
        noise_px2 = self._noise_px2(box, plane.frame_size_px, _VEHICLE_HEIGHT_SIGMA)
        return ground, plane.pixel_noise_on_ground(point_px, noise_px2)

    def _noise_px2(self, box: BoxXyxy, frame_size_px: tuple[int, int], height_sigma: float) -> Array:
        """Give the covariance (2, 2) of a point in the picture that is read off a box."""
        params = self._params
        width, height = box[2] - box[0], box[3] - box[1]
        sigma_x = max(params.box_sigma_px, params.box_width_sigma * width)
        sigma_y = max(params.box_sigma_px, float(np.hypot(params.box_height_sigma, height_sigma)) * height)
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
