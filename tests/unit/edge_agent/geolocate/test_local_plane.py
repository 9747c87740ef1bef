"""Degrees and metres around an origin, compared with the geodesic on the WGS 84 ellipsoid."""

import numpy as np
import pytest
from pyproj import Geod

from edge_agent.geolocate import LocalPlane

GEODESIC = Geod(ellps="WGS84")


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (121.56, 31.2555),  # Pudong
        (-70.9, -53.1),  # south and west
        (18.9, 69.6),  # far north, meridians converge
        (179.9999, 0.0),  # on the equator, beside the date line
    ],
)
def test_within_half_a_kilometre_the_plane_agrees_with_the_geodesic_to_a_centimetre(
    lon: float, lat: float
) -> None:
    plane = LocalPlane(lon, lat)
    for azimuth_deg in range(0, 360, 15):
        for distance_m in (1.0, 50.0, 500.0):
            end_lon, end_lat, _ = GEODESIC.fwd(lon, lat, azimuth_deg, distance_m)
            truth = distance_m * np.array([np.sin(np.radians(azimuth_deg)), np.cos(np.radians(azimuth_deg))])
            assert plane.to_metres([[end_lon, end_lat]])[0] == pytest.approx(truth, abs=0.005)


def test_metres_go_back_to_the_same_degrees() -> None:
    plane = LocalPlane(121.56, 31.2555)
    places = np.random.default_rng(1).uniform(-500, 500, (200, 2))
    assert plane.to_metres(plane.to_lonlat(places)) == pytest.approx(places, abs=1e-4)
