"""Patrol teams: who walks from where, how fast, and in which hours."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from map_server.domain.datum import LonLat
from map_server.domain.travel import WALKING_M_S, check_pace

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_SKILL = re.compile(r"[a-z0-9_]{1,40}")
_TEAM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


LONGEST_REST_MINUTES = 240
MOST_SHIFTS = 4


@dataclass(frozen=True, slots=True)
class Rest:
    """A break that begins between two times of the day, taken where the team's shift starts.

    The team is at work again after it; hours off between two shifts are `Team.further_shifts`.
    """

    earliest: time
    latest: time
    minutes: int

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise ValueError("rest_until: must not lie before rest_from")
        if not 5 <= self.minutes <= LONGEST_REST_MINUTES:
            raise ValueError(f"rest_minutes: {self.minutes} must lie between 5 and {LONGEST_REST_MINUTES}")

    def times(
        self, day: date, starts_at: datetime, ends_at: datetime, zone: tzinfo
    ) -> tuple[datetime, datetime] | None:
        """Give between which moments of a shift of that day it begins; None where it does not fit in."""
        earliest = datetime.combine(day, self.earliest, zone)
        if earliest < starts_at - timedelta(hours=12):  # after midnight in a night shift
            earliest += timedelta(days=1)
        latest = earliest + (datetime.combine(day, self.latest) - datetime.combine(day, self.earliest))
        opens_at = max(earliest, starts_at)
        closes_at = min(latest, ends_at - timedelta(minutes=self.minutes))
        return (opens_at, closes_at) if opens_at <= closes_at else None


@dataclass(frozen=True, slots=True)
class TeamShift:
    """One usual shift of a team, in the ward's zone; one that ends before it begins ends the next day."""

    begins: time
    ends: time
    start: LonLat
    end: LonLat

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise ValueError("shift_until: the shift must have a length")


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its usual shift, in the ward's zone, and those that follow it on the same day.

    A shift that ends before it begins ends the next day. `skills` name what this team does and others do
    not: kinds of incident or site (illegal_structure, structure_point …), or anything a campaign asks for.
    """

    team_id: str
    name_zh: str
    name_en: str
    colour: str
    start: LonLat
    end: LonLat
    shift_from: time
    shift_until: time
    pace_m_s: float = WALKING_M_S
    is_active: bool = True
    version: int = 1
    skills: frozenset[str] = frozenset()
    rest: Rest | None = None
    further_shifts: tuple[TeamShift, ...] = ()

    def __post_init__(self) -> None:
        if wrong := sorted(one for one in self.skills if not _SKILL.fullmatch(one)):
            raise ValueError(f"skills: {wrong[0]!r} must be 1 to 40 small letters, digits or _")
        if not _TEAM_ID.fullmatch(self.team_id):
            raise ValueError("team_id: use 1 to 40 letters, digits, dots, hyphens or underscores")
        if not (self.name_zh.strip() and self.name_en.strip()):
            raise ValueError("name_zh: give the team a name in both languages")
        if not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"colour: {self.colour!r} must look like #1769c2")
        check_pace(self.pace_m_s)
        if len(self.shifts) > MOST_SHIFTS:
            raise ValueError(f"further_shifts: a team has at most {MOST_SHIFTS} shifts in a day")
        for before, after in pairwise(self.shifts):
            if not before.begins < before.ends <= after.begins:
                raise ValueError("further_shifts: each shift must begin after the one before has ended")

    @property
    def shifts(self) -> tuple[TeamShift, ...]:
        """Give all shifts of a day in order."""
        return (TeamShift(self.shift_from, self.shift_until, self.start, self.end), *self.further_shifts)

    def shift_near(self, begins: time) -> TeamShift:
        """Give the usual shift that begins nearest to a time of the day."""
        return min(self.shifts, key=lambda one: abs(_minutes(one.begins) - _minutes(begins)))


def _minutes(moment: time) -> int:
    return 60 * moment.hour + moment.minute


def shift_times(day: date, begins: time, ends: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give the moments at which a shift of that day begins and ends."""
    last_day = day if ends > begins else day + timedelta(days=1)
    return datetime.combine(day, begins, zone), datetime.combine(last_day, ends, zone)
