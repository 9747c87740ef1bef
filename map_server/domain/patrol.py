"""The patrol problem: visits worth making, teams on shift, and the timetable of a route. Pure arithmetic.

Times inside a problem are whole seconds after its `origin_at`. What a visit is worth is counted in seconds
of patrol that may be spent on it, so that worth and effort can be compared and explained to a supervisor.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TypeAlias

from map_server.domain.datum import LonLat
from map_server.domain.travel import TravelTable, check_pace

LONGEST_SERVICE_S = 4 * 3600
HIGHEST_PRIZE_S = 24 * 3600
LONGEST_HORIZON_S = 48 * 3600

Order: TypeAlias = tuple[int, ...]
"""Indices of visits, in the order in which one team makes them."""

Window: TypeAlias = tuple[int, int]
"""First and last second at which the work may begin."""


class SubjectKind(StrEnum):
    """What a team visits."""

    INCIDENT = "incident"
    SITE = "site"
    CORNER = "corner"
    """A piece of street that neither camera nor foot has seen for long."""
    CAMPAIGN = "campaign"
    """A place at which several teams meet at one time; the id ends in the team's number, `#1`."""
    BREAK = "break"
    """A team's own rest; the id is the team's."""


class Rank(IntEnum):
    """What a visit may push out of a full shift: whatever ranks below it."""

    WORTH_IT = 0
    """Made when it is worth its way."""
    FIRM = 1
    """Made whenever it fits at all: confirmed incidents, joint campaigns, what was fixed by hand."""
    URGENT = 2
    BREAK = 3


def own_skill(team_id: str) -> str:
    """Name the skill that one team alone has: being that team."""
    return f"team:{team_id}"


@dataclass(frozen=True, slots=True)
class Visit:
    """Something worth a stop.

    The work may begin from `opens_s` to `closes_s`, or in one of `further_windows`, which lie later. Only a
    team that has all `skills` may go. `load` is what it brings or takes away, in units of a shift's capacity.
    """

    subject_kind: SubjectKind
    subject_id: str
    category: str
    """Kind of incident (garbage_drop …), of site (drop_point …), or the subject's kind."""
    name_zh: str
    name_en: str
    point: LonLat
    service_s: int
    prize_s: int
    opens_s: int
    closes_s: int
    is_urgent: bool = False
    is_firm: bool = False
    further_windows: tuple[Window, ...] = ()
    skills: frozenset[str] = frozenset()
    load: int = 0

    def __post_init__(self) -> None:
        for key in ("service_s", "prize_s", "load"):
            if getattr(self, key) < 0:
                raise ValueError(f"{key}: {getattr(self, key)} must not be negative")
        last_s = None
        for opens_s, closes_s in self.windows:
            if opens_s > closes_s:
                raise ValueError(f"opens_s: {opens_s} lies after closes_s ({closes_s})")
            if last_s is not None and opens_s <= last_s:
                raise ValueError(f"further_windows: {opens_s} must lie after the window before ({last_s})")
            last_s = closes_s

    @property
    def key(self) -> str:
        """Name the subject across plans and revisions."""
        return f"{self.subject_kind}:{self.subject_id}"

    @property
    def windows(self) -> tuple[Window, ...]:
        """Give all windows, the earliest first."""
        return ((self.opens_s, self.closes_s), *self.further_windows)

    @property
    def last_s(self) -> int:
        """Give the last second at which the work may begin."""
        return self.further_windows[-1][1] if self.further_windows else self.closes_s

    @property
    def rank(self) -> Rank:
        """Tell what it may push out."""
        if self.subject_kind is SubjectKind.BREAK:
            return Rank.BREAK
        if self.is_urgent:
            return Rank.URGENT
        return Rank.FIRM if self.is_firm else Rank.WORTH_IT

    def begins_s(self, arrives_s: int) -> int | None:
        """Give when the work begins for a team that arrives then; None after the last window."""
        if arrives_s <= self.closes_s:
            return max(arrives_s, self.opens_s)
        for opens_s, closes_s in self.further_windows:
            if arrives_s <= closes_s:
                return max(arrives_s, opens_s)
        return None

    def latest_s(self, bound_s: int) -> int:
        """Give the latest beginning that is not after `bound_s`, a moment at or after the first opening."""
        for opens_s, closes_s in reversed(self.further_windows):
            if opens_s <= bound_s:
                return min(closes_s, bound_s)
        return min(self.closes_s, bound_s)


@dataclass(frozen=True, slots=True)
class Shift:
    """One team from one moment and place to another. Without a `capacity` it carries any load."""

    team_id: str
    starts_s: int
    ends_s: int
    start: LonLat
    end: LonLat
    pace_m_s: float
    skills: frozenset[str] = frozenset()
    capacity: int | None = None

    def __post_init__(self) -> None:
        if not self.starts_s < self.ends_s <= self.starts_s + LONGEST_HORIZON_S:
            raise ValueError(f"ends_s: {self.ends_s} must lie after starts_s ({self.starts_s}), within 48 h")
        check_pace(self.pace_m_s)

    def may_make(self, visit: Visit) -> bool:
        """Tell whether the team has what the visit asks for."""
        return not visit.skills or visit.skills <= self.skills | {own_skill(self.team_id)}

    def carries(self, load: int) -> bool:
        """Tell whether the load fits."""
        return self.capacity is None or load <= self.capacity


@dataclass(frozen=True, slots=True)
class PatrolProblem:
    """Visits, shifts, and the way between all their places.

    Rows of `travel`: first the visits, then start and end of each shift (see `places`), unless `ends` names
    the two rows of each shift. `own_travel` holds, by the index of a shift, the table of a team that moves
    otherwise than the rest. A route costs `cost_per_s` for each second from start to end and `cost_per_m`
    for each metre; a prize is paid in the same unit.
    """

    origin_at: datetime
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: TravelTable
    ends: tuple[tuple[int, int], ...] = ()
    own_travel: Mapping[int, TravelTable] = field(default_factory=dict)
    cost_per_s: int = 1
    cost_per_m: int = 0

    def __post_init__(self) -> None:
        keys = {visit.key for visit in self.visits}
        if len(keys) != len(self.visits):
            raise ValueError("visits: the same subject is given twice")
        if self.ends and len(self.ends) != len(self.shifts):
            raise ValueError("ends: name the two rows of every shift, or of none")
        rows = [row for pair in self.ends for row in pair]
        needed = max(rows) + 1 if rows else len(self.visits) + 2 * len(self.shifts)
        if any(len(table.metres) != needed for table in (self.travel, *self.own_travel.values())):
            raise ValueError("travel: the table does not fit the visits and shifts")

    def start_row(self, shift: int) -> int:
        """Give the row of a shift's start in the travel table."""
        return self.ends[shift][0] if self.ends else len(self.visits) + 2 * shift

    def end_row(self, shift: int) -> int:
        """Give the row of a shift's end."""
        return self.ends[shift][1] if self.ends else len(self.visits) + 2 * shift + 1

    def seconds(self, shift: int, start_row: int, end_row: int) -> int | None:
        """Give how long this shift's team takes from row to row."""
        return self.travel_of(shift).seconds(start_row, end_row, self.shifts[shift].pace_m_s)

    def travel_of(self, shift: int) -> TravelTable:
        """Give the table by which this shift's team moves."""
        return self.own_travel.get(shift, self.travel)

    def without(self, dropped: Collection[int]) -> "PatrolProblem":
        """Give the problem without some visits."""
        kept = [index for index in range(len(self.visits)) if index not in dropped]
        rows = [*kept, *range(len(self.visits), len(self.travel.metres))]
        place = {row: position for position, row in enumerate(rows)}
        return replace(
            self,
            visits=tuple(self.visits[index] for index in kept),
            travel=self.travel.selected(rows),
            own_travel={shift: table.selected(rows) for shift, table in self.own_travel.items()},
            ends=tuple((place[start], place[end]) for start, end in self.ends),
        )

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
    """Walk an order as early as possible.

    None where a way, a window, a skill, the capacity or the shift's end does not allow it.
    """
    team, table = problem.shifts[shift], problem.travel_of(shift)
    if not all(team.may_make(problem.visits[visit]) for visit in order):
        return None
    if not team.carries(sum(problem.visits[visit].load for visit in order)):
        return None
    now_s, row, metres = team.starts_s, problem.start_row(shift), 0.0
    calls = []
    for visit in order:
        leg_s = problem.seconds(shift, row, visit)
        if leg_s is None:
            return None
        arrives_s = now_s + leg_s
        begins_s = problem.visits[visit].begins_s(arrives_s)
        if begins_s is None:
            return None
        now_s = begins_s + problem.visits[visit].service_s
        calls.append(Call(visit, arrives_s, begins_s, now_s))
        metres += table.metres[row][visit] or 0.0
        row = visit
    home_s = problem.seconds(shift, row, problem.end_row(shift))
    if home_s is None or now_s + home_s > team.ends_s:
        return None
    metres += table.metres[row][problem.end_row(shift)] or 0.0
    return Timetable(shift, tuple(calls), now_s + home_s, metres)


def net_value_s(problem: PatrolProblem, orders: Sequence[Order]) -> int:
    """Give what a plan is worth: prizes collected less what its routes cost (seconds of patrol)."""
    value = 0
    for shift, order in enumerate(orders):
        times = timetable(problem, shift, order)
        if times is None:
            raise ValueError(f"the order of shift {shift} cannot be walked")
        value += sum(problem.visits[visit].prize_s for visit in order)
        value -= problem.cost_per_s * (times.ends_s - problem.shifts[shift].starts_s)
        value -= problem.cost_per_m * round(times.metres)
    return value
