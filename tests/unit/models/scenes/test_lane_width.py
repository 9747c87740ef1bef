"""The true clear width, against lanes worked out by hand."""

import pytest

from models.scenes.lane_width import clear_width_m
from models.scenes.shapes.looks import plain
from models.scenes.shapes.mesh import box
from models.scenes.shapes.thing import Part, Thing

LANE_M = (-2.5, 2.5)


def standing(left_m: float, right_m: float) -> Thing:
    return Thing("block", (Part(box((left_m, 8, 0), (right_m, 12, 1.5)), plain((0.5, 0.5, 0.5))),))


@pytest.mark.parametrize(
    ("extents", "free_m"),
    [
        ([], 5.0),  # nothing there
        ([(-2.5, -0.7)], 3.2),  # against the left kerb
        ([(-0.9, 0.9)], 1.6),  # in the middle: the wider side counts, not both
        ([(-3.4, -1.6)], 4.1),  # half on the pavement
        ([(-2.5, -1.5), (1.0, 2.5)], 2.5),  # one on each side
        ([(-2.5, -1.5), (-1.2, -0.4)], 2.9),  # a gap too narrow to matter
        ([(3.0, 4.8)], 5.0),  # beside the lane
        ([(-2.6, 2.6)], 0.0),  # right across
    ],
)
def test_the_widest_gap_is_free(extents: list[tuple[float, float]], free_m: float) -> None:
    assert clear_width_m(LANE_M, [standing(*extent) for extent in extents]) == pytest.approx(free_m)


def test_a_turned_thing_takes_the_width_of_its_corners() -> None:
    plank = Thing("plank", (Part(box((-0.5, -2, 0), (0.5, 2, 1)), plain((0.5, 0.5, 0.5))),))
    # 1 m x 4 m at 90 degrees to the lane takes 4 m of the 5
    assert clear_width_m(LANE_M, [plank.at(-0.5, 10, 90)]) == pytest.approx(1.0)
