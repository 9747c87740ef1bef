"""Datum conversion: the published test vector, exact inverses everywhere in China, and identity elsewhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from map_server.domain.datum import Datum, from_wgs84, is_in_china, to_wgs84

SHIFTED = st.sampled_from([Datum.GCJ02, Datum.BD09])
IN_CHINA = st.tuples(st.floats(74.0, 134.7), st.floats(4.2, 53.2))


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (other[1] - one[1]) * 111_195
    east = (other[0] - one[0]) * 111_195 * math.cos(math.radians(one[1]))
    return math.hypot(north, east)


def test_point_in_pudong_shifts_as_published() -> None:
    shifted = from_wgs84((121.57, 31.25), Datum.GCJ02)
    assert shifted == pytest.approx((121.5742283, 31.2478234), abs=5e-8)
    assert _metres((121.57, 31.25), shifted) == pytest.approx(468.9, abs=0.5)


def test_bd09_adds_its_own_shift_on_gcj02() -> None:
    gcj, bd = (from_wgs84((121.57, 31.25), datum) for datum in (Datum.GCJ02, Datum.BD09))
    assert 600 < _metres(gcj, bd) < 1200


@given(IN_CHINA, SHIFTED)
def test_there_and_back_is_exact(point: tuple[float, float], datum: Datum) -> None:
    back = to_wgs84(from_wgs84(point, datum), datum)
    assert back == pytest.approx(point, abs=1e-9, rel=0)


@given(st.tuples(st.floats(100, 125), st.floats(22, 42)), SHIFTED)
def test_back_and_there_is_exact(point: tuple[float, float], datum: Datum) -> None:
    again = from_wgs84(to_wgs84(point, datum), datum)
    assert again == pytest.approx(point, abs=1e-9, rel=0)


@given(IN_CHINA)
def test_gcj02_shift_stays_within_a_kilometre(point: tuple[float, float]) -> None:
    assert _metres(point, from_wgs84(point, Datum.GCJ02)) < 1000


def test_one_step_inverse_would_be_metres_off() -> None:
    """The reason for the iteration: the widespread shortcut p - (f(p) - p) misses by over half a metre."""
    gcj = from_wgs84((121.57, 31.25), Datum.GCJ02)
    twice = from_wgs84(gcj, Datum.GCJ02)
    shortcut = (2 * gcj[0] - twice[0], 2 * gcj[1] - twice[1])
    assert _metres((121.57, 31.25), shortcut) > 0.5


@given(st.tuples(st.floats(-180, 180), st.floats(-90, 90)).filter(lambda point: not is_in_china(point)))
def test_outside_of_china_gcj02_is_wgs84(point: tuple[float, float]) -> None:
    assert from_wgs84(point, Datum.GCJ02) == point


@given(IN_CHINA)
def test_cgcs2000_is_taken_as_it_is(point: tuple[float, float]) -> None:
    assert to_wgs84(point, Datum.CGCS2000) == point
    assert from_wgs84(point, Datum.CGCS2000) == point
