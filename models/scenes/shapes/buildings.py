"""Houses of the compound: fronts with windows, balconies, cages, air conditioners and drain pipes."""

import numpy as np

from models.scenes.shapes.looks import DARK_GLASS, STEEL, WHITE_PLASTIC, Colour, Look, plain
from models.scenes.shapes.mesh import Mesh, box, join, shift, tube, turn, wheel_disc
from models.scenes.shapes.thing import Part, Parts, moved

STOREY_M = 2.9
WALLS: tuple[Colour, ...] = (
    (0.62, 0.56, 0.46),
    (0.6, 0.6, 0.58),
    (0.55, 0.42, 0.34),
    (0.66, 0.62, 0.52),
    (0.42, 0.46, 0.48),
)


def front(rng: np.random.Generator, bays: int, storeys: int, colour: Colour | None = None) -> Parts:
    """Make a house whose front looks to -y along x, centred on the origin; each bay is 3.2 m wide."""
    half, depth, height = bays * 1.6, 8.0, storeys * STOREY_M
    wall = colour or WALLS[int(rng.integers(len(WALLS)))]
    look = (
        Look("plaster", wall)
        if rng.random() < 0.75
        else Look("brick", (0.36, 0.16, 0.11), second=(0.5, 0.48, 0.45), grain_m=0.07)
    )
    glass, frames, sills, cages, units = [], [], [], [], []
    for bay in range(bays):
        x = -half + 1.6 + bay * 3.2
        has_balcony = bay % 3 == 1
        for storey in range(storeys):
            z = storey * STOREY_M
            width = 1.1 if has_balcony else 0.75
            glass.append(box((x - width, -0.02, z + 0.95), (x + width, 0.1, z + 2.35)))
            frames += _frame(x, width, z)
            sills.append(box((x - width - 0.12, -0.14, z + 0.86), (x + width + 0.12, 0.0, z + 0.94)))
            if has_balcony and storey > 0:
                sills += _balcony(x, z)
            elif rng.random() < 0.45:
                cages += _cage(x, width, z)
            if rng.random() < 0.6:
                units.append((x + 1.25 * (1 if rng.random() < 0.5 else -1), z + 0.35))
    pipes = [tube(((x, -0.08, 0), (x, -0.08, height)), 0.055, 8) for x in (-half + 0.15, half - 0.15, 0.05)]
    return (
        Part(box((-half, 0, 0), (half, depth, height + 0.8)), look),
        Part(box((-half - 0.02, -0.04, 0), (half + 0.02, 0.0, 0.6)), Look("concrete", (0.34, 0.34, 0.33))),
        Part(join(*glass), DARK_GLASS),
        Part(join(*frames), WHITE_PLASTIC),
        Part(join(*sills), Look("plaster", (wall[0] * 0.85, wall[1] * 0.85, wall[2] * 0.85))),
        Part(join(*pipes, *(cages or [])), plain((0.5, 0.5, 0.5), 0.5, 0.3)),
        *(part for x, z in units for part in moved(air_conditioner(), shift(x, -0.3, z))),
    )


def _frame(x_m: float, width_m: float, z_m: float) -> list[Mesh]:
    bars = [
        box((x - 0.025, -0.05, z_m + 0.95), (x + 0.025, 0.0, z_m + 2.35))
        for x in (x_m - width_m, x_m, x_m + width_m)
    ]
    return bars + [
        box((x_m - width_m, -0.05, z), (x_m + width_m, 0.0, z + 0.05))
        for z in (z_m + 0.95, z_m + 1.75, z_m + 2.3)
    ]


def _balcony(x_m: float, z_m: float) -> list[Mesh]:
    slab = box((x_m - 1.5, -1.1, z_m - 0.12), (x_m + 1.5, 0, z_m))
    rail = box((x_m - 1.5, -1.1, z_m), (x_m + 1.5, -1.02, z_m + 0.95))
    sides = [box((x - 0.04, -1.1, z_m), (x + 0.04, 0, z_m + 0.95)) for x in (x_m - 1.46, x_m + 1.46)]
    return [slab, rail, *sides]


def _cage(x_m: float, width_m: float, z_m: float) -> list[Mesh]:
    """A burglar cage before a window."""
    bars = [
        box((x - 0.008, -0.32, z_m + 0.9), (x + 0.008, -0.304, z_m + 2.4))
        for x in np.linspace(x_m - width_m, x_m + width_m, 9)
    ]
    return bars + [
        box((x_m - width_m, -0.33, z), (x_m + width_m, -0.3, z + 0.02))
        for z in (z_m + 0.9, z_m + 1.6, z_m + 2.4)
    ]


def air_conditioner() -> Parts:
    """Make an outdoor unit that hangs on the wall behind it."""
    return (
        Part(box((-0.4, -0.15, 0), (0.4, 0.15, 0.58)), WHITE_PLASTIC),
        Part(
            wheel_disc(0.22, 0.02, 20).moved(shift(-0.1, -0.16, 0.29) @ turn("z", 90)),
            plain((0.12, 0.12, 0.12), 0.6),
        ),
        Part(box((-0.42, 0.0, -0.06), (0.42, 0.3, -0.02)), STEEL),
    )


def garden_wall(length_m: float, height_m: float, colour: Colour) -> Parts:
    """Make a wall along x, centred on the origin, with a coping."""
    half = length_m / 2
    return (
        Part(box((-half, 0, 0), (half, 0.24, height_m)), Look("plaster", colour)),
        Part(box((-half, -0.05, height_m), (half, 0.29, height_m + 0.1)), Look("concrete", (0.4, 0.4, 0.39))),
        Part(box((-half, -0.02, 0), (half, 0.0, 0.35)), Look("concrete", (0.3, 0.3, 0.29))),
    )
