"""Responsibility as other use cases ask for it, and what it needs from outside."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from map_server.domain.datum import LonLat
from map_server.domain.holidays import HolidayCalendar, HolidayYear
from map_server.domain.responsibility import Assignment, CaseClass, NoOwner, Rule
from map_server.domain.sla import Sla
from map_server.domain.unit import Unit, UnitLevel
from map_server.domain.working_time import WorkingCalendar, WorkingHours


class OwnerLookup(Protocol):
    """Answers who is responsible and by when; what work orders ask. Safe to call inside a unit of work."""

    def owner_of(
        self, kind: CaseClass, place: LonLat | None, at: datetime, site_id: str | None = None
    ) -> Assignment | NoOwner:
        """Tell who leads a case of that class at that place and time.

        `place` None: nobody knows where. `site_id` names the registered site, where one is known.
        """

    def sla(self, sla_id: str, version: int | None = None) -> Sla:
        """Give an SLA, the present version unless one is named. Raises NotFound."""

    def calendar_for(self, sla: Sla, unit_id: str | None) -> WorkingCalendar:
        """Give the working time that counts: of the unit where it has hours of its own, else of the SLA."""

    def unit(self, unit_id: str) -> Unit:
        """Give a unit, one out of force too. Raises NotFound."""

    def units(self) -> Sequence[Unit]:
        """Give all units, by id, those out of force too."""

    def unit_above(self, unit_id: str, level: UnitLevel) -> Unit | None:
        """Give the unit at `level` to which a case of this unit is raised: itself or one above it."""


class UnitRepository(Protocol):
    """Units inside one unit of work, the newest version of each."""

    def put(self, unit: Unit) -> None:
        """Store a new version of a unit."""

    def all(self) -> list[Unit]:
        """Give all units, by id."""


class RuleRepository(Protocol):
    """Responsibility rules, SLAs and working hours inside one unit of work."""

    def put_rule(self, rule: Rule) -> None:
        """Store a new version of a rule; the one before is kept and no longer current."""

    def retire_rule(self, rule_id: str) -> None:
        """Take a rule out of the current ones; its versions are kept."""

    def current(self) -> list[Rule]:
        """Give the current version of each rule that is not retired, by id."""

    def newest_versions(self) -> dict[str, int]:
        """Give the newest version of every rule that ever was, retired ones too."""

    def put_sla(self, sla: Sla) -> None:
        """Store a new version of an SLA."""

    def slas(self) -> list[Sla]:
        """Give all versions of all SLAs, by id and version."""

    def replace_hours(self, hours: Iterable[WorkingHours]) -> None:
        """Make these the only working hours."""

    def hours(self) -> list[WorkingHours]:
        """Give all working hours, by id."""


class HolidayRepository(Protocol):
    """The holiday calendar inside one unit of work."""

    def put(self, year: HolidayYear) -> None:
        """Store a year in place of what was known of it."""

    def calendar(self) -> HolidayCalendar:
        """Give the calendar of all loaded years."""
