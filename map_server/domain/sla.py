"""How long each stage of a work order may take: due times, and how much of the time is used up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from map_server.domain.unit import UnitLevel
from map_server.domain.working_time import Interval, Measure, WorkingCalendar, merged, without

LONGEST_LIMIT_MIN = 60 * 1440
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class Stage(StrEnum):
    """What is waited for; each stage has a clock of its own, which begins when the stage does."""

    ACCEPT = "accept"
    HANDLE = "handle"
    CHECK = "check"


class PauseReason(StrEnum):
    """Why a clock may stand still."""

    SUSPENDED = "suspended"
    """挂账: put off by a decision."""
    OTHER_AUTHORITY = "other_authority"
    """Waiting for another authority."""
    WEATHER = "weather"


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which work may not go on; `until_at` None: it still lasts."""

    reason: PauseReason
    from_at: datetime
    until_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.until_at is not None and self.until_at < self.from_at:
            raise ValueError("until_at: a pause cannot end before it begins")


@dataclass(frozen=True, slots=True)
class StageLimit:
    """So many minutes, and which minutes count."""

    minutes: int
    measure: Measure = Measure.WORKING

    def __post_init__(self) -> None:
        if not 1 <= self.minutes <= LONGEST_LIMIT_MIN:
            raise ValueError(f"minutes: {self.minutes} must lie between 1 and {LONGEST_LIMIT_MIN} (60 days)")


@dataclass(frozen=True, slots=True)
class Escalation:
    """Raise to `level` when `stage` has taken `after` without being done."""

    level: UnitLevel
    stage: Stage
    after: StageLimit


@dataclass(frozen=True, slots=True)
class Sla:
    """Limits for all stages, what stops the clock, and when a case is raised a level.

    `hours_id` names the working hours that count; those of the unit in charge go before them.
    """

    sla_id: str
    version: int
    name_zh: str
    name_en: str
    hours_id: str
    limits: Mapping[Stage, StageLimit]
    stopped_by: frozenset[PauseReason] = frozenset(PauseReason)
    escalations: tuple[Escalation, ...] = ()

    def __post_init__(self) -> None:
        if missing := [stage for stage in Stage if stage not in self.limits]:
            raise ValueError(f"limits: give one for {missing[0]} too")
        levels = [one.level for one in self.escalations]
        if len(set(levels)) != len(levels):
            raise ValueError("escalations: each level can be reached once; name it once")


def due_at(
    start: datetime, stage: Stage, sla: Sla, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """Give the first instant at which the stage's time is used up.

    A limit that ends with the working day is due at its close, not at the next opening. None while a pause
    that still lasts stops the clock before that: there is no due time until it ends.
    """
    return moment_after(start, sla.limits[stage], sla, calendar, pauses)


def moment_after(
    start: datetime, limit: StageLimit, sla: Sla, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """Give the first instant at which `limit` has run since `start`, as `due_at` does; for escalations."""
    left = timedelta(minutes=limit.minutes)
    gaps = _gaps(sla, pauses)
    for interval in _running(start, limit.measure, calendar):
        for begin, end in without(interval, gaps):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        if gaps and gaps[-1][1] == _FOREVER and interval[1] > gaps[-1][0]:
            return None
    raise AssertionError("working time has no end")


def elapsed(
    start: datetime,
    until: datetime,
    stage: Stage,
    sla: Sla,
    calendar: WorkingCalendar,
    pauses: Sequence[Pause] = (),
) -> timedelta:
    """Give how much of the stage's time ran between two instants; zero where `until` is not later."""
    used = timedelta()
    gaps = _gaps(sla, pauses)
    for begin, end in _running(start, sla.limits[stage].measure, calendar):
        if begin >= until:
            break
        used += sum((e - b for b, e in without((begin, min(end, until)), gaps)), timedelta())
    return used


def _running(start: datetime, measure: Measure, calendar: WorkingCalendar) -> Iterable[Interval]:
    if measure is Measure.WORKING:
        return calendar.intervals_from(start)
    return ((start, _FOREVER),)


def _gaps(sla: Sla, pauses: Iterable[Pause]) -> list[Interval]:
    stopping = (pause for pause in pauses if pause.reason in sla.stopped_by)
    return merged((pause.from_at, pause.until_at or _FOREVER) for pause in stopping)
