"""Zones and control points as installers draw them, also the wrong ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.config.geometry import lonlat_problem, polygon_problem, spread_problem

SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


@pytest.mark.parametrize("polygon", [SQUARE, tuple(reversed(SQUARE)), ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))])
def test_sound_polygon_has_no_problem(polygon: tuple[tuple[float, float], ...]) -> None:
    assert polygon_problem(polygon) is None


@pytest.mark.parametrize(
    ("polygon", "words"),
    [
        # two clicks and away
        (((0.1, 0.1), (0.9, 0.9)), "has 2 corners; a polygon needs 3 or more"),
        # a corner past the edge of the picture
        (((0.1, 0.1), (1.2, 0.1), (0.5, 0.9)), r"corner \[1.2, 0.1\] lies outside the picture"),
        # drawn in pixels
        (((10, 10), (600, 10), (600, 400)), "these look like pixels; divide by width and height"),
        # corners clicked in zigzag
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "crosses itself .* give the corners in order"),
        # all on one line
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), "crosses itself|has no area"),
    ],
)
def test_wrong_polygon_is_told_with_its_mend(polygon: tuple[tuple[float, float], ...], words: str) -> None:
    problem = polygon_problem(polygon)
    assert problem is not None
    assert re.search(words, problem), problem


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_on_earth_is_possible(lon: float, lat: float) -> None:
    assert lonlat_problem(lon, lat) is None


def test_latitude_written_first_is_recognised() -> None:
    assert lonlat_problem(31.25, 121.56) == "[31.25, 121.56] has a latitude beyond 90; longitude comes first"
    assert "not on Earth" in str(lonlat_problem(200.0, 10.0))


def test_points_must_not_hang_on_a_line() -> None:
    line = [(0.1, 0.1), (0.2, 0.2), (0.5, 0.5), (0.9, 0.9)]
    assert spread_problem(line) == "all lie on one line; spread them over the area"
    # three on a line and one beside it leave a homography open
    assert spread_problem([*line[:3], (0.9, 0.1)]) == "all but one lie on one line; spread them over the area"
    assert spread_problem(list(SQUARE)) is None
