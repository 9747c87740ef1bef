"""Boxes in the truth: the depth picture finds what is seen of a thing, whatever stands before it."""

import numpy as np
import pytest

from models.scenes.pinhole import Camera
from models.scenes.shapes.bags import any_bag
from models.scenes.shapes.looks import plain
from models.scenes.shapes.mesh import box, flat
from models.scenes.shapes.thing import Part, Thing
from models.scenes.visibility import box_of, draw, empty_layers, visible_boxes

LEVEL = Camera((0.0, 0.0, 1.0), tilt_deg=0.0, field_of_view_deg=90.0)
"""A focal length of 320 px: at 10 m a metre is 32 px."""

GREY = plain((0.5, 0.5, 0.5))


def block(name: str, low: tuple[float, float, float], high: tuple[float, float, float]) -> Thing:
    return Thing(name, (Part(box(low, high), GREY),))


def test_a_block_is_as_large_as_its_front() -> None:
    found = visible_boxes(LEVEL, empty_layers(LEVEL), [block("block", (-1, 10, 0), (1, 11, 2))])
    assert found[0] == ((288, 148, 352, 212), 1.0)


def test_what_stands_before_it_hides_half() -> None:
    things = [block("far", (-1, 10, 0), (1, 11, 2)), block("near", (0, 5, 0), (2, 6, 3))]
    (far, share), (near, near_share) = visible_boxes(LEVEL, empty_layers(LEVEL), things)
    assert far == (288, 148, 320, 212)
    assert share == pytest.approx(0.5)
    assert near_share == 1.0
    assert near is not None


def test_what_is_wholly_hidden_has_no_box() -> None:
    things = [block("far", (-1, 10, 0), (1, 11, 2)), block("wall", (-9, 5, -1), (9, 6, 6))]
    assert visible_boxes(LEVEL, empty_layers(LEVEL), things)[0] == (None, 0.0)


def test_order_of_drawing_does_not_matter() -> None:
    things = [block("far", (-1, 10, 0), (1, 11, 2)), block("near", (0, 5, 0), (2, 6, 3))]
    forward = draw(empty_layers(LEVEL), LEVEL, [(0, things[0]), (1, things[1])])
    backward = draw(empty_layers(LEVEL), LEVEL, [(1, things[1]), (0, things[0])])
    assert np.array_equal(forward.number, backward.number)


def test_ground_that_runs_behind_the_camera_is_cut_not_lost() -> None:
    ground = Thing("ground", (Part(flat(((-50, -50), (50, -50), (50, 50), (-50, 50))), GREY),))
    seen = draw(empty_layers(LEVEL), LEVEL, [(3, ground)]).mask(3)
    assert seen[200:].all(), "everything well below the horizon is ground"
    assert not seen[:170].any()


def test_small_triangles_leave_no_holes() -> None:
    bag = Thing("bag", any_bag(np.random.default_rng(3), large=True)).at(0.0, 4.0)
    seen = draw(empty_layers(LEVEL), LEVEL, [(1, bag)]).mask(1)
    found = box_of(seen)
    assert found is not None
    left, top, right, bottom = map(int, found)
    middle = seen[(top + bottom) // 2, left + (right - left) // 4 : right - (right - left) // 4]
    assert middle.all()


def test_the_visible_box_holds_no_more_than_the_projected_vertices() -> None:
    bag = Thing("bag", any_bag(np.random.default_rng(5), large=True)).at(0.6, 5.0)
    ((found, _),) = visible_boxes(LEVEL, empty_layers(LEVEL), [bag])
    assert found is not None
    pixels = LEVEL.seen(bag.vertices_m())[:, :2]
    assert found[:2] == pytest.approx(pixels.min(axis=0), abs=1.5)
    assert found[2:] == pytest.approx(pixels.max(axis=0), abs=1.5)
