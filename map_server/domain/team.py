"""Patrol teams: who walks from where, how fast, and in which hours."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from map_server.domain.datum import LonLat
from map_server.domain.travel import WALKING_M_S, check_pace

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_TEAM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its usual shift, in the ward's zone.

    A shift that ends before it begins ends the next day.
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

    def __post_init__(self) -> None:
        if not _TEAM_ID.fullmatch(self.team_id):
            raise ValueError("team_id: use 1 to 40 letters, digits, dots, hyphens or underscores")
        if not (self.name_zh.strip() and self.name_en.strip()):
            raise ValueError("name_zh: give the team a name in both languages")
        if not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"colour: {self.colour!r} must look like #1769c2")
        if self.shift_from == self.shift_until:
            raise ValueError("shift_until: the shift must have a length")
        check_pace(self.pace_m_s)


def shift_times(day: date, begins: time, ends: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give the moments at which a shift of that day begins and ends."""
    last_day = day if ends > begins else day + timedelta(days=1)
    return datetime.combine(day, begins, zone), datetime.combine(last_day, ends, zone)
