"""The street itself: ground, kerbs, painted markings, lamp posts, fences, drains and notices."""

from collections.abc import Sequence

import numpy as np

from models.scenes.shapes.looks import DARK_METAL, Colour, Look, plain
from models.scenes.shapes.mesh import Mesh, box, flat, join, lathe, shift, tube
from models.scenes.shapes.thing import Part, Parts

YELLOW: Colour = (0.62, 0.42, 0.05)
ROAD_WHITE: Colour = (0.62, 0.62, 0.6)


def ground(look: Look, low_m: tuple[float, float], high_m: tuple[float, float], z_m: float = 0.0) -> Parts:
    """Make a flat rectangle of ground."""
    (x1, y1), (x2, y2) = low_m, high_m
    return (Part(flat(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), z_m), look),)


def kerb(start_m: tuple[float, float], end_m: tuple[float, float], height_m: float = 0.12) -> Parts:
    """Make a row of kerb stones along x or y."""
    begin, end = np.array(start_m), np.array(end_m)
    length = float(np.abs(end - begin).max())
    aside = np.array([0.0, 0.07]) if abs(end[0] - begin[0]) == length else np.array([0.07, 0.0])
    stones = []
    for at in np.arange(0, length, 1.0):
        ends = [begin + (end - begin) * share / length for share in (at, min(at + 0.985, length))]
        low, high = np.minimum(*ends) - aside, np.maximum(*ends) + aside
        stones.append(box((float(low[0]), float(low[1]), 0.0), (float(high[0]), float(high[1]), height_m)))
    return (Part(join(*stones), Look("concrete", (0.46, 0.46, 0.45))),)


def strip(start_m: tuple[float, float], end_m: tuple[float, float], width_m: float) -> Mesh:
    """Give a painted line on the ground."""
    begin, end = np.array(start_m), np.array(end_m)
    along = (end - begin) / np.linalg.norm(end - begin)
    aside = np.array([-along[1], along[0]]) * width_m / 2
    corners = [begin + aside, begin - aside, end - aside, end + aside]
    return flat([(float(x), float(y)) for x, y in corners], 0.006)


def markings(lines: Sequence[Mesh], colour: Colour, under: Colour) -> Parts:
    """Paint lines; where the paint is worn the ground's colour shows."""
    return (Part(join(*lines), Look("worn_paint", colour, second=under, roughness=0.6)),)


def hatched_lane(left_m: float, right_m: float, near_m: float, far_m: float) -> list[Mesh]:
    """Give the yellow edge lines and the hatching of a fire lane along y."""
    lines = [strip((x, near_m), (x, far_m), 0.14) for x in (left_m + 0.07, right_m - 0.07)]
    lines += [strip((left_m + 0.07, y), (right_m - 0.07, y), 0.14) for y in (near_m, far_m)]
    width = right_m - left_m
    for y in np.arange(near_m + 0.3, far_m - width * 0.7, 2.4):
        lines.append(strip((left_m + 0.15, float(y)), (right_m - 0.15, float(y + width * 0.7)), 0.13))
    return lines


def lamp_post(height_m: float, reach_m: float, glow_w_m2: float) -> Parts:
    """Make a lamp post whose arm reaches to +x; the lamp hangs under its end."""
    pole = tube(((0, 0, 0), (0, 0, height_m * 0.6), (0, 0, height_m)), (0.075, 0.06, 0.05))
    arm = tube(
        ((0, 0, height_m - 0.05), (reach_m * 0.5, 0, height_m + 0.1), (reach_m, 0, height_m + 0.08)), 0.03
    )
    head = box((reach_m - 0.3, -0.11, height_m), (reach_m + 0.25, 0.11, height_m + 0.1))
    shine = box((reach_m - 0.22, -0.08, height_m - 0.02), (reach_m + 0.18, 0.08, height_m - 0.005))
    lamp = (
        Look("lamp", (1.0, 0.8, 0.5), light_w_m2=glow_w_m2) if glow_w_m2 > 0 else plain((0.8, 0.8, 0.75), 0.3)
    )
    return (
        Part(join(pole, arm), plain((0.2, 0.22, 0.22), 0.5, 0.3), True),
        Part(head, DARK_METAL),
        Part(shine, lamp),
    )


def fence(length_m: float, height_m: float = 1.5) -> Parts:
    """Make a railing along x, centred on the origin."""
    half = length_m / 2
    bars = [box((x - 0.012, -0.012, 0.1), (x + 0.012, 0.012, height_m)) for x in np.arange(-half, half, 0.14)]
    rails = [box((-half, -0.025, z), (half, 0.025, z + 0.05)) for z in (0.25, height_m - 0.2)]
    return (Part(join(*bars, *rails), plain((0.05, 0.08, 0.06), 0.5, 0.3)),)


def drain_cover(radius_m: float = 0.33) -> Parts:
    """Make an iron cover in the ground."""
    return (
        Part(
            lathe([(radius_m, 0.0), (radius_m, 0.008), (radius_m * 0.9, 0.01)], 28),
            plain((0.1, 0.095, 0.09), 0.7, 0.3),
        ),
    )


def notice(width_m: float, height_m: float, colour: Colour, lines: int = 3) -> Parts:
    """Make a notice board on two legs, with lines as of writing, looking to -y."""
    half = width_m / 2
    legs = join(*(box((x - 0.03, -0.03, 0), (x + 0.03, 0.03, 1.0 + height_m)) for x in (-half, half)))
    text = [
        box(
            (-half * 0.8, -0.055, 1.0 + height_m * (0.2 + 0.22 * row)),
            (half * (0.75 - 0.15 * (row % 2)), -0.05, 1.0 + height_m * (0.28 + 0.22 * row)),
        )
        for row in range(lines)
    ]
    return (
        Part(legs, DARK_METAL),
        Part(box((-half, -0.05, 1.0), (half, -0.02, 1.0 + height_m)), plain(colour, 0.5)),
        Part(join(*text).moved(shift(0, 0, 0)), plain((0.85, 0.85, 0.82), 0.6)),
    )


def bollard() -> Parts:
    """Make a steel bollard with a reflecting band."""
    return (
        Part(lathe([(0.06, 0), (0.06, 0.8), (0.04, 0.84)], 16), plain((0.55, 0.42, 0.05), 0.5), True),
        Part(lathe([(0.062, 0.55), (0.062, 0.68)], 16), plain((0.03, 0.03, 0.03), 0.5), True),
    )
