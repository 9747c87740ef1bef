"""Days of the sample ward for planning: its structure points, incidents, blind corners, teams and shifts."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from map_server.adapters.streets import EmbeddedStreets, plain_ways
from map_server.domain.blind_corner import BlindCorner
from map_server.domain.left_out import LeftOutReason, left_out
from map_server.domain.patrol import (
    Order,
    PatrolProblem,
    Shift,
    SubjectKind,
    Visit,
    places,
    timetable,
)
from map_server.domain.patrol_params import PatrolParams
from map_server.domain.patrol_worth import Horizon, corner_visits, site_visits
from map_server.domain.site import Site, SiteKind, StructureState
from map_server.domain.site_group import SiteGroups
from map_server.domain.street import ON_FOOT_NOW
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.street_ports import StreetNetwork

WARD = Path(__file__).resolve().parents[1] / "geodata" / "sample_ward"
MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""08:30 in the ward."""
HALF_DAY_S = 4 * 3600
NOON_S = 3600
STATIONS = (
    (121.5478, 31.2452),
    (121.5662, 31.2438),
    (121.5535, 31.2572),
    (121.5715, 31.2540),
    (121.5590, 31.2495),
    (121.5630, 31.2550),
)
PARAMS = PatrolParams()


def _features(layer: str) -> list[dict]:  # type: ignore[type-arg]
    features: list[dict] = json.loads((WARD / f"{layer}.geojson").read_text(encoding="utf-8"))["features"]  # type: ignore[type-arg]
    return features


def ward_streets() -> EmbeddedStreets:
    """Load the sample ward's streets."""
    return EmbeddedStreets(plain_ways([one["geometry"]["coordinates"] for one in _features("streets")]))


def ward_sites(now: datetime) -> list[Site]:
    """Give all 359 structure points (88 deferred, 48 cleared, 223 released) with their groups' intervals."""
    groups = SiteGroups()
    sites = []
    for feature in _features("structure_points"):
        facts = feature["properties"]
        site = Site(
            facts["id"],
            SiteKind.STRUCTURE_POINT,
            facts["name_zh"],
            facts["name_en"],
            tuple(feature["geometry"]["coordinates"]),
            None,
            now - timedelta(days=facts["days_since_inspection"]),
            StructureState(facts["state"]),
            visit_from=time(8),
            visit_until=time(18),
        )
        sites.append(groups.settled(site))
    return sites


def _incidents(rng: random.Random, count: int, last_s: int) -> list[Visit]:
    """One in ten is urgent and must be reached within the first hour."""
    spots = rng.sample([tuple(one["geometry"]["coordinates"]) for one in _features("drop_points")], count)
    visits = []
    for number, spot in enumerate(spots):
        is_urgent = number % 10 == 0
        visits.append(
            Visit(
                SubjectKind.INCIDENT,
                str(number),
                "blocked_fire_lane" if is_urgent else "garbage_drop",
                f"#{number}",
                f"#{number}",
                spot,
                PARAMS.incident_service_s,
                PARAMS.urgent_prize_s if is_urgent else PARAMS.incident_prize_s,
                0,
                3600 if is_urgent else last_s,
                is_urgent,
                is_firm=True,
            )
        )
    return visits


def _corners(rng: random.Random, count: int) -> list[BlindCorner]:
    ways = rng.sample(_features("streets"), count)
    corners = []
    for way in ways:
        points = way["geometry"]["coordinates"]
        lon, lat = points[len(points) // 2]
        days = rng.choice((14.0, 20.0, 30.0, None))
        corners.append(BlindCorner(way["properties"]["id"], lon, lat, rng.uniform(40, 200), days))
    return corners


def half_days(teams: int) -> list[Shift]:
    """Give each team a morning and an afternoon, an hour apart; every second team rides e-bikes."""
    return [
        Shift(
            f"team-{team}-{half}",
            begins_s,
            begins_s + HALF_DAY_S,
            STATIONS[team % len(STATIONS)],
            STATIONS[team % len(STATIONS)],
            1.2 if team % 2 else 3.5,
        )
        for team in range(teams)
        for half, begins_s in (("am", 0), ("pm", HALF_DAY_S + NOON_S))
    ]


def ward_problem(
    seed: int, streets: StreetNetwork, incidents: int = 60, corners: int = 60, teams: int = 6
) -> PatrolProblem:
    """Draw a day: every structure point is due, some for long, some only the day after tomorrow."""
    rng = random.Random(seed)
    shifts = half_days(teams)
    last_s = max(shift.ends_s for shift in shifts)
    horizon = Horizon(MONDAY, MONDAY + timedelta(seconds=last_s), MONDAY, WARD_ZONE)
    sites = [
        replace(site, inspected_at=horizon.ends_at - timedelta(days=site.interval_days + rng.uniform(-2, 12)))
        for site in ward_sites(MONDAY)
        if site.interval_days is not None
    ]
    visits = [
        *_incidents(rng, incidents, last_s),
        *site_visits(sites, horizon, PARAMS),
        *corner_visits(_corners(rng, corners), horizon, PARAMS),
    ]
    return PatrolProblem(
        MONDAY, tuple(visits), tuple(shifts), streets.table(places(visits, shifts), ON_FOOT_NOW)
    )


def nearest_neighbour(problem: PatrolProblem) -> list[Order]:
    """Let each team walk to the nearest stop that it can still make, until none is left."""
    open_visits = set(range(len(problem.visits)))
    orders: list[Order] = [() for _ in problem.shifts]
    for shift in range(len(problem.shifts)):
        while True:
            here = orders[shift][-1] if orders[shift] else problem.start_row(shift)
            near = sorted(
                (seconds, visit)
                for visit in open_visits
                if (seconds := problem.seconds(shift, here, visit)) is not None
            )
            fits = (
                visit for _, visit in near if timetable(problem, shift, (*orders[shift], visit)) is not None
            )
            if (visit := next(fits, None)) is None:
                break
            orders[shift] = (*orders[shift], visit)
            open_visits.discard(visit)
    return orders


Plan = Callable[[PatrolProblem], list[Order]]


@dataclass(slots=True)
class Month:
    """What became of every look that fell due."""

    days: int = 0
    in_window: int = 0
    overdue_visited: int = 0
    listed: Counter[LeftOutReason] = field(default_factory=Counter)
    """Site-days on the overdue list, by reason."""
    silent: list[str] = field(default_factory=list)
    """Sites that were due and neither visited in their window nor listed with a reason: must stay empty."""


def simulate(days: int, streets: StreetNetwork, plan: Plan, seed: int = 1, incidents: int = 30) -> Month:
    """Live through some days: what is planned is done; at weekends two teams work, in the morning alone.

    A look's window runs from `early_days` before it is due to the end of the day on which it is due.
    """
    rng, month = random.Random(seed), Month()
    sites = {site.site_id: site for site in ward_sites(MONDAY)}
    lost = sorted(sites)[17]  # a place that no street reaches any more
    sites[lost] = replace(sites[lost], point=(121.70, 31.40))
    for number in range(days):
        origin_at = MONDAY + timedelta(days=number)
        is_weekend = origin_at.astimezone(WARD_ZONE).weekday() >= 5
        shifts = half_days(2)[::2] if is_weekend else half_days(6)
        problem = _day_problem(rng, origin_at, list(sites.values()), shifts, streets, incidents)
        orders = plan(problem)
        reasons = {problem.visits[why.visit].subject_id: why.reason for why in left_out(problem, orders)}
        done = dict(_done(problem, orders))
        midnight = origin_at.astimezone(WARD_ZONE).replace(hour=23, minute=59)
        for site in list(sites.values()):
            _settle(month, site, done.get(site.site_id), reasons.get(site.site_id), midnight)
            if site.site_id in done:
                sites[site.site_id] = site.inspected(done[site.site_id])
        month.days += 1
    return month


def _settle(
    month: Month, site: Site, done_at: datetime | None, reason: LeftOutReason | None, midnight: datetime
) -> None:
    was_due = site.is_due(midnight)
    if done_at is not None:
        due_at = site.due_at or done_at
        is_late = due_at < midnight - timedelta(days=1)
        month.overdue_visited += is_late
        month.in_window += not is_late
    elif was_due and reason is not None:
        month.listed[reason] += 1
    elif was_due:
        month.silent.append(site.site_id)


def _day_problem(
    rng: random.Random,
    origin_at: datetime,
    sites: Sequence[Site],
    shifts: Sequence[Shift],
    streets: StreetNetwork,
    incidents: int,
) -> PatrolProblem:
    last_s = max(shift.ends_s for shift in shifts)
    ends_at = origin_at.astimezone(WARD_ZONE).replace(hour=23, minute=59)
    horizon = Horizon(origin_at, ends_at, origin_at, WARD_ZONE)
    visits = [*_incidents(rng, incidents, last_s), *site_visits(sites, horizon, PARAMS)]
    return PatrolProblem(
        origin_at, tuple(visits), tuple(shifts), streets.table(places(visits, shifts), ON_FOOT_NOW)
    )


def _done(problem: PatrolProblem, orders: Sequence[Order]) -> Iterator[tuple[str, datetime]]:
    for shift, order in enumerate(orders):
        times = timetable(problem, shift, order)
        assert times is not None
        for call in times.calls:
            visit = problem.visits[call.visit]
            if visit.subject_kind is SubjectKind.SITE:
                yield visit.subject_id, problem.at(call.leaves_s)
