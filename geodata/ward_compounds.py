"""What stands inside the parcels of the sample ward: buildings in rows, paths, gates, fire lanes; schools.

All shapes are rectangles or lines on the drawing board of `ward_plan`, in metres.
"""

import random
from dataclasses import dataclass, field

from geodata.ward_names import Name
from geodata.ward_plan import Block, Street

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class BuildStyle:
    """How one kind of compound is built; lengths in metres."""

    depth_m: float
    pitch_m: float
    shortest_m: float
    longest_m: float
    gap_m: float
    storeys: tuple[int, int]
    rows_per_path: int


STYLES = {
    "village": BuildStyle(11, 27, 32, 58, 7, (5, 6), 1),
    "tower": BuildStyle(18, 47, 24, 34, 16, (14, 26), 1),
    "lilong": BuildStyle(9, 17, 26, 44, 5, (2, 3), 2),
}
SPINE_CLEAR_M = 6.0
FIRST_ROW_M = 17.0
EDGE_M = 9.0


@dataclass(frozen=True, slots=True)
class Building:
    """A building's footprint; `number` is its house number inside the compound, 0 outside of compounds."""

    rectangle: Rectangle
    storeys: int
    number: int = 0


@dataclass(slots=True)
class Compound:
    """A residential compound with all that is drawn of it."""

    index: int
    name: Name
    style: str
    block: Block
    rectangle: Rectangle
    spine_u: float
    gates: list[tuple[float, float]] = field(default_factory=list)
    path_rows_v: list[float] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    fire_lanes: list[tuple[Rectangle, float]] = field(default_factory=list)
    garden: Rectangle | None = None


def build_compound(
    rng: random.Random, index: int, name: Name, style: str, block: Block
) -> tuple[Compound, list[Street]]:
    """Fill one block: main way with gates, rows of buildings with paths between, one or two fire lanes."""
    u0, v0, u1, v1 = rectangle = block.parcel()
    spine_u = round(u0 + rng.uniform(0.38, 0.62) * (u1 - u0), 1)
    compound = Compound(index, name, style, block, rectangle, spine_u)
    if rng.random() < 0.4 and v1 - v0 > 190:
        middle = (v0 + v1) / 2
        compound.garden = (
            spine_u - rng.uniform(26, 40),
            middle - 22,
            spine_u + rng.uniform(26, 40),
            middle + 22,
        )
    _lay_rows(rng, compound, STYLES[style])
    streets = [_spine(rng, compound), *_paths(rng, compound)]
    width_m = rng.choice((4.0, 4.5, 5.0, 6.0))
    ends = [street.points[0][1] for street in streets[:1]] + [streets[0].points[-1][1]]
    low, high = max(ends[0], v0), min(ends[1], v1)
    compound.fire_lanes.append(((spine_u - width_m / 2, low, spine_u + width_m / 2, high), width_m))
    if rng.random() < 0.35:
        compound.fire_lanes.append(_side_lane(rng, compound))
    return compound, streets


def build_public_place(rng: random.Random, kind: str, block: Block) -> list[Building]:
    """Give the buildings of a park, school, hospital, market, office block or sports ground."""
    u0, v0, u1, v1 = block.parcel(verge_m=10)
    wide, high = u1 - u0, v1 - v0
    parts = {
        "park": [(0.42, 0.46, 0.5, 0.51)],
        "school": [(0.1, 0.72, 0.62, 0.8), (0.1, 0.3, 0.18, 0.72), (0.3, 0.45, 0.62, 0.53)],
        "hospital": [(0.2, 0.6, 0.8, 0.74), (0.2, 0.25, 0.42, 0.5), (0.56, 0.25, 0.8, 0.45)],
        "market": [(0.15, 0.25, 0.85, 0.7)],
        "office": [(0.12, 0.58, 0.4, 0.84), (0.58, 0.56, 0.88, 0.8), (0.3, 0.14, 0.7, 0.34)],
        "sports": [(0.62, 0.55, 0.9, 0.85)],
    }[kind]
    storeys = {"office": (8, 18), "hospital": (4, 9)}.get(kind, (1, 4))
    return [
        Building((u0 + a * wide, v0 + b * high, u0 + c * wide, v0 + d * high), rng.randint(*storeys))
        for a, b, c, d in parts
    ]


def _lay_rows(rng: random.Random, compound: Compound, style: BuildStyle) -> None:
    u0, v0, u1, v1 = compound.rectangle
    v, row = v0 + FIRST_ROW_M, 0
    while v + style.depth_m + EDGE_M <= v1:
        for left, right in (
            (u0 + EDGE_M, compound.spine_u - SPINE_CLEAR_M),
            (compound.spine_u + SPINE_CLEAR_M, u1 - EDGE_M),
        ):
            _lay_row(rng, compound, style, v, (left, right))
        if row % style.rows_per_path == 0:
            compound.path_rows_v.append(round(v - (style.pitch_m - style.depth_m) / 2, 1))
        v, row = v + style.pitch_m, row + 1


def _lay_row(
    rng: random.Random, compound: Compound, style: BuildStyle, v: float, span: tuple[float, float]
) -> None:
    u = span[0] + rng.uniform(0, 5)
    while u + style.shortest_m <= span[1]:
        length = min(rng.uniform(style.shortest_m, style.longest_m), span[1] - u)
        footprint = (u, v, u + length, v + style.depth_m)
        if rng.random() > 0.04 and not _overlap(footprint, compound.garden):
            number = len(compound.buildings) + 1
            compound.buildings.append(Building(footprint, rng.randint(*style.storeys), number))
        u += length + style.gap_m + rng.uniform(0, 3)


def _overlap(a: Rectangle, b: Rectangle | None) -> bool:
    return b is not None and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _spine(rng: random.Random, compound: Compound) -> Street:
    """Give the main internal road, open to the street on the south, on the north, or on both sides."""
    _, v0, _, v1 = compound.rectangle
    opens_south = rng.random() < 0.75
    opens_north = not opens_south or rng.random() < 0.55
    last_path = compound.path_rows_v[-1]
    low = compound.block.v0 if opens_south else compound.path_rows_v[0]
    high = compound.block.v1 if opens_north else max(last_path, v1 - EDGE_M)
    if opens_south:
        compound.gates.append((compound.spine_u, v0))
    if opens_north:
        compound.gates.append((compound.spine_u, v1))
    return Street(((compound.spine_u, low), (compound.spine_u, high)), "internal", f"spine-{compound.index}")


def _paths(rng: random.Random, compound: Compound) -> list[Street]:
    """Give the paths between the rows, and the ways along the walls that join their ends."""
    u0, _, u1, _ = compound.rectangle
    left, right = round(u0 + 4, 1), round(u1 - 4, 1)
    rows = compound.path_rows_v
    paths = [
        Street(((left, v), (right, v)), "path", f"path-{compound.index}-{row}") for row, v in enumerate(rows)
    ]
    for side, u in (("w", left), ("e", right)):
        if rng.random() < 0.6 and len(rows) > 1:
            paths.append(Street(((u, rows[0]), (u, rows[-1])), "path", f"wall-{compound.index}-{side}"))
    return paths


def _side_lane(rng: random.Random, compound: Compound) -> tuple[Rectangle, float]:
    """Give a second fire lane: one of the paths on one side of the spine."""
    u0, _, u1, _ = compound.rectangle
    v = rng.choice(compound.path_rows_v)
    left, right = rng.choice(((u0 + 4, compound.spine_u - 3), (compound.spine_u + 3, u1 - 4)))
    width_m = 4.0
    return (left, v - width_m / 2, right, v + width_m / 2), width_m
