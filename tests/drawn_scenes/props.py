"""The things of a scene: people who walk, bags, bins, cars, sheds, laundry; sizes and places in metres."""

from dataclasses import dataclass

import numpy as np

from tests.drawn_scenes.camera import Points
from tests.drawn_scenes.canvas import Canvas, Colour

BLACK_BAG: Colour = (46, 42, 40)
RED_BAG: Colour = (52, 48, 176)


@dataclass(frozen=True, slots=True)
class Clothes:
    """Colours of one person."""

    coat: Colour
    trousers: Colour
    hair: Colour = (30, 28, 26)
    skin: Colour = (140, 170, 205)


def person(
    canvas: Canvas, at_m: tuple[float, float], heading: tuple[float, float], stride: float, wear: Clothes
) -> None:
    """Draw a walking adult of 1.7 m; `stride` is the phase of the walk in radians, 0 when standing."""
    x, y = at_m
    along = np.array([heading[0], heading[1], 0.0])
    across = np.array([-heading[1], heading[0], 0.0])
    ground = np.array([x, y, 0.0])
    swing = 0.30 * np.sin(stride)

    def point(up: float, forward: float = 0.0, side: float = 0.0) -> Points:
        return np.asarray(ground + along * forward + across * side + [0, 0, up])

    for sign in (-1.0, 1.0):
        canvas.limb(
            point(0.86, 0, sign * 0.09), point(0.45, swing * sign * 0.6, sign * 0.09), 0.085, wear.trousers
        )
        canvas.limb(
            point(0.45, swing * sign * 0.6, sign * 0.09),
            point(0.04, swing * sign, sign * 0.09),
            0.07,
            wear.trousers,
        )
        canvas.limb(point(1.36, 0, sign * 0.22), point(0.88, -swing * sign, sign * 0.25), 0.055, wear.coat)
    canvas.limb(point(0.88), point(1.34), 0.12, wear.coat)
    torso = [
        (0.17, 0.82),
        (0.19, 1.05),
        (0.22, 1.34),
        (0.15, 1.44),
        (-0.15, 1.44),
        (-0.22, 1.34),
        (-0.19, 1.05),
    ]
    canvas.blob(np.array([point(up, 0, side) for side, up in [*torso, (-0.17, 0.82)]]), wear.coat, shine=0.12)
    canvas.limb(point(1.44), point(1.52), 0.06, wear.skin)
    canvas.blob(_ball(point(1.60), 0.11, 0.125), wear.hair, shine=0.1)
    feet = np.array(
        [(x - 0.2, y - 0.1, 0), (x + 0.2, y - 0.1, 0), (x + 0.2, y + 0.1, 0), (x - 0.2, y + 0.1, 0)]
    )
    tip = ground + np.array([*canvas.light.shadow_per_m, 0.0]) * 1.65
    canvas.shadow(np.vstack([feet, [tip + np.array([0.12, 0, 0]), tip - np.array([0.12, 0, 0])]]))


def carried_bag(canvas: Canvas, at_m: tuple[float, float], side_m: float, colour: Colour) -> None:
    """Draw a bag that hangs from a hand beside a person."""
    canvas.blob(_bag_outline((at_m[0] + side_m, at_m[1], 0.28), 0.17, 0.42), colour)


def bag(canvas: Canvas, at_m: tuple[float, float], width_m: float, height_m: float, colour: Colour) -> None:
    """Draw a knotted bag that stands on the ground."""
    x, y = at_m
    canvas.blob(_bag_outline((x, y, 0.0), width_m / 2, height_m), colour)
    foot = np.array(
        [
            (x - width_m / 2, y, 0),
            (x + width_m / 2, y, 0),
            (x + width_m / 2, y + 0.2, 0),
            (x - width_m / 2, y + 0.2, 0),
        ]
    )
    reach = np.array([*canvas.light.shadow_per_m, 0.0]) * height_m * 0.8
    canvas.shadow(np.vstack([foot, foot + reach]))


def bin_with_lid(canvas: Canvas, at_m: tuple[float, float], colour: Colour) -> None:
    """Draw a 240-litre wheeled bin, 0.58 m wide and 1.07 m high (EN 840-1)."""
    x, y = at_m
    canvas.box((x - 0.27, y, 0.06), (x + 0.27, y + 0.62, 0.96), colour)
    lid: Colour = (int(colour[0] * 0.8), int(colour[1] * 0.8), int(colour[2] * 0.8))
    canvas.box((x - 0.29, y - 0.03, 0.96), (x + 0.29, y + 0.66, 1.07), lid)


def car(
    canvas: Canvas, at_m: tuple[float, float], colour: Colour, length_m: float = 4.4, width_m: float = 1.8
) -> None:
    """Draw a saloon that stands along the y axis; `at_m` is the middle of its near edge."""
    x, y = at_m
    half = width_m / 2
    glass: Colour = (70, 62, 54)
    for wheel_y in (y + 0.8, y + length_m - 0.9):
        for side in (-half, half - 0.2):
            canvas.box((x + side, wheel_y - 0.3, 0.0), (x + side + 0.2, wheel_y + 0.3, 0.58), (34, 34, 34))
    canvas.box((x - half, y, 0.25), (x + half, y + length_m, 0.78), colour)
    canvas.box((x - half + 0.12, y + 0.75, 0.78), (x + half - 0.12, y + length_m - 1.25, 1.16), glass)
    canvas.box((x - half + 0.18, y + 0.95, 1.16), (x + half - 0.18, y + length_m - 1.55, 1.43), colour)
    for side in (-half + 0.1, half - 0.42):
        canvas.box((x + side, y - 0.02, 0.52), (x + side + 0.32, y, 0.68), (40, 40, 190))
    canvas.box((x - 0.22, y - 0.02, 0.36), (x + 0.22, y, 0.47), (190, 120, 40))


def shed(canvas: Canvas, at_m: tuple[float, float], size_m: tuple[float, float, float]) -> None:
    """Draw a lean-to of blue sheet metal with a doorway."""
    x, y = at_m
    width, depth, height = size_m
    canvas.box((x, y, 0), (x + width, y + depth, height), (168, 120, 62))
    canvas.box((x - 0.1, y - 0.1, height), (x + width + 0.1, y + depth + 0.1, height + 0.12), (196, 150, 92))
    if height > 1.2:
        left, right, top = x + width * 0.3, x + width * 0.6, height * 0.85
        doorway = np.array([(left, y, 0), (right, y, 0), (right, y, top), (left, y, top)])
        canvas.face(doorway, (60, 58, 56), np.array([0.0, -1.0, 0.0]), in_front_m=3.0)


def laundry(canvas: Canvas, at_m: tuple[float, float], colours: tuple[Colour, ...]) -> None:
    """Draw sheets on a line, 1.1 m above the ground."""
    x, y = at_m
    canvas.limb(np.array([x - 0.2, y, 0.0]), np.array([x - 0.2, y, 1.9]), 0.04, (90, 90, 90))
    end = x + 0.9 * len(colours) + 0.1
    canvas.limb(np.array([end, y, 0.0]), np.array([end, y, 1.9]), 0.04, (90, 90, 90))
    for index, colour in enumerate(colours):
        canvas.box((x + 0.9 * index, y, 0.75), (x + 0.9 * index + 0.75, y + 0.04, 1.85), colour)


def _ball(centre_m: Points, half_width_m: float, half_height_m: float) -> Points:
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.column_stack(
        [
            centre_m[0] + half_width_m * np.cos(angles),
            np.full_like(angles, centre_m[1]),
            centre_m[2] + half_height_m * np.sin(angles),
        ]
    )


def _bag_outline(foot_m: tuple[float, float, float], half_width_m: float, height_m: float) -> Points:
    """Give the outline of a full bag: flat below, bulging, drawn together under a knot with two ears."""
    profile = (
        *((0.72, 0.0), (0.95, 0.12), (1.0, 0.34), (0.86, 0.56)),
        *((0.52, 0.74), (0.20, 0.82), (0.42, 0.97), (0.12, 0.90)),
    )
    right = [(foot_m[0] + half_width_m * w, foot_m[1], foot_m[2] + height_m * h) for w, h in profile]
    left = [(foot_m[0] - half_width_m * w, foot_m[1], foot_m[2] + height_m * h) for w, h in reversed(profile)]
    return np.array(right + left)
