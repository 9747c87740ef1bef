"""Reads routing benchmarks into the project's own planning problem, without distortion.

VRPLIB files (`.vrp`: VRPTW, and PCVRPTW with its `PRIZE_SECTION`) by the DIMACS convention: coordinates,
windows and service times in units, distances truncated to tenths, so that a metre and a second of the
problem are a tenth of the file's unit. Solomon-based TOPTW files (`.txt`, KU Leuven): the same, and a route
costs one for each tenth while a prize is worth more than the longest route, so that the highest total profit
comes first and the shorter way second.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from map_server.domain.patrol import Order, PatrolProblem, Shift, SubjectKind, Visit, timetable
from map_server.domain.travel import TravelTable

_TENTHS = 10
_ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
_NOWHERE = (0.0, 0.0)


class Family(StrEnum):
    """What kind of problem a file holds."""

    VRPTW = "VRPTW"
    PCVRPTW = "PCVRPTW"
    TOPTW = "TOPTW"


@dataclass(frozen=True, slots=True)
class Instance:
    """One benchmark.

    `profits` are a TOPTW's own, by visit. `best_known` is in `cost` units for routing, a profit for TOPTW.
    """

    name: str
    family: Family
    path: Path
    problem: PatrolProblem
    profits: tuple[int, ...] = ()
    best_known: float | None = None

    def distance(self, orders: Sequence[Order]) -> int:
        """Sum the distances in tenths. Raises ValueError for an order that breaks a promise."""
        total = 0.0
        for shift, order in enumerate(orders):
            times = timetable(self.problem, shift, order)
            if times is None:
                raise ValueError(f"{self.name}: route {shift} cannot be driven")
            total += times.metres if order else 0.0
        return round(total)

    def missing(self, orders: Sequence[Order]) -> list[int]:
        """Give the visits that no route makes."""
        made = {visit for order in orders for visit in order}
        return [visit for visit in range(len(self.problem.visits)) if visit not in made]

    def profit(self, orders: Sequence[Order]) -> int:
        """Sum what the visited places are worth (TOPTW)."""
        return sum(self.profits[visit] for order in orders for visit in order)

    def cost(self, orders: Sequence[Order]) -> float:
        """Give the objective in the unit of the best known solution: less is better, but for TOPTW more."""
        if self.family is Family.TOPTW:
            return float(self.profit(orders))
        if self.family is Family.VRPTW:
            return self.distance(orders) / _TENTHS
        return self.distance(orders) + sum(
            self.problem.visits[visit].prize_s for visit in self.missing(orders)
        )


def find_instances(paths: Iterable[Path], paths_per_toptw: int = 1) -> list[Instance]:
    """Read every file of these formats that is named, or lies in a folder that is named."""
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    instances = []
    for file in files:
        if file.suffix == ".vrp":
            instances.append(read_vrplib(file))
        elif file.suffix == ".txt" and _is_toptw(file):
            instances.append(read_toptw(file, paths_per_toptw))
    return instances


def read_vrplib(path: Path) -> Instance:
    """Read a VRPTW or PCVRPTW file."""
    header, sections = _sections(path.read_text(encoding="utf-8"))
    spots = [(float(x), float(y)) for _, x, y in sections["NODE_COORD_SECTION"]]
    windows = {
        int(node): (float(opens), float(closes)) for node, opens, closes in sections["TIME_WINDOW_SECTION"]
    }
    demands = {int(node): int(demand) for node, demand in sections.get("DEMAND_SECTION", [])}
    prizes = {int(node): int(prize) for node, prize in sections.get("PRIZE_SECTION", [])}
    services = {int(node): float(service) for node, service in sections.get("SERVICE_TIME_SECTION", [])}
    usual_service = float(header.get("SERVICE_TIME", "0"))
    depot = int(sections["DEPOT_SECTION"][0][0])
    nodes = [node for node in range(1, len(spots) + 1) if node != depot]
    visits = [
        _visit(
            node,
            service=services.get(node, usual_service),
            window=windows[node],
            prize=_TENTHS * prizes.get(node, 0),
            demand=demands.get(node, 0),
            is_firm=not prizes,
        )
        for node in nodes
    ]
    shift = Shift(
        "v",
        int(_TENTHS * windows[depot][0]),
        int(_TENTHS * windows[depot][1]),
        _NOWHERE,
        _NOWHERE,
        1.0,
        capacity=int(header["CAPACITY"]) if "CAPACITY" in header else None,
    )
    vehicles = int(header.get("VEHICLES", len(nodes)))
    order = [*(node - 1 for node in nodes), depot - 1]
    problem = _problem(visits, [shift] * vehicles, [spots[index] for index in order], _TENTHS, cost_per_m=1)
    family = Family.PCVRPTW if prizes else Family.VRPTW
    return Instance(header.get("NAME", path.stem), family, path, problem, (), _solution_cost(path))


def read_toptw(path: Path, paths: int = 1) -> Instance:
    """Read a Solomon-based TOPTW file; `paths` is how many routes may be driven.

    Distances are truncated to the first decimal, for the instances of Cordeau (`pr…`) to the second.
    """
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [[float(value) for value in line] for line in lines[2:]]
    scale = 100 if path.stem.lower().startswith("pr") else _TENTHS
    (depot, *places) = rows
    longest = round(depot[-1] * scale)
    profits = tuple(round(row[4]) for row in places)
    visits = [
        _visit(
            round(row[0]),
            service=row[3],
            window=(row[-2], row[-1]),
            prize=profit * (longest + 1) * paths,
            demand=0,
            is_firm=False,
            scale=scale,
        )
        for row, profit in zip(places, profits, strict=True)
    ]
    shift = Shift("p", round(depot[-2] * scale), longest, _NOWHERE, _NOWHERE, 1.0)
    spots = [(row[1], row[2]) for row in (*places, depot)]
    problem = _problem(visits, [shift] * paths, spots, scale, cost_per_m=1)
    return Instance(path.stem, Family.TOPTW, path, problem, profits, _best_profit(path, paths))


def _visit(
    node: int,
    service: float,
    window: tuple[float, float],
    prize: int,
    demand: int,
    is_firm: bool,
    scale: int = _TENTHS,
) -> Visit:
    opens, closes = window
    return Visit(
        SubjectKind.SITE,
        str(node),
        "",
        "",
        "",
        _NOWHERE,
        service_s=int(scale * service),
        prize_s=prize,
        opens_s=int(scale * opens),
        closes_s=int(scale * closes),
        is_firm=is_firm,
        load=demand,
    )


def _problem(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    spots: Sequence[tuple[float, float]],
    scale: int,
    cost_per_m: int,
) -> PatrolProblem:
    rows = tuple(tuple(float(int(scale * math.dist(one, other))) for other in spots) for one in spots)
    home = len(visits)
    return PatrolProblem(
        _ORIGIN,
        tuple(visits),
        tuple(shifts),
        TravelTable(rows),
        ends=((home, home),) * len(shifts),
        cost_per_s=0,
        cost_per_m=cost_per_m,
    )


def _sections(text: str) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    header: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.endswith("_SECTION"):
            current = sections.setdefault(line, [])
        elif ":" in line and not line[0].isdigit():
            key, _, value = line.partition(":")
            header[key.strip()] = value.strip()
        elif current is not None and line != "EOF" and line != "-1":
            current.append(line.split())
    return header, sections


def _solution_cost(path: Path) -> float | None:
    solution = path.with_suffix(".sol")
    if not solution.exists():
        return None
    costs = [line.split()[-1] for line in solution.read_text(encoding="utf-8").splitlines() if "Cost" in line]
    return float(costs[0]) if costs else None


def _best_profit(path: Path, paths: int) -> float | None:
    """Look into `best_known.json` beside the file, which knows one path."""
    known = path.with_name("best_known.json")
    if paths != 1 or not known.exists():
        return None
    profit = json.loads(known.read_text(encoding="utf-8"))["profit_one_path"].get(path.stem)
    return None if profit is None else float(profit)


def _is_toptw(path: Path) -> bool:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        return (
            len(lines) > 3 and len(lines[0].split()) >= 3 and len([float(v) for v in lines[2].split()]) >= 8
        )
    except ValueError:
        return False
