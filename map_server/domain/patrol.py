"""The patrol problem: visits worth making, teams on shift, and the timetable of a route. Pure arithmetic.

Times inside a problem are whole seconds after its `origin_at`. What a visit is worth is counted in seconds
of patrol that may be spent on it, so that worth and effort can be compared and explained to a supervisor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from map_server.domain.datum import LonLat
from map_server.domain.travel import TravelTable, check_pace

LONGEST_SERVICE_S = 4 * 3600
HIGHEST_PRIZE_S = 24 * 3600
LONGEST_HORIZON_S = 48 * 3600

Order: TypeAlias = tuple[int, ...]
"""Indices of visits, in the order in which one team makes them."""


class SubjectKind(StrEnum):
    """What a team visits."""

    INCIDENT = "incident"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Visit:
    """Something worth a stop. The window is that in which the work there may begin."""

    subject_kind: SubjectKind
    subject_id: str
    category: str
    """Kind of incident (garbage_drop …) or of site (drop_point …)."""
    name_zh: str
    name_en: str
    point: LonLat
    service_s: int
    prize_s: int
    opens_s: int
    closes_s: int
    is_urgent: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.service_s <= LONGEST_SERVICE_S:
            raise ValueError(f"service_s: {self.service_s} must lie between 1 and {LONGEST_SERVICE_S}")
        if not self.service_s < self.prize_s <= HIGHEST_PRIZE_S:
            raise ValueError(
                f"prize_s: {self.prize_s} must lie above service_s ({self.service_s}), else nobody would go,"
                f" and must not exceed {HIGHEST_PRIZE_S}"
            )
        if self.opens_s > self.closes_s:
            raise ValueError(f"opens_s: {self.opens_s} lies after closes_s ({self.closes_s})")

    @property
    def key(self) -> str:
        """Name the subject across plans and revisions."""
        return f"{self.subject_kind}:{self.subject_id}"


@dataclass(frozen=True, slots=True)
class Shift:
    """One team from one moment and place to another."""

    team_id: str
    starts_s: int
    ends_s: int
    start: LonLat
    end: LonLat
    pace_m_s: float

    def __post_init__(self) -> None:
        if not self.starts_s < self.ends_s <= self.starts_s + LONGEST_HORIZON_S:
            raise ValueError(f"ends_s: {self.ends_s} must lie after starts_s ({self.starts_s}), within 48 h")
        check_pace(self.pace_m_s)


@dataclass(frozen=True, slots=True)
class PatrolProblem:
    """Visits, shifts, and the way between all their places.

    Rows of `travel`: first the visits, then start and end of each shift (see `places`).
    """

    origin_at: datetime
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: TravelTable

    def __post_init__(self) -> None:
        keys = {visit.key for visit in self.visits}
        if len(keys) != len(self.visits):
            raise ValueError("visits: the same subject is given twice")
        if len(self.travel.metres) != len(self.visits) + 2 * len(self.shifts):
            raise ValueError("travel: the table does not fit the visits and shifts")

    def start_row(self, shift: int) -> int:
        """Give the row of a shift's start in the travel table."""
        return len(self.visits) + 2 * shift

    def end_row(self, shift: int) -> int:
        """Give the row of a shift's end."""
        return len(self.visits) + 2 * shift + 1

    def seconds(self, shift: int, start_row: int, end_row: int) -> int | None:
        """Give how long this shift's team takes from row to row."""
        return self.travel.seconds(start_row, end_row, self.shifts[shift].pace_m_s)

    def at(self, seconds: int) -> datetime:
        """Give the moment that lies so many seconds after the origin."""
        return self.origin_at + timedelta(seconds=seconds)


def places(visits: Sequence[Visit], shifts: Sequence[Shift]) -> list[LonLat]:
    """Give the places in the order of the travel table's rows."""
    ends = [place for shift in shifts for place in (shift.start, shift.end)]
    return [visit.point for visit in visits] + ends


@dataclass(frozen=True, slots=True)
class Call:
    """One visit in a timetable: when the team arrives, begins and leaves."""

    visit: int
    arrives_s: int
    begins_s: int
    leaves_s: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """A route with its times; `ends_s` is the return to the shift's end."""

    shift: int
    calls: tuple[Call, ...]
    ends_s: int
    metres: float


def timetable(problem: PatrolProblem, shift: int, order: Order) -> Timetable | None:
    """Walk an order as early as possible; None where a way, a window or the shift's end does not allow it."""
    now_s, row, metres = problem.shifts[shift].starts_s, problem.start_row(shift), 0.0
    calls = []
    for visit in order:
        leg_s = problem.seconds(shift, row, visit)
        if leg_s is None:
            return None
        arrives_s = now_s + leg_s
        begins_s = max(arrives_s, problem.visits[visit].opens_s)
        if begins_s > problem.visits[visit].closes_s:
            return None
        now_s = begins_s + problem.visits[visit].service_s
        calls.append(Call(visit, arrives_s, begins_s, now_s))
        metres += problem.travel.metres[row][visit] or 0.0
        row = visit
    home_s = problem.seconds(shift, row, problem.end_row(shift))
    if home_s is None or now_s + home_s > problem.shifts[shift].ends_s:
        return None
    metres += problem.travel.metres[row][problem.end_row(shift)] or 0.0
    return Timetable(shift, tuple(calls), now_s + home_s, metres)


def net_value_s(problem: PatrolProblem, orders: Sequence[Order]) -> int:
    """Give what a plan is worth: prizes collected less the seconds of patrol spent on them."""
    value = 0
    for shift, order in enumerate(orders):
        times = timetable(problem, shift, order)
        if times is None:
            raise ValueError(f"the order of shift {shift} cannot be walked")
        value += sum(problem.visits[visit].prize_s for visit in order)
        value -= times.ends_s - problem.shifts[shift].starts_s
    return value
