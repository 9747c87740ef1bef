"""What stands on flat roofs: parapets, stair houses, tanks, pipes, heaters, laundry, a shed that grows."""

import numpy as np

from models.scenes.shapes.looks import DARK_GLASS, DARK_METAL, STEEL, WHITE_PLASTIC, Colour, Look, plain
from models.scenes.shapes.mesh import Mesh, box, join, lathe, shift, tube, turn
from models.scenes.shapes.thing import Part, Parts

PLASTER = Look("plaster", (0.58, 0.56, 0.5))
BRICK = Look("brick", (0.4, 0.18, 0.12), second=(0.5, 0.48, 0.45), grain_m=0.08)
BLUE_SHEET = Look("corrugated", (0.06, 0.2, 0.46), roughness=0.45, grain_m=0.35)


def slab(width_m: float, depth_m: float, below_m: float, tiles: Look) -> Parts:
    """Make the top of a house about the origin: roof at z = 0, parapets, walls down to `below_m`."""
    x, y = width_m / 2, depth_m / 2
    edges = [
        box((-x, -y, 0), (x, -y + 0.22, 0.75)),
        box((-x, y - 0.22, 0), (x, y, 1.0)),
        box((-x, -y, 0), (-x + 0.22, y, 1.0)),
        box((x - 0.22, -y, 0), (x, y, 1.0)),
    ]
    return (
        Part(box((-x, -y, -below_m), (x, y, 0)), tiles),
        Part(join(*edges), PLASTER),
    )


def stair_house(width_m: float, depth_m: float, height_m: float) -> Parts:
    """Make the hut over the stairs, with a door to -y."""
    x, y = width_m / 2, depth_m / 2
    return (
        Part(box((-x, -y, 0), (x, y, height_m)), PLASTER),
        Part(
            box((-x - 0.15, -y - 0.15, height_m), (x + 0.15, y + 0.15, height_m + 0.12)),
            Look("concrete", (0.4, 0.4, 0.4)),
        ),
        Part(box((-0.45, -y - 0.02, 0), (0.45, -y, 2.0)), plain((0.2, 0.27, 0.24), 0.5)),
    )


def water_tank(radius_m: float, length_m: float) -> Parts:
    """Make a steel tank lying on a frame, along x."""
    body = lathe(
        [
            (0.02, -length_m / 2),
            (radius_m, -length_m / 2 + 0.1),
            (radius_m, length_m / 2 - 0.1),
            (0.02, length_m / 2),
        ],
        28,
    )
    legs = [
        box((x - 0.05, y - 0.05, 0), (x + 0.05, y + 0.05, 0.7))
        for x in (-length_m * 0.3, length_m * 0.3)
        for y in (-radius_m * 0.7, radius_m * 0.7)
    ]
    return (
        Part(body.moved(shift(0, 0, 0.6 + radius_m) @ turn("y", 90)), STEEL, True),
        Part(join(*legs), DARK_METAL),
    )


def solar_heater() -> Parts:
    """Make a solar water heater: a slanting rack of tubes under a drum."""
    tubes = [tube(((x, -0.75, 0.25), (x, 0.55, 1.25)), 0.035, 6) for x in np.arange(-0.8, 0.81, 0.1)]
    drum = tube(((-1.0, 0.65, 1.35), (1.0, 0.65, 1.35)), 0.22, 18)
    legs = [
        box((x - 0.03, y - 0.03, 0), (x + 0.03, y + 0.03, z))
        for x in (-0.8, 0.8)
        for y, z in ((-0.75, 0.3), (0.65, 1.3))
    ]
    return (Part(join(*tubes), DARK_GLASS), Part(drum, WHITE_PLASTIC, True), Part(join(*legs), STEEL))


def pipes(length_m: float) -> Parts:
    """Make two pipes along x on low blocks."""
    runs = [tube(((-length_m / 2, y, 0.22), (length_m / 2, y, 0.22)), 0.06, 10) for y in (-0.12, 0.14)]
    blocks = [
        box((x - 0.1, -0.3, 0), (x + 0.1, 0.3, 0.16))
        for x in np.arange(-length_m / 2 + 0.4, length_m / 2, 1.5)
    ]
    return (
        Part(join(*runs), plain((0.5, 0.5, 0.48), 0.5, 0.3), True),
        Part(join(*blocks), Look("concrete", (0.42, 0.42, 0.41))),
    )


def clothes_line(length_m: float) -> Parts:
    """Make two posts and a line between them, along x."""
    posts = [tube(((x, 0, 0), (x, 0, 1.9)), 0.03, 8) for x in (-length_m / 2, length_m / 2)]
    line = tube(((-length_m / 2, 0, 1.85), (0, 0, 1.78), (length_m / 2, 0, 1.85)), 0.008, 5)
    return (Part(join(*posts, line), STEEL),)


def laundry(rng: np.random.Generator, length_m: float) -> Parts:
    """Hang sheets and shirts on a line along x."""
    colours: tuple[Colour, ...] = (
        (0.8, 0.8, 0.8),
        (0.55, 0.12, 0.15),
        (0.15, 0.28, 0.55),
        (0.75, 0.6, 0.3),
        (0.3, 0.5, 0.45),
    )
    parts, x = [], -length_m / 2 + 0.15
    while x < length_m / 2 - 0.5:
        width, drop = float(rng.uniform(0.5, 1.1)), float(rng.uniform(0.6, 1.3))
        parts.append(
            Part(_cloth(rng, x, width, drop), plain(colours[int(rng.integers(len(colours)))], 0.95), True)
        )
        x += width + float(rng.uniform(0.08, 0.3))
    return tuple(parts)


def _cloth(rng: np.random.Generator, x_m: float, width_m: float, drop_m: float) -> Mesh:
    across, down = np.meshgrid(np.linspace(0, 1, 10), np.linspace(0, 1, 8))
    wave = 0.07 * down * np.sin(across * 9 + rng.uniform(0, 6)) + 0.05 * down * rng.normal()
    vertices = np.column_stack(
        [(x_m + across * width_m).ravel(), wave.ravel(), (1.8 - down * drop_m).ravel()]
    )
    faces = [
        (r * 10 + c, r * 10 + c + 1, (r + 1) * 10 + c + 1, (r + 1) * 10 + c)
        for r in range(7)
        for c in range(9)
    ]
    return Mesh(vertices, tuple(faces))


SHED_STAGES = 4


def shed(width_m: float, depth_m: float, height_m: float, stage: int) -> Parts:
    """Make a shed at a stage of its building, 1 to 4: low walls, higher walls, full walls, roofed."""
    x, y = width_m / 2, depth_m / 2
    walls_m = {1: 0.7, 2: 1.4}.get(stage, height_m)
    walls = [
        box((-x, y - 0.15, 0), (x, y, walls_m)),
        box((-x, -y, 0), (-x + 0.15, y, walls_m)),
        box((x - 0.15, -y, 0), (x, y, walls_m)),
        box((-x, -y, 0), (-0.5, -y + 0.15, walls_m)),
        box((0.5, -y, 0), (x, -y + 0.15, walls_m)),
    ]
    posts = [
        box((px - 0.06, py - 0.06, 0), (px + 0.06, py + 0.06, height_m))
        for px in (-x, 0, x)
        for py in (-y, y)
    ]
    parts = [
        Part(join(*walls), BRICK),
        Part(join(*posts), DARK_METAL),
        Part(box((-x, -y, 0.0), (x, y, 0.06)), Look("concrete", (0.5, 0.5, 0.49))),
    ]
    if stage >= SHED_STAGES:
        roof = Mesh(
            box((-x - 0.2, -y - 0.25, height_m), (x + 0.2, y + 0.2, height_m + 0.07)).vertices_m.copy(),
            box((0, 0, 0), (1, 1, 1)).faces,
        )
        roof.vertices_m[:, 2] += np.where(roof.vertices_m[:, 1] > 0, 0.3, 0.0)
        parts += [
            Part(roof, BLUE_SHEET),
            Part(box((-0.42, -y - 0.03, 0), (0.42, -y, 1.95)), plain((0.5, 0.5, 0.52), 0.4, 0.4)),
        ]
    return tuple(parts)
