"""Names the ways of the ground plan and joins them: ways that meet share a vertex, as in OpenStreetMap."""

import random
from collections.abc import Iterator, Mapping, Sequence

from geodata.ward_names import Name, NameGiver
from geodata.ward_plan import Street
from geodata.ward_rings import Point, dense


def name_streets(
    streets: Sequence[Street], names: NameGiver, compounds: Mapping[int, Name]
) -> dict[str, Name]:
    """Give each way its name: roads their own, lanes a house number, inner ways that of their compound."""
    numbers = random.Random(len(streets))
    given: dict[str, Name] = {}
    roads: list[Street] = []
    for street in streets:
        if street.rank in ("arterial", "street"):
            given[street.key] = _main_road(street, names)
            roads.append(street)
    for street in streets:
        if street.rank == "lane":
            parent = min(roads, key=lambda road: _distance(road, street.points[0]))
            given[street.key] = names.lane_of(given[parent.key], numbers.randrange(10, 980, 2))
        elif street.rank in ("internal", "path"):
            given[street.key] = _inner_way(street, compounds)
    return given


def _main_road(street: Street, names: NameGiver) -> Name:
    if street.key in ("v-1010", "v-1078"):
        return (
            Name("滨溪西路", "Binxi West Road")
            if street.key == "v-1010"
            else Name("滨溪东路", "Binxi East Road")
        )
    if street.rank == "arterial" and street.key.startswith("v"):
        return names.road("大道", "Avenue")
    return names.road()


def _inner_way(street: Street, compounds: Mapping[int, Name]) -> Name:
    kind, _, rest = street.key.partition("-")
    if kind == "footbridge":
        return Name("人行桥", "Footbridge")
    if kind == "park":
        return Name("园路", "Park path")
    compound = compounds[int(rest.split("-")[0])]
    if kind == "spine":
        return Name(f"{compound.zh}主路", f"{compound.en}, main way")
    return Name(f"{compound.zh}宅间路", f"{compound.en}, path")


def _distance(street: Street, point: Point) -> float:
    (u0, v0), (u1, v1) = street.points[0], street.points[-1]
    across_u = max(u0 - point[0], 0.0, point[0] - u1)
    across_v = max(v0 - point[1], 0.0, point[1] - v1)
    return across_u + across_v


def joined_ways(streets: Sequence[Street], step_m: float = 70.0) -> Iterator[tuple[Street, list[Point]]]:
    """Give each way with a vertex wherever another one meets it, and often enough for the bend to show."""
    upright = [street for street in streets if street.points[0][0] == street.points[-1][0]]
    level = [street for street in streets if street.points[0][1] == street.points[-1][1]]
    for street in streets:
        (u0, v0), (u1, v1) = street.points[0], street.points[-1]
        if u0 == u1:
            stops = {at.points[0][1] for at in level if _within(at, u0, 0) and v0 <= at.points[0][1] <= v1}
            yield street, [(u0, v) for v in dense(stops | {v0, v1}, step_m)]
        else:
            stops = {at.points[0][0] for at in upright if _within(at, v0, 1) and u0 <= at.points[0][0] <= u1}
            yield street, [(u, v0) for u in dense(stops | {u0, u1}, step_m)]


def _within(street: Street, at: float, axis: int) -> bool:
    return street.points[0][axis] <= at <= street.points[-1][axis]
