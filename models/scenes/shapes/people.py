"""People of jointed limbs: standing, walking, bending down, riding; clothes, hair and build by seed."""

from dataclasses import dataclass, replace

import numpy as np

from models.scenes.shapes.looks import Colour, Look, plain
from models.scenes.shapes.mesh import Matrix, Mesh, ellipsoid, join, loft, scale, shift, superellipse, turn
from models.scenes.shapes.thing import Part, Parts

SKIN: Colour = (0.58, 0.38, 0.27)
COATS: tuple[Colour, ...] = (
    (0.1, 0.16, 0.3),
    (0.45, 0.07, 0.07),
    (0.6, 0.58, 0.52),
    (0.05, 0.05, 0.06),
    (0.2, 0.32, 0.2),
    (0.55, 0.38, 0.1),
    (0.32, 0.16, 0.3),
    (0.7, 0.7, 0.7),
    (0.15, 0.38, 0.45),
)
TROUSERS: tuple[Colour, ...] = ((0.06, 0.08, 0.14), (0.04, 0.04, 0.045), (0.2, 0.19, 0.18), (0.3, 0.25, 0.18))
HAIR: tuple[Colour, ...] = ((0.012, 0.01, 0.01), (0.015, 0.012, 0.01), (0.25, 0.24, 0.23))


@dataclass(frozen=True, slots=True)
class Person:
    """Build and clothes; `vest` is a cleaner's orange."""

    height_m: float = 1.68
    girth: float = 1.0
    coat: Colour = COATS[0]
    trousers: Colour = TROUSERS[0]
    hair: Colour = HAIR[0]
    long_hair: bool = False
    vest: bool = False
    cap: bool = False


@dataclass(frozen=True, slots=True)
class Posture:
    """How the joints stand. `stride` in radians runs on with the steps; `swing` in [0, 1] is how far legs go.

    `stoop` in [0, 1] bends down to the ground; `carry` in [0, 1] lets the right arm hang still with a load;
    `reach` in [0, 1] stretches the right arm forward and up; `ride` sits on a two-wheeler.
    """

    stride: float = 0.0
    swing: float = 0.0
    stoop: float = 0.0
    carry: float = 0.0
    reach: float = 0.0
    ride: bool = False


def any_person(rng: np.random.Generator) -> Person:
    """Draw a person."""
    return Person(
        height_m=float(np.clip(rng.normal(1.66, 0.08), 1.45, 1.85)),
        girth=float(rng.uniform(0.9, 1.18)),
        coat=COATS[int(rng.integers(len(COATS)))],
        trousers=TROUSERS[int(rng.integers(len(TROUSERS)))],
        hair=HAIR[int(rng.integers(len(HAIR)))],
        long_hair=bool(rng.random() < 0.4),
        cap=bool(rng.random() < 0.15),
    )


def _limb(length_m: float, first_m: float, last_m: float) -> Mesh:
    """A limb that hangs down from its joint at the origin."""
    rings = []
    for share in (1.03, 1.0, 0.85, 0.5, 0.2, 0.0, -0.04):
        radius = (first_m + (last_m - first_m) * min(max(share, 0), 1)) * (
            0.45 if share in (1.03, -0.04) else 1.0
        )
        radius *= 1 + 0.1 * float(np.sin(np.pi * min(max(share, 0), 1)))
        ring = superellipse(radius, radius, 2.0, 12)
        rings.append(np.column_stack([ring, np.full(12, -share * length_m)]))
    return loft(rings)


def _torso(person: Person) -> Mesh:
    """From the hips (z = 0) to the shoulders (z = 0.52) of a person of 1.68 m."""
    rings = []
    for z, half_x, half_y in (
        (-0.1, 0.14, 0.1),
        (-0.08, 0.165, 0.125),
        (0.02, 0.165, 0.12),
        (0.18, 0.15, 0.105),
        (0.36, 0.185, 0.115),
        (0.46, 0.19, 0.1),
        (0.51, 0.13, 0.075),
        (0.55, 0.06, 0.05),
    ):
        ring = superellipse(half_x * person.girth, half_y * person.girth, 2.6, 20)
        rings.append(np.column_stack([ring, np.full(20, z)]))
    return loft(rings)


def person(who: Person, posture: Posture) -> Parts:
    """Make a person in a posture, facing +y. The parts are the same, in the same order, in every posture."""
    legs, lift = _legs(who, posture)
    torso = _torso_frame(posture, lift)
    cloth = Look("plain", who.coat, roughness=0.9)
    parts = [Part(_torso(who), cloth, True, torso), *legs, *_arms(who, posture, torso), *_head(who, torso)]
    if who.vest:
        band = Mesh(_torso(who).vertices_m * [1.06, 1.1, 0.62] + [0, 0, 0.17], _torso(who).faces)
        stripe = Mesh(_torso(who).vertices_m * [1.09, 1.14, 0.1] + [0, 0, 0.24], _torso(who).faces)
        parts.append(Part(band, plain((0.85, 0.25, 0.02), 0.7), True, torso))
        parts.append(Part(stripe, plain((0.8, 0.8, 0.6), 0.4), True, torso))
    size = who.height_m / 1.68
    return tuple(part.moved(scale(size, size, size)) for part in parts)


def _torso_frame(posture: Posture, hip_m: float) -> Matrix:
    pitch = 4 + 58 * posture.stoop if not posture.ride else 8
    sway = 2.5 * posture.swing * float(np.sin(posture.stride))
    return shift(0, -0.12 * posture.stoop, hip_m) @ turn("x", -pitch) @ turn("z", sway)


def _legs(who: Person, posture: Posture) -> tuple[list[Part], float]:
    """Legs with knees, and how high the hips are."""
    cloth, shoe = Look("plain", who.trousers, roughness=0.9), plain((0.05, 0.045, 0.04), 0.6)
    thigh_m, shin_m = 0.42, 0.42
    angles = [_leg_angles(posture, side) for side in (-1, 1)]
    reach = [
        thigh_m * np.cos(np.radians(thigh)) + shin_m * np.cos(np.radians(thigh - knee))
        for thigh, knee in angles
    ]
    hip = 0.07 + float(max(reach)) if not posture.ride else 0.82
    parts = []
    for side, (thigh, knee) in zip((-1, 1), angles, strict=True):
        at_hip = shift(side * 0.09, -0.12 * posture.stoop, hip) @ turn("x", thigh)
        at_knee = at_hip @ shift(0, 0, -thigh_m) @ turn("x", -knee)
        at_foot = at_knee @ shift(0, 0, -shin_m) @ turn("x", knee * 0.6 - thigh * 0.6)
        parts.append(Part(_limb(thigh_m, 0.085 * who.girth, 0.06), cloth, True, at_hip))
        parts.append(Part(_limb(shin_m, 0.062, 0.045), cloth, True, at_knee))
        foot = ellipsoid(0.048, 0.125, 0.045, 12).moved(shift(0, 0.06, -0.03))
        parts.append(Part(foot, shoe, True, at_foot))
    return parts, hip


def _leg_angles(posture: Posture, side: int) -> tuple[float, float]:
    """Forward angle of the thigh and bend of the knee, in degrees."""
    if posture.ride:
        return 78.0, 82.0
    phase = posture.stride + (np.pi if side > 0 else 0.0)
    thigh = 27 * posture.swing * float(np.sin(phase)) + 4 * posture.swing
    bend = 55 * posture.swing * max(0.0, float(np.sin(phase + 1.25))) ** 1.5 + 5 * posture.swing
    return thigh + 42 * posture.stoop, bend + 70 * posture.stoop


def _arms(who: Person, posture: Posture, torso: Matrix) -> list[Part]:
    cloth, skin = Look("plain", who.coat, roughness=0.9), plain(SKIN, 0.55)
    parts = []
    for side in (-1, 1):
        frames = arm_frames(posture, torso, side, who.girth)
        parts.append(Part(_limb(0.29, 0.058 * who.girth, 0.047), cloth, True, frames[0]))
        parts.append(Part(_limb(0.25, 0.046, 0.036), cloth, True, frames[1]))
        parts.append(Part(ellipsoid(0.032, 0.04, 0.06, 10), skin, True, frames[2]))
    return parts


def arm_frames(posture: Posture, torso: Matrix, side: int, girth: float) -> tuple[Matrix, Matrix, Matrix]:
    """Give the frames of upper arm, forearm and hand; side 1 is the right arm."""
    free = 1 - posture.carry if side > 0 else 1.0
    swing = 24 * posture.swing * free * float(np.sin(posture.stride + (0 if side > 0 else np.pi)))
    lift = 62.0 if posture.ride else 75 * posture.reach * (side > 0)
    hang = 4 + 58 * posture.stoop
    elbow = (12.0 if posture.ride else 22 * free) + 6
    at_shoulder = (
        torso
        @ shift(side * 0.205 * girth, 0, 0.46)
        @ turn("y", -side * 5.0)
        @ turn("x", swing + lift + hang * (1 if side > 0 else 0.6))
    )
    at_elbow = at_shoulder @ shift(0, 0, -0.29) @ turn("x", elbow)
    return at_shoulder, at_elbow, at_elbow @ shift(0, 0, -0.3)


def _head(who: Person, torso: Matrix) -> list[Part]:
    skin, hair = plain(SKIN, 0.5), Look("plain", who.hair, roughness=0.6)
    head = torso @ shift(0, 0.015, 0.68)
    face = join(ellipsoid(0.078, 0.098, 0.118), ellipsoid(0.014, 0.02, 0.02, 8).moved(shift(0, 0.1, -0.01)))
    neck = _limb(0.12, 0.045, 0.055).moved(shift(0, -0.015, -0.06))
    crown = ellipsoid(0.088, 0.104, 0.105).moved(shift(0, -0.018, 0.035))
    if who.long_hair:
        crown = join(crown, ellipsoid(0.085, 0.06, 0.16).moved(shift(0, -0.06, -0.07)))
    top = plain((0.5, 0.1, 0.1), 0.8) if who.cap else hair
    return [Part(face, skin, True, head), Part(neck, skin, True, head), Part(crown, top, True, head)]


def hand_m(who: Person, posture: Posture) -> tuple[float, float, float]:
    """Give the place of the right hand in the person's own axes, in metres."""
    hips = _legs(who, posture)[1]
    hand = arm_frames(posture, _torso_frame(posture, hips), 1, who.girth)[2] @ np.array([0, 0, -0.05, 1.0])
    size = who.height_m / 1.68
    return float(hand[0] * size), float(hand[1] * size), float(hand[2] * size)


def cleaner() -> Person:
    """Give the cleaner of the compound."""
    return replace(Person(), coat=(0.2, 0.22, 0.28), vest=True, cap=True)
