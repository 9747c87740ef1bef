"""Trees, shrubs and hedges: clouds of small leaves."""

import numpy as np

from models.scenes.shapes.looks import Colour, Look
from models.scenes.shapes.mesh import Mesh, Points, box, shift, tube
from models.scenes.shapes.thing import Part, Parts

GREENS: tuple[tuple[Colour, Colour], ...] = (
    ((0.05, 0.12, 0.025), (0.1, 0.2, 0.04)),
    ((0.035, 0.09, 0.03), (0.07, 0.16, 0.05)),
    ((0.1, 0.15, 0.03), (0.2, 0.24, 0.06)),
)
BARK = Look("soil", (0.1, 0.075, 0.05), second=(0.16, 0.12, 0.09))


def leaves(rng: np.random.Generator, places_m: Points, size_m: float) -> Mesh:
    """Put a leaf, turned at random, at each place (N, 3)."""
    count = len(places_m)
    across = rng.normal(size=(count, 3))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along = np.cross(across, rng.normal(size=(count, 3)))
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    size = size_m * rng.uniform(0.6, 1.3, (count, 1))
    corners = [
        places_m - across * size * 0.5,
        places_m - along * size,
        places_m + across * size * 0.5,
        places_m + along * size,
    ]
    vertices = np.stack(corners, axis=1).reshape(-1, 3)
    return Mesh(vertices, tuple((at, at + 1, at + 2, at + 3) for at in range(0, 4 * count, 4)))


def _green(rng: np.random.Generator) -> Look:
    first, second = GREENS[int(rng.integers(len(GREENS)))]
    return Look("leaf", first, second=second)


def _ball(rng: np.random.Generator, count: int) -> Points:
    """Places within a unit ball, more of them near its skin."""
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return np.asarray(direction * rng.uniform(0.35, 1.0, (count, 1)) ** 0.5)


def tree(rng: np.random.Generator, height_m: float, crown_m: float) -> Parts:
    """Make a street tree with several tufts of leaves."""
    top = height_m - crown_m * 0.5
    trunk = tube(
        ((0, 0, 0), (rng.uniform(-0.1, 0.1), 0.05, top * 0.5), (rng.uniform(-0.2, 0.2), 0, top)),
        (0.14, 0.11, 0.06),
    )
    tufts = []
    for _ in range(9):
        centre = rng.normal(0, 0.33, 3) * crown_m * [1, 1, 0.6] + [0, 0, top]
        tufts.append(_ball(rng, 110) * crown_m * rng.uniform(0.22, 0.36) + centre)
    return (Part(trunk, BARK, True), Part(leaves(rng, np.vstack(tufts), 0.16), _green(rng)))


def shrub(rng: np.random.Generator, radius_m: float) -> Parts:
    """Make a round shrub."""
    places = _ball(rng, 260) * [radius_m, radius_m, radius_m * 0.8] + [0, 0, radius_m * 0.7]
    return (Part(leaves(rng, places, 0.09), _green(rng)),)


def hedge(rng: np.random.Generator, length_m: float, depth_m: float = 0.7, height_m: float = 0.8) -> Parts:
    """Make a trimmed hedge along x, centred on the origin."""
    count = int(length_m * 170)
    places = rng.uniform(-0.5, 0.5, (count, 3))
    places[: count // 2, 2] = 0.5
    places[count // 2 :, 1] = -0.5
    places = places * [length_m, depth_m, height_m] + [0, 0, height_m / 2]
    places += rng.normal(0, 0.035, places.shape)
    core = box((-length_m / 2, -depth_m / 2 + 0.06, 0), (length_m / 2, depth_m / 2, height_m - 0.06))
    return (
        Part(core, Look("leaf", (0.015, 0.03, 0.01), second=(0.03, 0.05, 0.015))),
        Part(leaves(rng, places, 0.09), _green(rng)),
    )


def lawn(width_m: float, depth_m: float) -> Parts:
    """Make a strip of earth and grass from the origin."""
    from models.scenes.shapes.mesh import flat

    mesh = flat(((0, 0), (width_m, 0), (width_m, depth_m), (0, depth_m)), 0.02).moved(shift(0, 0, 0))
    return (Part(mesh, Look("soil", (0.07, 0.1, 0.03), second=(0.12, 0.1, 0.06))),)
