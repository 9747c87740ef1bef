"""What stands where: zones in pixels, footprints and bottom centres."""

import pytest

from edge_agent.rules.zones import footprint_fraction, of_kind, stands_in, touches, zone_polygon_px
from edge_agent.types import BoxXyxy, Zone, ZoneKind

SIZE_PX = (200, 100)
RIGHT_HALF = Zone("right", ZoneKind.FIRE_LANE, ((0.5, 0), (1, 0), (1, 1), (0.5, 1)))
BIN = Zone("bin", ZoneKind.BIN, ((0, 0), (0.2, 0), (0.2, 1)))


def test_zone_is_drawn_relative_to_width_and_height() -> None:
    assert zone_polygon_px(RIGHT_HALF, SIZE_PX).bounds == (100, 0, 200, 100)
    assert zone_polygon_px(RIGHT_HALF, (400, 100)).bounds == (200, 0, 400, 100)


@pytest.mark.parametrize(
    ("box", "fraction", "stands"),
    [
        ((120, 10, 160, 50), 1.0, True),  # inside
        ((80, 10, 120, 50), 0.5, True),  # astride: the bottom centre lies on the border, which counts
        ((90, 10, 100, 50), 0.0, False),  # only touches
        ((0, 10, 40, 50), 0.0, False),  # outside
        ((70, 10, 120, 50), 0.4, False),  # two fifths inside
    ],
)
def test_footprint_and_bottom_centre_decide(box: BoxXyxy, fraction: float, stands: bool) -> None:
    assert footprint_fraction(box, RIGHT_HALF, SIZE_PX) == pytest.approx(fraction)
    assert (stands_in(box, [RIGHT_HALF], SIZE_PX) is RIGHT_HALF) == stands


def test_tall_thing_whose_top_reaches_over_the_lane_does_not_stand_in_it() -> None:
    lower_half = Zone("lower", ZoneKind.FIRE_LANE, ((0, 0.5), (1, 0.5), (1, 1), (0, 1)))
    assert not touches((50, 10, 60, 49), [lower_half], SIZE_PX)
    assert touches((50, 10, 60, 55), [lower_half], SIZE_PX)


def test_zones_are_told_apart_by_kind() -> None:
    assert of_kind([RIGHT_HALF, BIN], ZoneKind.BIN) == (BIN,)
    assert stands_in((0, 0, 1, 1), [], SIZE_PX) is None
