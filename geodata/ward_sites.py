"""The registered places of the sample ward, in the true counts: drop points, bin houses, structure points."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from geodata.ward_compounds import Building, Compound
from geodata.ward_names import Name

DROP_POINTS, BIN_HOUSES = 241, 33
STRUCTURES = (
    ("deferred", None, 88),
    ("cleared", "ground", 27),
    ("cleared", "rooftop", 21),
    ("released", None, 223),
)
INTERVAL_DAYS = {
    "drop_point": 7,
    "bin_house": 1,
    "fire_lane": 30,
    "deferred": 30,
    "to_clear": 7,
    "ground": 14,
    "rooftop": 30,
    "released": 90,
    "suspect": 3,
}
"""By group; ward_handbook.py writes the groups, the sites themselves carry no interval."""
VISITING_HOURS = {"bin_house": ("06:30", "20:00"), "structure_point": ("08:00", "18:00")}
"""When a patrol may look: while the bin houses are staffed, and by daylight."""
GROUND_WORKS = (
    ("天井搭建", "courtyard room"),
    ("破墙开门", "new door in the wall"),
    ("绿地圈占", "fenced green"),
    ("棚屋", "shed"),
)
ROOF_WORKS = (
    ("楼顶搭建", "rooftop room"),
    ("露台阳光房", "sunroom on the terrace"),
    ("楼顶棚架", "rooftop pergola"),
)


@dataclass(frozen=True, slots=True)
class SitePoint:
    """A registered place; `days_since_inspection` counts back from the day on which the file is loaded."""

    site_id: str
    name: Name
    kind: str
    compound: Compound
    board_point: tuple[float, float]
    days_since_inspection: int
    state: str | None = None
    level: str | None = None


def drop_points(rng: random.Random, compounds: list[Compound]) -> list[SitePoint]:
    """Spread the drop points over the compounds by their number of buildings, beside the paths."""
    points: list[SitePoint] = []
    for compound, share in zip(compounds, _shares(compounds), strict=True):
        for number in range(1, share + 1):
            board_point = _beside_path(rng, compound, number, share)
            name = Name(f"{compound.name.zh}{number}号投放点", f"{compound.name.en}, drop point {number}")
            points.append(_site(rng, f"DP-{len(points) + 1:03d}", name, "drop_point", compound, board_point))
    return points


def bin_houses(rng: random.Random, compounds: list[Compound]) -> list[SitePoint]:
    """Put a bin house beside the gate of each of the largest compounds."""
    largest = sorted(compounds, key=lambda compound: (-len(compound.buildings), compound.index))[:BIN_HOUSES]
    points: list[SitePoint] = []
    for compound in sorted(largest, key=lambda compound: compound.index):
        u, v = compound.gates[0]
        inward = 6 if v == compound.rectangle[1] else -6
        name = Name(f"{compound.name.zh}垃圾厢房", f"{compound.name.en}, bin house")
        points.append(
            _site(rng, f"BH-{len(points) + 1:02d}", name, "bin_house", compound, (u + 7, v + inward))
        )
    return points


def structure_points(rng: random.Random, compounds: list[Compound]) -> list[SitePoint]:
    """Draw buildings for the structure points; no building is drawn twice for one state and level."""
    buildings = [(compound, building) for compound in compounds for building in compound.buildings]
    points: list[SitePoint] = []
    for state, fixed_level, count in STRUCTURES:
        for compound, building in rng.sample(buildings, count):
            level = fixed_level or rng.choice(("ground", "ground", "rooftop"))
            zh, en = rng.choice(ROOF_WORKS if level == "rooftop" else GROUND_WORKS)
            name = Name(
                f"{compound.name.zh}{building.number}号{zh}",
                f"{compound.name.en}, No. {building.number}, {en}",
            )
            point = _on_building(rng, building, level)
            points.append(
                _site(
                    rng, f"SP-{len(points) + 1:03d}", name, "structure_point", compound, point, state, level
                )
            )
    return points


def _site(
    rng: random.Random,
    site_id: str,
    name: Name,
    kind: str,
    compound: Compound,
    board_point: tuple[float, float],
    state: str | None = None,
    level: str | None = None,
) -> SitePoint:
    group = kind if state is None else (level if state == "cleared" else state)
    since = days_since_inspection(rng, str(group))
    return SitePoint(site_id, name, kind, compound, board_point, since, state, level)


def days_since_inspection(rng: random.Random, group: str) -> int:
    """Draw it: most were looked at within their interval, the last just now due; a few are overdue."""
    interval_days = INTERVAL_DAYS[group]
    overdue = rng.randrange(interval_days) if rng.random() >= 0.93 else None
    return rng.randint(0, interval_days) if overdue is None else interval_days + overdue


def _shares(compounds: Iterable[Compound]) -> list[int]:
    """Share out the drop points by largest remainder, at least one for each compound."""
    sizes = [len(compound.buildings) for compound in compounds]
    free = DROP_POINTS - len(sizes)
    exact = [free * size / sum(sizes) for size in sizes]
    shares = [1 + int(share) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda index: (int(exact[index]) - exact[index], index))
    for index in by_remainder[: DROP_POINTS - sum(shares)]:
        shares[index] += 1
    return shares


def _beside_path(rng: random.Random, compound: Compound, number: int, share: int) -> tuple[float, float]:
    rows = compound.path_rows_v
    v = rows[min(len(rows) - 1, int((number - 0.5) / share * len(rows)))]
    left, right = compound.rectangle[0] + 8, compound.rectangle[2] - 8
    halves = ((left, compound.spine_u - 12), (compound.spine_u + 12, right))
    low, high = halves[number % 2]
    return round(rng.uniform(low, high), 1), v + 2.5


def _on_building(rng: random.Random, building: Building, level: str) -> tuple[float, float]:
    u0, v0, u1, v1 = building.rectangle
    u = rng.uniform(u0 + 3, u1 - 3)
    return (u, (v0 + v1) / 2) if level == "rooftop" else (u, v0 - 1.5)
