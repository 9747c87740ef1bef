"""Wheelie bins in the four Shanghai colours, shut, open or overflowing; street bins."""

from typing import Literal

import numpy as np

from models.scenes.shapes import bags
from models.scenes.shapes.looks import RUBBER, WHITE_PLASTIC, Colour, Look, plain
from models.scenes.shapes.mesh import (
    Mesh,
    box,
    join,
    loft,
    rounded_box,
    scale,
    shift,
    superellipse,
    tube,
    turn,
    wheel_disc,
)
from models.scenes.shapes.thing import Part, Parts, moved

Stream = Literal["dry", "wet", "recyclable", "hazardous"]
COLOURS: dict[Stream, Colour] = {
    "dry": (0.045, 0.047, 0.05),
    "wet": (0.24, 0.12, 0.06),
    "recyclable": (0.03, 0.17, 0.48),
    "hazardous": (0.55, 0.04, 0.035),
}
"""GB/T 19095 as Shanghai paints it: dry black, wet brown, recyclable blue, hazardous red."""

WIDTH_M, DEPTH_M, HEIGHT_M = 0.58, 0.7, 1.0


def wheelie_bin(colour: Colour, lid_open_deg: float = 0.0, size: float = 1.0) -> Parts:
    """Make a 240-litre bin that faces -y (its hinge is behind); the lid opens backwards."""
    plastic = plain(colour, 0.42)
    rings = []
    for z, half_x, half_y in (
        (0.07, 0.2, 0.23),
        (0.1, 0.22, 0.25),
        (0.82, 0.27, 0.32),
        (0.86, 0.29, 0.345),
        (0.95, 0.295, 0.35),
    ):
        outline = superellipse(half_x, half_y, 7.0, 32)
        rings.append(np.column_stack([outline, np.full(32, z)]))
    ribs = [box((x - 0.018, -0.325, 0.3), (x + 0.018, -0.26, 0.8)).moved(turn("x", 0)) for x in (-0.19, 0.19)]
    parts = [
        Part(loft(rings), plastic, smooth=False),
        Part(join(*ribs), plastic),
        Part(_tilted_panel(0.26, 0.24, 0.5), WHITE_PLASTIC),
        Part(_tilted_panel(0.16, 0.1, 0.56, lift_m=0.008), plain(colour, 0.5)),
        Part(tube(((-0.22, 0.4, 0.93), (0.22, 0.4, 0.93)), 0.018), plastic),
    ]
    wheel = wheel_disc(0.1, 0.05)
    parts += [Part(wheel.moved(shift(x, 0.28, 0.1)), RUBBER) for x in (-0.25, 0.25)]
    parts += _lid(plastic, lid_open_deg)
    return moved(tuple(parts), scale(size, size, size))


def _tilted_panel(width_m: float, height_m: float, z_m: float, lift_m: float = 0.004) -> Mesh:
    """A label on the slanting front."""
    half = width_m / 2
    corners = [(-half, z_m), (half, z_m), (half, z_m + height_m), (-half, z_m + height_m)]
    vertices = [(x, -(0.25 + 0.07 * (z - 0.1) / 0.72) - lift_m, z) for x, z in corners]
    return Mesh(np.array(vertices, dtype=np.float64), ((0, 1, 2, 3),))


def _lid(look: Look, open_deg: float) -> list[Part]:
    rings = []
    for z, half_x, half_y in ((0.0, 0.31, 0.37), (0.025, 0.31, 0.37), (0.05, 0.28, 0.33), (0.065, 0.16, 0.2)):
        outline = superellipse(half_x, half_y, 6.0, 32)
        rings.append(np.column_stack([outline, np.full(32, z)]))
    hinge = shift(0, 0.37, 0.95) @ turn("x", -open_deg) @ shift(0, -0.37, 0)
    return [
        Part(loft(rings), look, matrix=hinge),
        Part(box((-0.08, -0.4, 0.0), (0.08, -0.36, 0.03)), look, matrix=hinge),
    ]


def overflowing(rng: np.random.Generator, colour: Colour) -> Parts:
    """Make a bin whose lid stands open over the bags heaped in it."""
    parts = list(wheelie_bin(colour, lid_open_deg=float(rng.uniform(35, 115))))
    for _ in range(int(rng.integers(2, 5))):
        bag = bags.any_bag(rng, large=bool(rng.random() < 0.5))
        bag = bags.toppled(bag, rng) if rng.random() < 0.4 else bag
        x, y = rng.uniform(-0.13, 0.13), rng.uniform(-0.2, 0.15)
        parts += moved(
            bag, shift(float(x), float(y), float(rng.uniform(0.72, 0.98))) @ scale(0.85, 0.85, 0.85)
        )
    return tuple(parts)


def litter_bin(rng: np.random.Generator) -> Parts:
    """Make a steel street bin with two openings."""
    body = plain((0.16, 0.2, 0.19) if rng.random() < 0.5 else (0.4, 0.41, 0.42), 0.4, 0.5)
    slots = [box((x - 0.13, -0.215, 0.62), (x + 0.13, -0.2, 0.78)) for x in (-0.22, 0.22)]
    labels = [
        Part(box((x - 0.12, -0.212, 0.2), (x + 0.12, -0.205, 0.5)), plain(colour, 0.5))
        for x, colour in ((-0.22, COLOURS["recyclable"]), (0.22, (0.25, 0.25, 0.26)))
    ]
    return (
        Part(rounded_box((-0.45, -0.2, 0.08), (0.45, 0.2, 0.95)), body, smooth=False),
        Part(rounded_box((-0.5, -0.26, 0.95), (0.5, 0.26, 1.02), 0.02), body),
        Part(join(*slots), plain((0.01, 0.01, 0.01), 0.9)),
        *labels,
    )
