"""The ground plan of the sample ward: arterial roads, a creek, streets and lanes that cut out the parcels.

Everything is laid out with right angles on a flat drawing board in metres (u to the right, v up) and bent
afterwards by `WardMap`, a conformal map, so that streets curve a little and corners stay square.
"""

import cmath
import math
import random
from dataclasses import dataclass, field, replace

ORIGIN_LON, ORIGIN_LAT = 121.56, 31.25
BOARD_CENTRE = complex(1500, 1300)
TURN = cmath.exp(1j * math.radians(-11))
BEND = 2.1e-5 * cmath.exp(1j * math.radians(70)), 1.1e-8 * cmath.exp(1j * math.radians(200))

WEST_BANK_U, EAST_BANK_U = 1010.0, 1078.0
SUPERBLOCKS = (
    (0.0, 110.0, WEST_BANK_U, 880.0),
    (0.0, 880.0, WEST_BANK_U, 1730.0),
    (210.0, 1730.0, WEST_BANK_U, 2600.0),
    (EAST_BANK_U, 0.0, 1990.0, 880.0),
    (EAST_BANK_U, 880.0, 1990.0, 1730.0),
    (EAST_BANK_U, 1730.0, 1990.0, 2600.0),
    (1990.0, 0.0, 3040.0, 880.0),
    (1990.0, 880.0, 3170.0, 1730.0),
    (1990.0, 1730.0, 2900.0, 2480.0),
)
CREEK = (WEST_BANK_U, 110.0, EAST_BANK_U, 2600.0)
BRIDGES_V = (880.0, 1730.0)
FOOTBRIDGES_V = (470.0, 1290.0, 2170.0)
STREET_ABOVE_M2 = 240_000
HALF_WIDTH_M = {"arterial": 19.0, "street": 11.0, "lane": 6.0, "path": 2.0}


class WardMap:
    """Takes points of the drawing board to WGS 84."""

    def __init__(self) -> None:
        lat = math.radians(ORIGIN_LAT)
        squared_eccentricity = 0.00669437999014  # WGS 84, NIMA TR8350.2 table 3.3
        root = 1 - squared_eccentricity * math.sin(lat) ** 2
        self._lat_per_m = math.degrees(root**1.5 / (6378137 * (1 - squared_eccentricity)))
        self._lon_per_m = math.degrees(root**0.5 / (6378137 * math.cos(lat)))

    def lonlat(self, u_m: float, v_m: float) -> tuple[float, float]:
        """Give lon, lat in degrees, rounded to 1e-7 (about a centimetre)."""
        z = complex(u_m, v_m) - BOARD_CENTRE
        z = z * (1 + BEND[0] * z + BEND[1] * z * z) * TURN
        return round(ORIGIN_LON + z.real * self._lon_per_m, 7), round(
            ORIGIN_LAT + z.imag * self._lat_per_m, 7
        )


@dataclass(frozen=True, slots=True)
class Street:
    """A straight way: its ends, its rank (arterial, street, lane, internal, path), and a key for its name."""

    points: tuple[tuple[float, float], ...]
    rank: str
    key: str


@dataclass(frozen=True, slots=True)
class Block:
    """An axis-parallel piece of land between centre lines, with the rank of the way on each side."""

    u0: float
    v0: float
    u1: float
    v1: float
    west: str
    south: str
    east: str
    north: str
    superblock: int
    grid: int = 0

    @property
    def area_m2(self) -> float:
        """Give the area on the drawing board."""
        return (self.u1 - self.u0) * (self.v1 - self.v0)

    def parcel(self, verge_m: float = 3.0) -> tuple[float, float, float, float]:
        """Give what is left inside the roadsides: u0, v0, u1, v1."""
        inset = {
            side: HALF_WIDTH_M[getattr(self, side)] + verge_m for side in ("west", "south", "east", "north")
        }
        return (
            self.u0 + inset["west"],
            self.v0 + inset["south"],
            self.u1 - inset["east"],
            self.v1 - inset["north"],
        )


@dataclass(slots=True)
class GroundPlan:
    """All ways, and the blocks between them."""

    streets: list[Street] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def make_ground_plan(rng: random.Random, block_count: int) -> GroundPlan:
    """Cut the superblocks until there are `block_count` blocks, always the largest first."""
    plan = GroundPlan(streets=_frame_streets())
    blocks = [_superblock(index, rectangle) for index, rectangle in enumerate(SUPERBLOCKS)]
    while len(blocks) < block_count:
        largest = max(range(len(blocks)), key=lambda index: blocks[index].area_m2)
        first, second, street = _cut(blocks.pop(largest), rng, len(plan.streets))
        blocks += [first, second]
        plan.streets.append(street)
    plan.blocks = sorted(blocks, key=lambda block: (block.superblock, -block.v0, block.u0))
    return plan


def grid_rectangles(blocks: list[Block]) -> dict[int, list[Block]]:
    """Group the blocks by the grid (unit of responsibility) in which they lie."""
    grids: dict[int, list[Block]] = {}
    for block in blocks:
        grids.setdefault(block.superblock * 2 + block.grid, []).append(block)
    return grids


def _superblock(index: int, rectangle: tuple[float, float, float, float]) -> Block:
    u0, v0, u1, v1 = rectangle
    west = "street" if u0 == EAST_BANK_U else "arterial"
    east = "street" if u1 == WEST_BANK_U else "arterial"
    return Block(u0, v0, u1, v1, west, "arterial", east, "arterial", index, grid=-1)


def _cut(block: Block, rng: random.Random, key: int) -> tuple[Block, Block, Street]:
    rank = "street" if block.area_m2 > STREET_ABOVE_M2 else "lane"
    fraction = rng.uniform(0.42, 0.58)
    first_grid, second_grid = (0, 1) if block.grid < 0 else (block.grid, block.grid)
    if block.u1 - block.u0 > block.v1 - block.v0:
        u = round(block.u0 + fraction * (block.u1 - block.u0), 1)
        street = Street(((u, block.v0), (u, block.v1)), rank, f"cut-{key}")
        first = replace(block, u1=u, east=rank, grid=first_grid)
        return first, replace(block, u0=u, west=rank, grid=second_grid), street
    v = round(block.v0 + fraction * (block.v1 - block.v0), 1)
    street = Street(((block.u0, v), (block.u1, v)), rank, f"cut-{key}")
    first = replace(block, v1=v, north=rank, grid=first_grid)
    return first, replace(block, v0=v, south=rank, grid=second_grid), street


def _frame_streets() -> list[Street]:
    """Give the sides of the superblocks, each stretch once, with bridges over the creek."""
    stretches: dict[tuple[str, float], list[tuple[float, float]]] = {}
    for u0, v0, u1, v1 in SUPERBLOCKS:
        for line, stretch in (
            (("v", u0), (v0, v1)),
            (("v", u1), (v0, v1)),
            (("h", v0), (u0, u1)),
            (("h", v1), (u0, u1)),
        ):
            stretches.setdefault(line, []).append(stretch)
    for v in (*BRIDGES_V, 2600.0):
        stretches[("h", v)].append((WEST_BANK_U, EAST_BANK_U))
    streets = []
    for (axis, at), pieces in stretches.items():
        rank = "street" if axis == "v" and at in (WEST_BANK_U, EAST_BANK_U) else "arterial"
        for low, high in _merged(pieces):
            ends = ((at, low), (at, high)) if axis == "v" else ((low, at), (high, at))
            streets.append(Street(ends, rank, f"{axis}-{at:g}"))
    streets += [
        Street(((WEST_BANK_U, v), (EAST_BANK_U, v)), "path", f"footbridge-{v:g}") for v in FOOTBRIDGES_V
    ]
    return streets


def _merged(pieces: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for low, high in sorted(pieces):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged
