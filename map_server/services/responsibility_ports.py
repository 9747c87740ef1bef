"""Responsibility as other use cases ask for it, and what it needs from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from map_server.domain.datum import LonLat
from map_server.domain.handbook import Handbook, HandbookDraft, HandbookRecord, RecordKey
from map_server.domain.responsibility import Assignment, CaseClass, NoOwner
from map_server.domain.sla import Sla
from map_server.domain.unit import Unit, UnitLevel
from map_server.domain.working_time import WorkingCalendar


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


class HandbookRepository(Protocol):
    """The handbook inside one unit of work: versioned records, of which old versions are kept."""

    def revision(self) -> int:
        """Give the number of the newest change; 0 before anything was loaded."""

    def current(self) -> Handbook:
        """Give the records in force now."""

    def put(self, records: Sequence[HandbookRecord], source: str) -> None:
        """Store new versions in place of the current ones, as one revision."""

    def retire(self, keys: Sequence[RecordKey]) -> None:
        """Take records out of the current ones; their versions are kept."""

    def versions(self) -> Mapping[RecordKey, int]:
        """Give the newest version of every record that ever was, retired ones too."""

    def sla(self, sla_id: str, version: int) -> Sla | None:
        """Give one version of an SLA, an old one too."""


class HandbookReader(Protocol):
    """Reads files of units, responsibilities, holidays and site groups."""

    def read(self, paths: Sequence[Path]) -> HandbookDraft:
        """Read files, or folders that hold them. Raises InvalidInput that names file and line."""

    def read_text(self, name: str, text: str) -> HandbookDraft:
        """Read one file's text, which people sent."""
