"""Only what changes is rendered: windows hold a thing and its shadow, and the rest of the plate stays."""

from dataclasses import replace

import numpy as np

from models.scenes.composite import compose
from models.scenes.light import OVERCAST, Lamp, Light
from models.scenes.pinhole import Camera
from models.scenes.shapes.looks import plain
from models.scenes.shapes.mesh import box
from models.scenes.shapes.thing import Part, Thing
from models.scenes.windows import Window, merged, window_of

CAMERA = Camera((0.0, 0.0, 3.5))
POLE = Thing("pole", (Part(box((-0.1, 7.9, 0), (0.1, 8.1, 2.0)), plain((0.5, 0.5, 0.5))),))


def holds(window: Window | None, pixel: tuple[float, float]) -> bool:
    assert window is not None
    left, top, right, bottom = window
    return left <= pixel[0] <= right and top <= pixel[1] <= bottom


def test_the_window_holds_the_shadow() -> None:
    # the sun in the west at 45 degrees: a pole of 2 m throws its shadow 2 m to the east
    light = Light(sun_from_deg=270.0, sun_height_deg=45.0)
    assert holds(window_of(POLE, CAMERA, light, 0.0), CAMERA.pixel(2.0, 8.0))
    assert not holds(window_of(POLE, CAMERA, OVERCAST, 0.0), CAMERA.pixel(2.0, 8.0))


def test_under_a_lamp_the_shadow_points_away_from_it() -> None:
    # a lamp 4 m up and 2 m to the left: the shadow of the pole's top falls 2 m to the right
    night = replace(OVERCAST, lamps=(Lamp((-2.0, 8.0, 4.0), 500.0),))
    window = window_of(POLE, CAMERA, night, 0.0)
    assert holds(window, CAMERA.pixel(2.0, 8.0))
    assert not holds(window, CAMERA.pixel(-1.5, 8.0))


def test_wet_ground_mirrors() -> None:
    assert holds(window_of(POLE, CAMERA, OVERCAST, 1.0), CAMERA.pixel(0.0, 8.0, -1.9))
    assert not holds(window_of(POLE, CAMERA, OVERCAST, 0.0), CAMERA.pixel(0.0, 8.0, -1.9))


def test_what_is_out_of_the_picture_has_no_window() -> None:
    assert window_of(POLE.at(60.0, 0.0), CAMERA, OVERCAST, 0.0) is None
    assert window_of(POLE.at(0.0, -20.0), CAMERA, OVERCAST, 0.0) is None


def test_windows_that_overlap_are_one() -> None:
    # the third joins the first two, which then overlap
    windows = [(0, 0, 10, 10), (20, 0, 30, 10), (8, 0, 22, 10), (50, 50, 60, 60)]
    assert merged(windows) == [(0, 0, 30, 10), (50, 50, 60, 60)]


def test_render_noise_does_not_get_into_the_picture() -> None:
    plate = np.full((60, 80, 3), 120, np.uint8)
    piece = np.full((40, 40, 3), 123, np.uint8)
    piece[10:20, 10:20] = 30
    done = compose(plate, [((20, 10, 60, 50), piece)])
    assert (done[24:26, 34:36] == 30).all(), "the thing is there"
    assert (done[:10] == 120).all()
    assert (done[40:50, 50:60] == 120).all(), "where nothing changed the plate stays"
