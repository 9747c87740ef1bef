"""The handbook (责任手册): everything that says who is responsible, by when, and how often places are seen.

Its parts are versioned records. A draft is a set of records from files, with the line of each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from map_server.domain.audit_log import JsonObject
from map_server.domain.holidays import HolidayCalendar, HolidayYear
from map_server.domain.responsibility import Rule
from map_server.domain.site_group import SiteGroup, SiteGroups
from map_server.domain.sla import Sla
from map_server.domain.unit import Unit
from map_server.domain.working_time import WorkingHours


class RecordKind(StrEnum):
    """What a record is."""

    UNIT = "unit"
    HOURS = "hours"
    SLA = "sla"
    RULE = "rule"
    HOLIDAYS = "holidays"
    SITE_GROUP = "site_group"


class RecordKey(NamedTuple):
    """Names a record; the id of a year of holidays is the year."""

    kind: RecordKind
    record_id: str


RecordValue: TypeAlias = Unit | WorkingHours | Sla | Rule | HolidayYear | SiteGroup


@dataclass(frozen=True, slots=True)
class HandbookRecord:
    """One record: `content` is what stands in the file, `value` what it means."""

    key: RecordKey
    version: int
    content: JsonObject
    value: RecordValue


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A record as it stands in a file. `place` names file and line for people."""

    key: RecordKey
    place: str
    content: JsonObject
    value: RecordValue


@dataclass(frozen=True, slots=True)
class HandbookDraft:
    """What files bring. Of each kind in `kinds` the draft is the whole: what it does not have is retired.

    Years of holidays are the exception: a file adds years or replaces them.
    """

    source: str
    kinds: frozenset[RecordKind]
    records: Sequence[DraftRecord]


@dataclass(frozen=True)
class Handbook:
    """The records in force, sorted out by kind."""

    records: Mapping[RecordKey, HandbookRecord] = field(default_factory=dict)
    revision: int = 0

    def __post_init__(self) -> None:
        values = [self.records[key].value for key in sorted(self.records)]
        set_once = object.__setattr__
        set_once(self, "units", {one.unit_id: one for one in values if isinstance(one, Unit)})
        set_once(self, "hours", {one.hours_id: one for one in values if isinstance(one, WorkingHours)})
        set_once(self, "slas", {one.sla_id: one for one in values if isinstance(one, Sla)})
        set_once(self, "rules", tuple(one for one in values if isinstance(one, Rule)))
        years = {one.year: one for one in values if isinstance(one, HolidayYear)}
        set_once(self, "holidays", HolidayCalendar(years))
        set_once(self, "groups", SiteGroups(one for one in values if isinstance(one, SiteGroup)))

    units: Mapping[str, Unit] = field(init=False)
    hours: Mapping[str, WorkingHours] = field(init=False)
    slas: Mapping[str, Sla] = field(init=False)
    rules: tuple[Rule, ...] = field(init=False)
    holidays: HolidayCalendar = field(init=False)
    groups: SiteGroups = field(init=False)

    def with_draft(self, draft: HandbookDraft) -> "Handbook":
        """Give the handbook as it would be with a draft in force; versions are those of today."""
        kept = {
            key: record
            for key, record in self.records.items()
            if key.kind not in draft.kinds or key.kind is RecordKind.HOLIDAYS
        }
        return Handbook({**kept, **{record.key: record for record in _as_records(draft.records)}})


def _as_records(records: Iterable[DraftRecord]) -> Iterable[HandbookRecord]:
    return (HandbookRecord(one.key, 1, one.content, one.value) for one in records)
