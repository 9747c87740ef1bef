"""Rival (d): the plain homography of four control points, as map plug-ins and camera manuals teach it.

The matrix that takes four pixels to four places exactly (cv2.getPerspectiveTransform; R. Hartley, A.
Zisserman, Multiple View Geometry, 2nd edition, section 2.3); no lens, no error stated. Chosen by itself: of
the control points those four that span the largest area in the picture, which is the best that can be done
with four; a thing stands at the middle of its box's lower edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.config.camera import CameraSettings
from edge_agent.geolocate import LocalPlane
from edge_agent.types import BoxXyxy
from models.evaluate.reports import Report
from wire_contract.messages import GroundFix

CORNERS = 4
UNKNOWN_ERROR_M = 0.0
"""The rule states no error; the message must carry one."""


@dataclass(frozen=True, slots=True)
class FourPoints:
    """The map from pixels to metres."""

    earth: LocalPlane
    matrix: npt.NDArray[np.float64]

    @classmethod
    def of(cls, settings: CameraSettings, frame_size_px: tuple[int, int]) -> "FourPoints | None":
        """Make the map of a camera; None with fewer than four control points."""
        points = settings.control_point
        if len(points) < CORNERS:
            return None
        pixels = np.array([point.pixel for point in points]) * frame_size_px
        four = max(combinations(range(len(points)), CORNERS), key=lambda each: _hull_px2(pixels, each))
        lonlats = [points[index].lonlat for index in four]
        earth = LocalPlane(*np.mean(lonlats, axis=0))
        matrix = cv2.getPerspectiveTransform(
            pixels[list(four)].astype(np.float32), np.asarray(earth.to_metres(lonlats), np.float32)
        )
        return cls(earth, np.asarray(matrix, np.float64))

    def locate(self, box: BoxXyxy) -> GroundFix | None:
        """Place the thing of a box; None above the horizon."""
        x, y, scale = self.matrix @ ((box[0] + box[2]) / 2, box[3], 1.0)
        if abs(scale) < 1e-12:
            return None
        lon, lat = self.earth.to_lonlat([[x / scale, y / scale]])[0]
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            return None
        return GroundFix(lon=float(lon), lat=float(lat), error_m=UNKNOWN_ERROR_M)


def relocated(reports: Sequence[Report], settings: CameraSettings, size_px: tuple[int, int]) -> list[Report]:
    """Give the same events with the places that this rule gives them."""
    plane = FourPoints.of(settings, size_px)
    return [
        replace(report, fix=None if plane is None else plane.locate(report.boxes[0])) for report in reports
    ]


def _hull_px2(pixels: npt.NDArray[np.float64], four: Sequence[int]) -> float:
    hull = cv2.convexHull(pixels[list(four)].astype(np.float32))
    return float(cv2.contourArea(hull)) if len(hull) == CORNERS else 0.0
