"""Cars, vans, trucks and buses, lofted from side profiles. They face +y and stand centred on the origin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.scenes.shapes.looks import (
    DARK_GLASS,
    DARK_METAL,
    RUBBER,
    STEEL,
    WHITE_PLASTIC,
    Colour,
    Look,
    plain,
)
from models.scenes.shapes.mesh import (
    Mesh,
    Points,
    box,
    ellipsoid,
    join,
    loft,
    ring_tube,
    rounded_box,
    scale,
    shift,
    wheel_disc,
)
from models.scenes.shapes.thing import Part, Parts

PAINTS: tuple[Colour, ...] = (
    (0.78, 0.78, 0.77),
    (0.5, 0.51, 0.52),
    (0.12, 0.12, 0.13),
    (0.02, 0.02, 0.022),
    (0.33, 0.03, 0.03),
    (0.04, 0.09, 0.25),
    (0.3, 0.24, 0.17),
    (0.05, 0.16, 0.15),
)
HEADLIGHT = Look("glass", (0.75, 0.78, 0.8), roughness=0.1)
TAIL_LIGHT = plain((0.45, 0.01, 0.01), 0.15)
ORANGE_LIGHT = plain((0.8, 0.3, 0.03), 0.2)
Knots = Sequence[tuple[float, float]]
"""(share of the length from rear to front, value) pairs."""


@dataclass(frozen=True, slots=True)
class CarShape:
    """Size of a car and its side profile."""

    length_m: float
    width_m: float
    deck: Knots
    """Upper edge of the lower body: boot, belt, bonnet."""
    roof: Knots
    """Upper edge of the cabin, from the foot of the rear window to the foot of the windscreen."""

    @property
    def height_m(self) -> float:
        """Height of the roof."""
        return max(height for _, height in self.roof)


SALOON = CarShape(
    4.6,
    1.8,
    (
        (0, 0.72),
        (0.02, 0.86),
        (0.1, 0.98),
        (0.25, 0.97),
        (0.62, 0.93),
        (0.72, 0.88),
        (0.9, 0.8),
        (0.975, 0.7),
        (1, 0.56),
    ),
    ((0.1, 0.95), (0.26, 1.36), (0.38, 1.45), (0.52, 1.44), (0.6, 1.36), (0.75, 0.88)),
)
HATCHBACK = CarShape(
    4.1,
    1.75,
    ((0, 0.7), (0.02, 0.88), (0.1, 0.96), (0.6, 0.95), (0.72, 0.92), (0.92, 0.82), (0.98, 0.7), (1, 0.55)),
    ((0.02, 0.95), (0.1, 1.38), (0.25, 1.52), (0.48, 1.53), (0.58, 1.44), (0.77, 0.9)),
)
SUV = CarShape(
    4.7,
    1.88,
    ((0, 0.8), (0.02, 1.0), (0.1, 1.08), (0.62, 1.07), (0.72, 1.04), (0.93, 0.96), (0.985, 0.84), (1, 0.62)),
    ((0.02, 1.06), (0.08, 1.55), (0.2, 1.7), (0.5, 1.7), (0.6, 1.6), (0.76, 1.02)),
)
MINIVAN = CarShape(
    4.4,
    1.7,
    ((0, 0.8), (0.015, 1.0), (0.05, 1.05), (0.7, 1.04), (0.85, 1.0), (0.96, 0.9), (0.99, 0.78), (1, 0.6)),
    ((0.012, 1.04), (0.04, 1.6), (0.12, 1.85), (0.66, 1.87), (0.75, 1.78), (0.93, 0.98)),
)
SHAPES = (SALOON, SALOON, HATCHBACK, SUV, SUV, MINIVAN)
STATIONS, AROUND = 44, 36


def car(shape: CarShape, paint: Colour) -> Parts:
    """Make a car: lower body, cabin with glass and pillars, wheels, lights, mirrors, plates."""
    look = Look("paint", paint, roughness=0.28)
    half = shape.length_m / 2
    parts = [Part(_lower_body(shape), look, smooth=True)]
    glass, painted = _cabin(shape)
    parts += [Part(glass, DARK_GLASS, smooth=True), Part(painted, look, smooth=True)]
    for y in (-half + 0.19 * shape.length_m, half - 0.185 * shape.length_m):
        parts += wheels(shape.width_m, y, 0.33)
    parts += _lights(shape)
    bumper = rounded_box(
        (-shape.width_m * 0.42, -half - 0.03, 0.25), (shape.width_m * 0.42, -half + 0.1, 0.42), 0.04
    )
    parts.append(Part(bumper, plain((0.04, 0.04, 0.04), 0.6)))
    parts.append(Part(bumper.moved(shift(0, shape.length_m - 0.07, 0)), plain((0.04, 0.04, 0.04), 0.6)))
    parts += [Part(_mirror(side * shape.width_m / 2, shape), look, smooth=True) for side in (-1, 1)]
    plate = [box((-0.22, y - 0.01, 0.44), (0.22, y + 0.01, 0.56)) for y in (-half - 0.035, half + 0.02)]
    parts.append(Part(join(*plate), plain((0.03, 0.12, 0.5), 0.5)))
    return tuple(parts)


def _profile(knots: Knots) -> Callable[[float], float]:
    shares, values = zip(*knots, strict=True)
    return lambda share: float(np.interp(share, shares, values))


def _section(half_m: float, low_m: float, high_m: float, y_m: float, power: float) -> Points:
    """One cross-section ring, counter-clockwise seen from the front."""
    from models.scenes.shapes.mesh import superellipse

    outline = superellipse(half_m, (high_m - low_m) / 2, power, AROUND)
    return np.column_stack([-outline[:, 0], np.full(AROUND, y_m), outline[:, 1] + (high_m + low_m) / 2])


def _lower_body(shape: CarShape) -> Mesh:
    deck, rings = _profile(shape.deck), []
    for share in np.unique(np.concatenate([np.linspace(0, 1, STATIONS), [0.005, 0.015, 0.985, 0.995]])):
        taper = np.interp(share, [0, 0.02, 0.12, 0.5, 0.85, 0.96, 1], [0.8, 0.9, 0.98, 1, 0.98, 0.88, 0.72])
        low = np.interp(share, [0, 0.05, 0.95, 1], [0.34, 0.2, 0.2, 0.32])
        y = (share - 0.5) * shape.length_m
        rings.append(_section(shape.width_m / 2 * taper, float(low), deck(share), y, 4.5))
    return loft(rings)


def _cabin(shape: CarShape) -> tuple[Mesh, Mesh]:
    """Glass and painted part (roof and pillars) of the cabin."""
    roof, deck = _profile(shape.roof), _profile(shape.deck)
    first, last = shape.roof[0][0], shape.roof[-1][0]
    shares = np.linspace(first, last, STATIONS)
    levels = (0.0, 0.12, 0.86, 0.95, 1.0)
    insets = (0.94, 0.93, 0.76, 0.7, 0.5)
    rows: list[Points] = []
    for share in shares:
        base = deck(float(share)) - 0.05
        top = max(roof(float(share)), base + 0.01)
        y = (share - 0.5) * shape.length_m
        left = [
            (-shape.width_m / 2 * inset, y, base + level * (top - base))
            for level, inset in zip(levels, insets, strict=True)
        ]
        rows.append(np.array(left + [(-x, at, z) for x, at, z in reversed(left)]))
    mesh = loft(rows)
    count = len(rows[0])
    pillars = _pillar_rows(shape, shares)
    glass: list[tuple[int, ...]] = []
    painted: list[tuple[int, ...]] = []
    for face in mesh.faces:
        if len(face) != 4:
            painted.append(face)
            continue
        row, column = divmod(min(face), count)
        height = float(np.mean([mesh.vertices_m[corner][2] for corner in face]))
        is_side_glass = column in (0, 1, count - 3, count - 2) and not pillars[row]
        is_screen = _is_steep(mesh, face) and 2 <= column <= count - 4 and height < shape.height_m - 0.05
        (glass if is_side_glass or is_screen else painted).append(face)
    return Mesh(mesh.vertices_m, tuple(glass)), Mesh(mesh.vertices_m, tuple(painted))


def _pillar_rows(shape: CarShape, shares: Points) -> list[bool]:
    """Which rows are pillar: the middle post, the rear post and the windscreen posts."""
    roof_shares = [share for share, _ in shape.roof]
    posts = ((roof_shares[0] + roof_shares[-1]) / 2 - 0.02, roof_shares[1] + 0.02, roof_shares[-2] + 0.01)
    return [any(abs(share - post) < 0.012 for post in posts) for share in shares]


def _is_steep(mesh: Mesh, face: tuple[int, ...]) -> bool:
    corners = mesh.vertices_m[list(face)]
    normal = np.cross(corners[2] - corners[0], corners[3] - corners[1])
    return bool(abs(normal[1]) > 0.3 * np.linalg.norm(normal))


def wheels(width_m: float, y_m: float, radius_m: float) -> list[Part]:
    """Make the two wheels of an axle, with dark wheel houses around them."""
    parts = []
    for side in (-1, 1):
        x = side * (width_m / 2 - 0.1)
        place = shift(x, y_m, radius_m)
        house = wheel_disc(radius_m + 0.06, 0.18).moved(shift(x + side * 0.015, y_m, radius_m + 0.02))
        parts.append(Part(house, plain((0.01, 0.01, 0.01), 0.9)))
        parts.append(
            Part(
                ring_tube(radius_m - 0.085, 0.09).moved(place @ shift(side * 0.045, 0, 0)),
                RUBBER,
                smooth=True,
            )
        )
        parts.append(
            Part(wheel_disc(radius_m * 0.62, 0.03).moved(shift(x + side * 0.1, y_m, radius_m)), STEEL)
        )
        parts.append(
            Part(wheel_disc(radius_m * 0.2, 0.02).moved(shift(x + side * 0.118, y_m, radius_m)), DARK_METAL)
        )
    return parts


def _lights(shape: CarShape) -> list[Part]:
    deck, half = _profile(shape.deck), shape.length_m / 2
    parts = []
    for side in (-1, 1):
        x = side * shape.width_m * 0.33
        front = ellipsoid(0.17, 0.14, 0.075).moved(shift(x, half - 0.12, deck(0.97) - 0.06))
        rear = rounded_box(
            (x - 0.15, -half - 0.01, deck(0.05) - 0.27), (x + 0.15, -half + 0.25, deck(0.05) - 0.07), 0.04
        )
        parts += [Part(front, HEADLIGHT, smooth=True), Part(rear, TAIL_LIGHT)]
    grille = rounded_box((-0.38, half - 0.06, 0.46), (0.38, half + 0.015, 0.62), 0.03)
    return [*parts, Part(grille, plain((0.03, 0.03, 0.03), 0.4))]


def _mirror(x_m: float, shape: CarShape) -> Mesh:
    y = (shape.roof[-1][0] - 0.5 - 0.07) * shape.length_m
    outside = x_m * 1.07
    return ellipsoid(0.11, 0.07, 0.075).moved(shift(outside, y, _profile(shape.deck)(0.7) + 0.08))


def van(paint: Colour, length_m: float = 5.2) -> Parts:
    """Make a delivery van with a closed body."""
    shape = CarShape(
        length_m,
        1.95,
        ((0, 0.9), (0.01, 1.2), (0.7, 1.2), (0.82, 1.15), (0.95, 1.0), (0.99, 0.85), (1, 0.6)),
        ((0.004, 1.18), (0.01, 2.1), (0.04, 2.25), (0.68, 2.28), (0.76, 2.18), (0.9, 1.08)),
    )
    cargo = rounded_box((-0.95, -length_m / 2 - 0.02, 0.9), (0.95, length_m * 0.12, 2.2), 0.06)
    return (*car(shape, paint), Part(cargo, Look("paint", paint, roughness=0.35)))


def truck(paint: Colour, cargo: Colour, length_m: float = 6.2) -> Parts:
    """Make a light truck: cab in front, box body behind."""
    half, width = length_m / 2, 2.1
    look = Look("paint", paint, roughness=0.35)
    cab = rounded_box((-width / 2, half - 1.65, 0.5), (width / 2, half, 2.25), 0.12, power=6.0)
    windscreen = rounded_box((-0.9, half - 0.1, 1.35), (0.9, half + 0.02, 2.05), 0.04)
    side = rounded_box((-width / 2 - 0.012, half - 1.25, 1.4), (width / 2 + 0.012, half - 0.3, 2.0), 0.04)
    ribs = [
        box((-width / 2 - 0.09, y, 0.95), (width / 2 + 0.09, y + 0.05, 2.85))
        for y in np.arange(-half, half - 1.8, 0.6)
    ]
    parts = [
        Part(cab, look, smooth=False),
        Part(windscreen, DARK_GLASS),
        Part(side, DARK_GLASS),
        Part(box((-width / 2 - 0.07, -half, 0.9), (width / 2 + 0.07, half - 1.75, 2.9)), plain(cargo, 0.5)),
        Part(join(*ribs), plain((cargo[0] * 0.8, cargo[1] * 0.8, cargo[2] * 0.8), 0.5)),
        Part(box((-0.4, -half + 0.1, 0.55), (0.4, half - 0.4, 0.85)), DARK_METAL),
        Part(
            rounded_box((-width / 2, half - 0.2, 0.38), (width / 2, half + 0.06, 0.68)),
            plain((0.1, 0.1, 0.1), 0.6),
        ),
        Part(box((-0.22, half + 0.06, 0.45), (0.22, half + 0.075, 0.58)), plain((0.7, 0.5, 0.05), 0.5)),
    ]
    for y in (-half + 1.1, half - 0.95):
        parts += wheels(width, y, 0.4)
    for x in (-0.75, 0.75):
        parts.append(Part(box((x - 0.16, half + 0.0, 0.75), (x + 0.16, half + 0.03, 0.95)), HEADLIGHT))
        parts.append(Part(box((x - 0.12, -half - 0.02, 0.75), (x + 0.12, -half, 0.88)), TAIL_LIGHT))
    return tuple(parts)


def bus(paint: Colour, length_m: float = 9.5) -> Parts:
    """Make a town bus with a band of windows."""
    half, width = length_m / 2, 2.45
    look = Look("paint", paint, roughness=0.35)
    windows = [
        rounded_box((-width / 2 - 0.015, y, 1.35), (width / 2 + 0.015, y + 1.25, 2.35), 0.05)
        for y in np.arange(-half + 0.4, half - 1.5, 1.4)
    ]
    parts = [
        Part(rounded_box((-width / 2, -half, 0.32), (width / 2, half, 3.0), 0.16), look),
        Part(join(*windows), DARK_GLASS),
        Part(rounded_box((-1.1, half - 0.1, 1.1), (1.1, half + 0.02, 2.6), 0.06), DARK_GLASS),
        Part(rounded_box((-1.0, -half - 0.02, 1.5), (1.0, -half + 0.1, 2.5), 0.06), DARK_GLASS),
        Part(box((-width / 2 - 0.01, -half + 0.1, 0.8), (width / 2 + 0.01, half - 0.1, 0.98)), WHITE_PLASTIC),
    ]
    for y in (-half + 2.2, half - 2.0):
        parts += wheels(width, y, 0.46)
    for x in (-0.9, 0.9):
        parts.append(Part(ellipsoid(0.18, 0.05, 0.12).moved(shift(x, half, 0.75)), HEADLIGHT, smooth=True))
        parts.append(Part(box((x - 0.1, -half - 0.02, 0.8), (x + 0.1, -half, 1.15)), TAIL_LIGHT))
    return tuple(parts)


def any_car(rng: np.random.Generator) -> Parts:
    """Make a passenger car of a shape and colour drawn at random."""
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    paint = PAINTS[int(rng.integers(len(PAINTS)))]
    return tuple(part.moved(scale(1, float(rng.uniform(0.95, 1.05)), 1)) for part in car(shape, paint))


def any_large_vehicle(rng: np.random.Generator) -> Parts:
    """Make a truck or a bus."""
    paint = PAINTS[int(rng.integers(len(PAINTS)))]
    if rng.random() < 0.7:
        cargo = [(0.75, 0.76, 0.76), (0.15, 0.25, 0.5), (0.1, 0.35, 0.2), (0.55, 0.36, 0.1)][
            int(rng.integers(4))
        ]
        return truck(paint, cargo, float(rng.uniform(5.4, 7.4)))
    return bus(
        ((0.1, 0.35, 0.2), (0.5, 0.1, 0.08), (0.12, 0.25, 0.5))[int(rng.integers(3))],
        float(rng.uniform(8, 11)),
    )
