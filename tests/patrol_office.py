"""A patrol office for tests: real database and solver, streets of a square town, a clock that is set."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from map_server.adapters.db.queries.overdue import SqlSitesInPlans
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.planner import PyVrpPlanner
from map_server.bootstrap.database import open_database
from map_server.config import Settings
from map_server.domain.blind_corner import BlindCorner
from map_server.domain.datum import LonLat
from map_server.domain.event import GroundFix, View
from map_server.domain.incident import Incident, IncidentState, severity_of
from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol_plan import PatrolPlan, Stop, StopState
from map_server.domain.plane import LocalPlane
from map_server.domain.site import Site, SiteKind
from map_server.domain.team import Team
from map_server.services.campaigns import Campaigns
from map_server.services.overdue import OverdueList
from map_server.services.patrol_making import PlanMaking
from map_server.services.patrol_ports import Effort
from map_server.services.patrol_runs import PatrolRuns
from map_server.services.patrols import Patrols, PlanRecord
from map_server.services.places import Places
from map_server.services.plan_decisions import PlanDecisions
from map_server.services.plan_wishes import PlanWishes
from map_server.services.shift_wishes import ShiftWish
from map_server.services.teams import Teams
from tests.fakes.clock import FakeClock
from tests.fakes.streets import SquareTown
from wire_contract.vocabulary import EventKind

DAY = date(2026, 11, 23)
QUICK = Effort(iterations=80, seed=3)
_PLANE = LocalPlane((121.56, 31.25))


def at(east_m: float, north_m: float = 0.0) -> LonLat:
    """A place so many metres from the station."""
    return _PLANE.lonlat(east_m, north_m)


def clock_time(text: str) -> datetime:
    """A time of that day in Shanghai, as aware UTC."""
    return datetime.combine(DAY, time.fromisoformat(text), UTC) - timedelta(hours=8)


STATION = at(0)


def team(team_id: str, start: LonLat = STATION, shift: tuple[str, str] = ("08:30", "12:30")) -> Team:
    """A team on foot at one metre per second."""
    begins, ends = (time.fromisoformat(text) for text in shift)
    return Team(
        team_id, f"{team_id}组", f"Team {team_id}", "#1769c2", start, start, begins, ends, pace_m_s=1.0
    )


def site(site_id: str, place: LonLat, days_ago: float | None = 10) -> Site:
    """A drop point, due every seven days."""
    looked_at = None if days_ago is None else clock_time("08:00") - timedelta(days=days_ago)
    return Site(site_id, SiteKind.DROP_POINT, f"{site_id}号点", f"Point {site_id}", place, 7, looked_at)


def incident(number: int, place: LonLat | None, kind: EventKind = EventKind.GARBAGE_DROP) -> Incident:
    """A confirmed incident."""
    seen_at = clock_time("08:00")
    return Incident(
        incident_id=f"incident-{number}",
        kind=kind,
        state=IncidentState.CONFIRMED,
        anchor="here",
        site_id=None,
        views=(View("box-1", "cam-1", "zone-1"),),
        fix=None if place is None else GroundFix(place[0], place[1], 2.0),
        label="thing",
        score=0.9,
        first_seen_at=seen_at,
        last_seen_at=seen_at,
        event_count=1,
        open_event_count=1,
        updated_at=seen_at,
        severity=severity_of(kind),
        number=number,
    )


class PatrolOffice:
    """Work in the background is done at once, unless `is_waiting`; then `work_off` does it."""

    def __init__(self, data_dir: Path) -> None:
        self.clock = FakeClock(clock_time("08:00"))
        self.engine = open_database(Settings(data_dir=data_dir))
        self.begin = SqlUnitsOfWork(self.engine, self.clock, committed=lambda _: None)
        self.read = self.begin.reading
        self.incidents: list[Incident] = []
        self.streets = SquareTown()
        self.is_waiting = False
        self._waiting: list[Callable[[], None]] = []
        numbers = count(1)
        self.places = Places(self.read, self.clock)
        self.corners: list[BlindCorner] = []
        wishes = PlanWishes(lambda: self.incidents, lambda: self.corners, self.places, self.read, self.clock)
        making = PlanMaking(wishes, self.streets, PyVrpPlanner(), self.clock, lambda: f"id-{next(numbers)}")
        self.runs = PatrolRuns(self.begin, self.read, self.clock, making, self._in_background)
        self.patrols = Patrols(self.begin, self.read, self.clock, lambda: f"plan-{next(numbers)}", self.runs)
        self.teams = Teams(self.begin, self.read)
        self.decisions = PlanDecisions(self.begin, self.clock, self.runs)
        self.campaigns = Campaigns(self.begin, self.read, self.clock, lambda: f"campaign-{next(numbers)}")
        self.overdue = OverdueList(self.places, SqlSitesInPlans(self.engine), self.clock)

    def _in_background(self, work: Callable[[], None]) -> None:
        if self.is_waiting:
            self._waiting.append(work)
        else:
            work()

    def work_off(self) -> None:
        """Do what waits in the background."""
        waiting, self._waiting = self._waiting, []
        for work in waiting:
            work()

    def register(self, *sites: Site) -> None:
        """Put sites under inspection."""
        with self.begin() as work:
            work.sites.put(sites)
            work.commit()

    def plan(self, *teams: Team) -> PlanRecord:
        """Add teams and plan the morning for them."""
        for one in teams:
            self.teams.add(one, "person:chief")
        plan = self.patrols.request(DAY, [ShiftWish(one.team_id) for one in teams], "person:chief", QUICK)
        return self.patrols.show(plan.plan_id)

    def shown(self, plan: PatrolPlan) -> PlanRecord:
        """Give the plan as it is now."""
        return self.patrols.show(plan.plan_id)

    def check_in(self, stop: Stop, when: str, state: StopState = StopState.DONE) -> Stop:
        """Let the clock come to `when`, and a team report a stop."""
        self.clock.wall = clock_time(when)
        return self.patrols.check_in(stop.plan_id, stop.stop_id, "person:patrol", state)

    def log(self) -> list[tuple[str, str]]:
        """Give action and subject of every audit entry, oldest first."""
        with self.read() as work:
            return [(entry.action, entry.subject_id) for entry in work.audit_log.entries()]


def names(stops: Sequence[Stop]) -> list[str]:
    """Name what a route visits, in order."""
    return [stop.visit.subject_id for stop in stops]


def reasons(record: PlanRecord) -> dict[str, LeftOutReason]:
    """Give the reason for each visit that is left out."""
    return {one.visit.subject_id: one.reason for one in record.left_out}


@contextmanager
def patrol_office(data_dir: Path) -> Iterator[PatrolOffice]:
    """Open an office, and close its database at the end."""
    office = PatrolOffice(data_dir)
    try:
        yield office
    finally:
        office.engine.dispose()
