"""E-bikes, scooters and bicycles as they stand in a row or are ridden. They face +y, wheels on the ground."""

import numpy as np

from models.scenes.shapes.looks import DARK_METAL, RUBBER, STEEL, Colour, Look, plain
from models.scenes.shapes.mesh import (
    Vector,
    box,
    ellipsoid,
    join,
    ring_tube,
    rounded_box,
    shift,
    tube,
    turn,
    wheel_disc,
)
from models.scenes.shapes.thing import Part, Parts, moved
from models.scenes.shapes.vehicles import HEADLIGHT, TAIL_LIGHT

SEAT = plain((0.03, 0.03, 0.032), 0.7)
COLOURS: tuple[Colour, ...] = (
    (0.6, 0.05, 0.05),
    (0.05, 0.05, 0.055),
    (0.75, 0.75, 0.74),
    (0.06, 0.2, 0.45),
    (0.25, 0.45, 0.4),
    (0.75, 0.45, 0.08),
    (0.35, 0.36, 0.37),
)
LENGTH_M, WIDTH_M = 1.72, 0.66


def _wheel(y_m: float, radius_m: float, solid: bool) -> list[Part]:
    place = shift(0, y_m, radius_m)
    parts = [Part(ring_tube(radius_m - 0.04, 0.04 if solid else 0.022).moved(place), RUBBER, smooth=True)]
    if solid:
        return [
            *parts,
            Part(wheel_disc(radius_m - 0.06, 0.04, 16).moved(place), STEEL),
            Part(wheel_disc(0.06, 0.1, 12).moved(place), DARK_METAL),
        ]
    spokes = [
        tube(((0, 0, -radius_m + 0.04), (0, 0, radius_m - 0.04)), 0.004, 4).moved(
            place @ turn("x", float(angle))
        )
        for angle in range(0, 180, 20)
    ]
    return [*parts, Part(join(*spokes, wheel_disc(0.03, 0.08, 10).moved(place)), STEEL)]


def _handlebar(height_m: float, y_m: float) -> list[Part]:
    bar = tube(
        (
            (-0.31, y_m - 0.1, height_m),
            (-0.2, y_m, height_m + 0.03),
            (0.2, y_m, height_m + 0.03),
            (0.31, y_m - 0.1, height_m),
        ),
        0.015,
    )
    grips = [
        tube(((x, y_m - 0.1, height_m), (x * 1.15, y_m - 0.15, height_m - 0.01)), 0.022)
        for x in (-0.31, 0.31)
    ]
    mirrors = [
        join(
            tube(((x, y_m - 0.05, height_m), (x * 1.15, y_m, height_m + 0.2)), 0.006, 6),
            ellipsoid(0.06, 0.012, 0.045).moved(shift(x * 1.15, y_m, height_m + 0.22)),
        )
        for x in (-0.27, 0.27)
    ]
    return [Part(join(bar, *mirrors), DARK_METAL), Part(join(*grips), RUBBER)]


def scooter(colour: Colour, delivery_box: Colour | None = None, basket: bool = False) -> Parts:
    """Make an e-scooter: small wheels, leg shield, floorboard, seat; perhaps a delivery box behind."""
    skin = Look("paint", colour, roughness=0.3)
    shield = rounded_box((-0.19, -0.035, 0), (0.19, 0.035, 0.55), 0.03).moved(
        shift(0, 0.5, 0.32) @ turn("x", 14)
    )
    body = rounded_box((-0.15, -0.72, 0.34), (0.15, -0.1, 0.68), 0.08, power=4.0)
    parts = [
        *_wheel(-0.58, 0.23, True),
        *_wheel(0.6, 0.23, True),
        Part(shield, skin),
        Part(body, skin, smooth=True),
    ]
    parts += [
        Part(rounded_box((-0.16, -0.2, 0.24), (0.16, 0.5, 0.32), 0.03), plain((0.06, 0.06, 0.06), 0.7)),
        Part(rounded_box((-0.14, -0.72, 0.68), (0.14, 0.0, 0.77), 0.04), SEAT),
        Part(join(*(tube(((x, 0.47, 0.9), (x, 0.6, 0.24)), 0.022) for x in (-0.07, 0.07))), DARK_METAL),
        Part(rounded_box((-0.1, 0.5, 0.4), (0.1, 0.78, 0.5), 0.04).moved(shift(0, 0, 0)), skin),
        Part(ellipsoid(0.09, 0.06, 0.07).moved(shift(0, 0.5, 0.88)), HEADLIGHT, smooth=True),
        Part(rounded_box((-0.13, 0.36, 0.84), (0.13, 0.5, 0.98), 0.04), skin),
        Part(rounded_box((-0.08, -0.8, 0.56), (0.08, -0.72, 0.64), 0.02), TAIL_LIGHT),
        Part(box((-0.09, -0.84, 0.36), (0.09, -0.82, 0.48)), plain((0.8, 0.8, 0.78), 0.5)),
        Part(tube(((0.05, -0.1, 0.24), (0.2, -0.12, 0.0)), 0.012), DARK_METAL),
        *_handlebar(1.02, 0.4),
    ]
    if delivery_box is not None:
        parts.append(
            Part(rounded_box((-0.23, -0.98, 0.78), (0.23, -0.5, 1.24), 0.04), plain(delivery_box, 0.6))
        )
    elif basket:
        parts.append(
            Part(rounded_box((-0.17, -1.0, 0.74), (0.17, -0.68, 1.0), 0.06), plain((0.05, 0.05, 0.055), 0.5))
        )
    return tuple(parts)


def bicycle(colour: Colour) -> Parts:
    """Make a bicycle with a diamond frame and a basket in front."""
    skin = Look("paint", colour, roughness=0.35)
    tubes: tuple[tuple[Vector, Vector], ...] = (
        ((0, -0.12, 0.28), (0, -0.28, 0.78)),
        ((0, -0.26, 0.72), (0, 0.36, 0.76)),
        ((0, -0.12, 0.28), (0, 0.38, 0.7)),
        ((0, -0.12, 0.28), (0, -0.52, 0.33)),
        ((0, -0.26, 0.72), (0, -0.52, 0.33)),
        ((0, 0.36, 0.92), (0, 0.54, 0.33)),
    )
    frame = join(*(tube((start, end), 0.017, 8) for start, end in tubes))
    guards = [box((-0.03, y - 0.1, 0.66), (0.03, y + 0.12, 0.68)) for y in (-0.52, 0.54)]
    cage = [box((-0.17, y, 0.72), (0.17, y + 0.01, 0.95)) for y in (0.48, 0.76)]
    cage += [box((x, 0.48, 0.72), (x + 0.01, 0.77, 0.95)) for x in (-0.17, 0.16)]
    return (
        *_wheel(-0.52, 0.33, False),
        *_wheel(0.54, 0.33, False),
        Part(frame, skin),
        Part(join(*guards), DARK_METAL),
        Part(rounded_box((-0.08, -0.42, 0.8), (0.08, -0.16, 0.86), 0.03), SEAT),
        Part(join(*cage, box((-0.17, 0.48, 0.72), (0.17, 0.77, 0.73))), plain((0.2, 0.2, 0.2), 0.5, 0.5)),
        *_handlebar(0.96, 0.32),
    )


def any_two_wheeler(rng: np.random.Generator, parked: bool = True) -> Parts:
    """Make some two-wheeler; a parked one leans on its stand with its handlebar turned a little."""
    colour = COLOURS[int(rng.integers(len(COLOURS)))]
    kind = rng.random()
    if kind < 0.25:
        parts = bicycle(colour)
    else:
        boxes: tuple[Colour | None, ...] = (None, None, None, (0.85, 0.6, 0.05), (0.05, 0.3, 0.65))
        parts = scooter(colour, boxes[int(rng.integers(len(boxes)))], basket=bool(rng.random() < 0.4))
    return moved(parts, turn("y", float(rng.uniform(3, 8)))) if parked else parts
