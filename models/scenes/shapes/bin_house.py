"""The open shelter in which the bins of a compound stand, with a board for each kind of waste."""

import numpy as np

from models.scenes.shapes.bins import COLOURS
from models.scenes.shapes.looks import WHITE_PLASTIC, Colour, Look, plain
from models.scenes.shapes.mesh import Mesh, box, flat, join
from models.scenes.shapes.thing import Part, Parts

BOARD_COLOURS: tuple[Colour, ...] = (
    COLOURS["wet"],
    (0.2, 0.2, 0.21),
    COLOURS["recyclable"],
    COLOURS["hazardous"],
)


def bin_house(width_m: float, depth_m: float, accent: Colour) -> Parts:
    """Make a shelter: posts, a sloping roof, a panelled back wall with boards; open towards -y."""
    half, deep = width_m / 2, depth_m / 2
    posts = [
        box((x - 0.05, y - 0.05, 0), (x + 0.05, y + 0.05, 2.55)) for x in (-half, half) for y in (-deep, deep)
    ]
    back = [
        box((x, deep - 0.04, 0.15), (x + 0.94 * width_m / 4, deep, 2.3))
        for x in np.linspace(-half + 0.03, half - width_m / 4, 4)
    ]
    sides = [box((x - 0.03, -deep + 0.1, 0.15), (x + 0.03, deep, 1.9)) for x in (-half, half)]
    floor = flat(((-half, -deep), (half, -deep), (half, deep), (-half, deep)), 0.012)
    fascia = box((-half - 0.3, -deep - 0.53, 2.6), (half + 0.3, -deep - 0.5, 2.92))
    return (
        Part(join(*posts), plain((0.42, 0.44, 0.45), 0.45, 0.4)),
        Part(_roof(half, deep), plain((0.3, 0.33, 0.34), 0.5)),
        Part(join(*back), plain((0.62, 0.66, 0.62), 0.6)),
        Part(join(*sides), plain((0.5, 0.56, 0.52), 0.6)),
        Part(floor, Look("concrete", (0.5, 0.5, 0.49), grain_m=1.5)),
        Part(fascia, plain(accent, 0.5)),
        *_boards(half, deep),
    )


def _roof(half_m: float, deep_m: float) -> Mesh:
    flat_roof = box((-half_m - 0.35, -deep_m - 0.5, 2.55), (half_m + 0.35, deep_m + 0.25, 2.67))
    vertices = flat_roof.vertices_m.copy()
    vertices[:, 2] += np.where(vertices[:, 1] < 0, 0.22, 0.0)
    return Mesh(vertices, flat_roof.faces)


def _boards(half_m: float, deep_m: float) -> list[Part]:
    """A board for each kind of waste, with lines as of writing."""
    places = np.linspace(-half_m + 0.62, half_m - 0.62, 4)
    boards = [
        Part(box((x - 0.42, deep_m - 0.06, 1.35), (x + 0.42, deep_m - 0.045, 2.1)), plain(colour, 0.5))
        for x, colour in zip(places, BOARD_COLOURS, strict=True)
    ]
    lines = [
        Part(box((x - 0.33, deep_m - 0.065, z), (x + 0.33, deep_m - 0.06, z + 0.04)), WHITE_PLASTIC)
        for x in places
        for z in (1.42 + row * 0.16 for row in range(4))
    ]
    return [*boards, *lines]
