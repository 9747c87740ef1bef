"""The free width beside obstacles, on lanes drawn in metres."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, affinity, box

from edge_agent.rules.clear_width import Lane, clear_width_m, ground_polygon, intrusion_m, lane_on_ground
from tests.fakes.ground import FlatGround

REACH_M = 4.0
LANE = Lane(box(0, 0, 40, 6), (1.0, 0.0))
"""6 m wide, 40 m long, from left to right."""


def car(x_m: float, y_m: float, length_m: float = 4.5, width_m: float = 1.8) -> Polygon:
    return box(x_m, y_m, x_m + length_m, y_m + width_m)


@pytest.mark.parametrize(
    ("obstacle", "others", "expected_m"),
    [
        (car(10, 0), [], 4.2),  # at one edge
        (car(10, 2), [], 2.2),  # in the middle: two gaps, the wider one counts, not their sum
        (car(10, -0.9), [], 5.1),  # half of it stands outside the lane
        (car(10, -3), [], 6.0),  # beside the lane
        (car(10, 0), [car(10, 4.2)], 2.4),  # a second one on the other side
        (car(10, 0), [car(17, 4.2)], 2.4),  # staggered, too near to weave through
        (car(10, 0), [car(25, 4.2)], 4.2),  # staggered, far enough
        (car(10, 0), [car(12, 0.2)], 4.0),  # two that overlap are counted once
        (car(10, 0, width_m=6.0), [], 0.0),  # right across
    ],
)
def test_widest_gap_beside_the_obstacle(obstacle: Polygon, others: list[Polygon], expected_m: float) -> None:
    assert clear_width_m(LANE, obstacle, others, REACH_M) == pytest.approx(expected_m, abs=0.01)


def test_narrowest_place_along_the_obstacle_decides() -> None:
    """A lane that narrows from 6 m to 4 m over its length of 40 m."""
    funnel = Lane(Polygon([(0, 0), (40, 0), (40, 4), (0, 6)]), (1.0, 0.0))
    assert clear_width_m(funnel, car(30, 0, length_m=10), [], REACH_M) == pytest.approx(2.2, abs=0.02)


@given(angle=st.floats(0, math.tau), east=st.floats(-500, 500), north=st.floats(-500, 500))
def test_width_does_not_depend_on_where_the_lane_lies_and_points(
    angle: float, east: float, north: float
) -> None:
    def placed(shape: Polygon) -> Polygon:
        turned = affinity.rotate(shape, angle, origin=(0, 0), use_radians=True)
        return affinity.translate(turned, east, north)

    lane = Lane(placed(LANE.outline_m), (math.cos(angle), math.sin(angle)))
    width_m = clear_width_m(lane, placed(car(10, 0)), [placed(car(11, 4.5))], REACH_M)
    assert width_m == pytest.approx(2.7, abs=0.02)


@given(first=st.floats(0, 4.2), second=st.floats(0, 4.2), apart=st.floats(0, 8))
def test_another_obstacle_never_widens_the_lane(first: float, second: float, apart: float) -> None:
    obstacle, other = car(10, first), car(10 + apart, second)
    assert (
        clear_width_m(LANE, obstacle, [other], REACH_M) <= clear_width_m(LANE, obstacle, [], REACH_M) + 1e-9
    )


def test_lane_of_a_drawn_zone_runs_along_its_longer_side() -> None:
    lane = lane_on_ground(Polygon([(0, 0), (100, 0), (100, 400), (0, 400)]), FlatGround(0.05))
    assert lane is not None
    assert abs(lane.along[1]) == pytest.approx(1.0)
    assert lane.outline_m.area == pytest.approx(100.0)


def test_intrusion_is_the_width_that_an_obstacle_takes() -> None:
    assert intrusion_m(LANE, car(10, -1.6)) == pytest.approx(0.2)
    assert intrusion_m(LANE, car(10, -3)) == 0.0


def test_ground_above_the_horizon_is_unknown() -> None:
    class Horizon(FlatGround):
        def to_ground_m(self, points_px):  # type: ignore[no-untyped-def]
            ground = super().to_ground_m(points_px)
            ground[ground[:, 1] > -1.0] = math.nan
            return ground

    assert ground_polygon(box(0, 0, 10, 10), Horizon(0.05)) is None
    assert lane_on_ground(box(0, 100, 10, 200), Horizon(0.05)) is not None
