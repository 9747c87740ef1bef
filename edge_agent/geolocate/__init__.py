"""Pixels -> ground plane -> longitude and latitude with an honest error ellipse. Plain NumPy."""

from edge_agent.geolocate.calibration import CalibratedPlane, Calibration, PointQuality, calibrate
from edge_agent.geolocate.local_plane import LocalPlane
from edge_agent.geolocate.locator import CameraLocator
from edge_agent.geolocate.params import ControlPoint, GeolocateParams, LensParams

__all__ = [
    "CalibratedPlane",
    "Calibration",
    "CameraLocator",
    "ControlPoint",
    "GeolocateParams",
    "LensParams",
    "LocalPlane",
    "PointQuality",
    "calibrate",
]
