"""Rubbish bags: soft, sagging, tied at the neck, each one different; paper bags, woven bags and piles."""

import numpy as np

from models.scenes.shapes.looks import Colour, Look
from models.scenes.shapes.mesh import Mesh, loft, scale, shift, smooth_noise, superellipse, turn
from models.scenes.shapes.thing import Part, Parts, moved

AROUND, ALONG = 56, 40

BLACK: Colour = (0.022, 0.022, 0.025)
WHITE: Colour = (0.78, 0.79, 0.78)
GREY: Colour = (0.24, 0.25, 0.27)
GREEN: Colour = (0.07, 0.25, 0.12)
BLUE: Colour = (0.08, 0.22, 0.55)
RED: Colour = (0.62, 0.06, 0.06)
YELLOW: Colour = (0.8, 0.6, 0.08)
KRAFT: Colour = (0.5, 0.34, 0.19)
FILMS: tuple[tuple[Colour, float], ...] = (
    (BLACK, 0.0),
    (BLACK, 0.0),
    (BLACK, 0.0),
    (WHITE, 0.0),
    (WHITE, 0.45),
    (GREY, 0.0),
    (GREEN, 0.0),
    (BLUE, 0.1),
    (RED, 0.1),
    (YELLOW, 0.0),
)
"""Colours of plastic bags and how clear the film is; black ones are the most common."""


def film(colour: Colour, clear: float = 0.0) -> Look:
    """Give the look of thin plastic."""
    return Look("film", colour, roughness=0.24, clear=clear, grain_m=0.07)


def tied_bag(
    rng: np.random.Generator, width_m: float, height_m: float, colour: Colour, clear: float = 0.0
) -> Parts:
    """Make a plastic bag standing on the ground, tied at its neck, with a ruffle above the knot."""
    share = np.linspace(0, 1, ALONG)
    radius = _bag_profile(share, rng)
    height = _heights(share) * height_m
    angle = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    folds = _folds(angle, share, rng)
    outline = superellipse(1.0, float(rng.uniform(0.72, 0.95)), float(rng.uniform(2.0, 2.7)), AROUND)
    lean = rng.normal(0, 0.12, 2) * width_m
    rings = []
    for index in range(ALONG):
        spread = radius[index] * width_m / 2 * (1 + folds[index])[:, None]
        bend = lean * share[index] ** 2
        z = np.full(AROUND, height[index])
        rings.append(np.column_stack([outline * spread + bend, z]))
    mesh = _crumpled(loft(rings), rng, width_m)
    return (Part(mesh, film(colour, clear), smooth=True),)


def _bag_profile(share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Radius, as a part of half the width, from the bottom over belly and neck to the ruffle's edge."""
    belly = rng.uniform(0.9, 1.0)
    shoulder = rng.uniform(0.72, 0.9)
    knots = [0.0, 0.06, 0.14, 0.3, 0.48, 0.62, 0.74, 0.8, 0.83, 0.9, 1.0]
    radii = [
        0.05,
        0.62,
        0.86,
        belly,
        shoulder,
        0.55,
        0.26,
        0.1,
        0.1,
        rng.uniform(0.2, 0.3),
        rng.uniform(0.26, 0.46),
    ]
    return np.asarray(np.interp(share, knots, radii))


def _heights(share: np.ndarray) -> np.ndarray:
    knots = [0.0, 0.06, 0.14, 0.3, 0.48, 0.62, 0.74, 0.8, 0.83, 0.9, 1.0]
    return np.asarray(np.interp(share, knots, [0.0, 0.0, 0.05, 0.3, 0.55, 0.69, 0.77, 0.8, 0.82, 0.9, 1.0]))


def _folds(angle: np.ndarray, share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Creases that run to the knot: deep near it, none at the bottom (ALONG, AROUND)."""
    total = np.zeros((len(share), len(angle)))
    for count in rng.integers(4, 19, 7):
        depth = np.clip(share - 0.25, 0, 1) ** 1.4 * rng.uniform(0.12, 0.3)
        wave = np.abs(np.sin(angle * count / 2 + rng.uniform(0, 6.3))) - 0.6
        total += depth[:, None] * wave[None, :]
    for count in (2, 3, 5):
        belly = np.exp(-(((share - 0.3) / 0.3) ** 2)) * rng.uniform(0.02, 0.08)
        total += belly[:, None] * np.cos(angle * count + rng.uniform(0, 6.3))[None, :]
    return np.clip(total, -0.55, 0.7)


def _crumpled(mesh: Mesh, rng: np.random.Generator, width_m: float) -> Mesh:
    """Push the skin in and out by what is inside, and let it lie flat on the ground."""
    vertices = mesh.vertices_m
    centre = np.array([0, 0, vertices[:, 2].max() * 0.35])
    outward = vertices - centre
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    lumps = smooth_noise(vertices, rng, width_m * 0.55) * width_m * 0.035
    creases = np.abs(smooth_noise(vertices, rng, width_m * 0.22)) * width_m * -0.022
    done = vertices + outward * (lumps + creases)[:, None]
    done[:, 2] = np.maximum(done[:, 2], 0.0)
    return Mesh(done, mesh.faces)


def shopping_bag(
    rng: np.random.Generator, width_m: float, height_m: float, colour: Colour, clear: float
) -> Parts:
    """Make a small bag whose two handles are knotted: a belly with two ears."""
    body = tied_bag(rng, width_m, height_m * 0.9, colour, clear)
    ears = []
    for side in (-1, 1):
        rings = []
        for share in np.linspace(0, 1, 7):
            spread = height_m * (0.05 + 0.09 * np.sin(np.pi * share) + 0.02 * share)
            ring = superellipse(spread, spread * 0.25, 2.0, 12)
            x = side * height_m * (0.04 + 0.22 * share)
            z = height_m * (0.72 + 0.3 * share - 0.1 * share**2)
            rings.append(np.column_stack([ring[:, 0] + x, ring[:, 1], np.full(12, z)]))
        ears.append(Part(loft(rings), film(colour, clear), smooth=True))
    return (*body, *moved(tuple(ears), turn("z", float(rng.uniform(0, 180)))))


def paper_bag(rng: np.random.Generator, width_m: float, height_m: float) -> Parts:
    """Make a kraft paper bag, its top crumpled shut."""
    rings = []
    for share in np.linspace(0, 1, 12):
        pinch = np.clip((share - 0.65) / 0.35, 0, 1)
        outline = superellipse(width_m / 2, width_m * 0.32 * (1 - 0.85 * pinch), 7.0, 40)
        rings.append(np.column_stack([outline, np.full(40, share * height_m)]))
    mesh = loft(rings)
    push = smooth_noise(mesh.vertices_m, rng, width_m * 0.5) * width_m * 0.03
    crumpled = mesh.vertices_m * (1 + push[:, None] * [1, 1, 0])
    return (Part(Mesh(crumpled, mesh.faces), Look("plain", KRAFT, roughness=0.85), smooth=False),)


def woven_bag(rng: np.random.Generator, width_m: float, height_m: float) -> Parts:
    """Make a filled woven sack in red, white and blue check, or plain white, tied at one end."""
    checked = rng.random() < 0.6
    second = ((0.68, 0.1, 0.12) if rng.random() < 0.5 else (0.1, 0.2, 0.6)) if checked else (0.72, 0.72, 0.7)
    look = Look("woven", (0.8, 0.8, 0.79), second=second, roughness=0.6, grain_m=0.09)
    rings = []
    for share in np.linspace(0, 1, 24):
        swell = np.interp(share, [0, 0.06, 0.2, 0.75, 0.9, 0.95, 1], [0.6, 0.88, 1, 0.92, 0.4, 0.32, 0.5])
        outline = superellipse(width_m / 2 * swell, width_m * 0.36 * swell, 3.2, 40)
        rings.append(np.column_stack([outline, np.full(40, share * height_m)]))
    return (Part(_crumpled(loft(rings), rng, width_m), look, smooth=True),)


def cardboard(rng: np.random.Generator, width_m: float, height_m: float) -> Parts:
    """Make a cardboard box with one flap up."""
    from models.scenes.shapes.mesh import box, join

    half, depth = width_m / 2, width_m * float(rng.uniform(0.3, 0.45))
    look = Look("plain", (0.46, 0.31, 0.17), roughness=0.9)
    flap = box((-half, -0.004, 0), (half, 0.004, depth)).moved(turn("x", float(rng.uniform(-60, 40))))
    return (
        Part(
            join(box((-half, -depth, 0), (half, depth, height_m)), flap.moved(shift(0, depth, height_m))),
            look,
        ),
    )


def any_bag(rng: np.random.Generator, large: bool | None = None) -> Parts:
    """Make some bag of litter, of a size and colour drawn at random."""
    big = rng.random() < 0.6 if large is None else large
    width = float(rng.uniform(0.42, 0.68) if big else rng.uniform(0.24, 0.4))
    height = width * float(rng.uniform(0.85, 1.25))
    kind = rng.random()
    if kind < 0.09:
        return paper_bag(rng, width * 0.75, height)
    if kind < 0.19 and big:
        return woven_bag(rng, width * 0.9, height * 1.15)
    colour, clear = FILMS[int(rng.integers(len(FILMS)))]
    tinted = tuple(float(np.clip(part * rng.uniform(0.85, 1.15), 0, 1)) for part in colour)
    mixed: Colour = (tinted[0], tinted[1], tinted[2])
    if not big and rng.random() < 0.6:
        return shopping_bag(rng, width, height, mixed, clear)
    return tied_bag(rng, width, height, mixed, clear)


def toppled(parts: Parts, rng: np.random.Generator) -> Parts:
    """Lay a bag on its side."""
    laid = moved(parts, turn("z", float(rng.uniform(0, 360))) @ turn("x", float(rng.uniform(60, 85))))
    lowest = min(
        float((part.mesh.vertices_m @ part.matrix[:3, :3].T + part.matrix[:3, 3])[:, 2].min())
        for part in laid
    )
    return moved(laid, shift(0, 0, -lowest))


def pile(rng: np.random.Generator, count: int, spread_m: float = 0.45) -> Parts:
    """Heap several bags, some of them lying, some on top of others."""
    parts: list[Part] = []
    for number in range(count):
        bag = any_bag(rng, large=number < count * 0.6)
        bag = toppled(bag, rng) if rng.random() < 0.35 else bag
        angle, far = rng.uniform(0, 6.3), spread_m * float(np.sqrt(number / max(count, 1))) * 1.3
        lift = 0.0 if number < 3 else float(rng.uniform(0, 0.32)) * (1 - far / (2.2 * spread_m))
        spot = shift(far * float(np.cos(angle)), far * float(np.sin(angle)), max(0.0, lift))
        parts += moved(
            bag, spot @ turn("z", float(rng.uniform(0, 360))) @ scale(1, 1, float(rng.uniform(0.75, 1.0)))
        )
    return tuple(parts)
