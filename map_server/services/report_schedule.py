"""Freezes the daily, weekly and monthly reports by itself, in the morning after each period.

What is due follows from the calendar and from what is frozen, not from a timer: after a standstill the
missing ones are made, oldest first, and two processes make none twice: a period can be frozen only once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from map_server.domain.account import Role
from map_server.domain.errors import Conflict
from map_server.domain.reach import WHOLE_WARD
from map_server.domain.report import FrozenReport, ReportDefinition
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.ports import Begin, Clock
from map_server.services.report_ports import Reader
from map_server.services.reports import Reports

SCHEDULED = (ReportKind.DAILY, ReportKind.WEEKLY, ReportKind.MONTHLY)
SYSTEM = Reader("system", Role.ADMIN, WHOLE_WARD)


@dataclass(frozen=True, slots=True)
class ScheduleParams:
    """`not_before`: time of day in the ward from which a period that is over is frozen, so that boxes that
    were cut off overnight have told what they saw. `most_caught_up` periods of a kind are made up for.
    """

    not_before: time = time(6, 0)
    most_caught_up: int = 40

    def __post_init__(self) -> None:
        if self.not_before.tzinfo is not None:
            raise ValueError("not_before: give a time of day without a zone; it is the ward's")
        if not 1 <= self.most_caught_up <= 400:
            raise ValueError("most_caught_up: must be 1 to 400 periods")


class ReportSchedule:
    """`read` opens a unit of work that only reads."""

    def __init__(self, reports: Reports, read: Begin, clock: Clock, params: ScheduleParams) -> None:
        self._reports = reports
        self._read = read
        self._clock = clock
        self._params = params
        self._complete_until: date | None = None

    def freeze_due(self) -> list[FrozenReport]:
        """Freeze what is due and not frozen yet, oldest first; gives what was frozen now."""
        made = []
        for period in self.due():
            try:
                made.append(self._reports.freeze(ReportDefinition(period), SYSTEM))
            except Conflict:
                continue  # another process, or a person, was quicker
        return made

    def due(self) -> list[ReportPeriod]:
        """Give the periods that are over and not frozen, of those that the record covers, oldest first."""
        last_day = self._last_day()
        if self._complete_until == last_day:
            return []
        begun_on = self._record_began_on()
        if begun_on is None:
            return []
        over = [period for kind in SCHEDULED for period in self._over(kind, begun_on, last_day)]
        missing = [each for each in over if self._reports.frozen_of(ReportDefinition(each)) is None]
        if not missing:
            self._complete_until = last_day
        return sorted(missing, key=lambda period: (period.last, period.days))

    def _over(self, kind: ReportKind, begun_on: date, last_day: date) -> Iterator[ReportPeriod]:
        period = ReportPeriod.holding(kind, last_day)
        if period.last > last_day:
            period = period.before()
        for _ in range(self._params.most_caught_up):
            if period.last < begun_on:
                return
            yield period
            period = period.before()

    def _last_day(self) -> date:
        """Give the last day of the ward whose reports may be frozen now."""
        local = self._clock.now().astimezone(WARD_ZONE)
        is_early = local.time() < self._params.not_before
        return local.date() - timedelta(days=2 if is_early else 1)

    def _record_began_on(self) -> date | None:
        with self._read() as work:
            first = work.audit_log.first()
        return None if first is None else datetime.fromisoformat(first.at).astimezone(WARD_ZONE).date()
