"""The handbook's records as they stand in files and in the database, and what they mean.

One model for each kind. `value(version)` gives the domain's object; it raises ValueError that begins with
the key that is wrong.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from map_server.domain.handbook import RecordKind, RecordValue
from map_server.domain.holidays import Holiday, HolidayYear, YearStatus
from map_server.domain.responsibility import (
    AreaKind,
    CaseClass,
    EvidenceNeed,
    Rule,
    RuleArea,
    WeekWindow,
)
from map_server.domain.site import Level, SiteKind, StructureState
from map_server.domain.site_group import SiteGroup
from map_server.domain.sla import Escalation, PauseReason, Sla, Stage, StageLimit
from map_server.domain.unit import Unit, UnitKind, UnitLevel
from map_server.domain.working_time import Measure, Span, WorkingHours

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
Hours = Annotated[str, StringConstraints(pattern=_HOURS)]
"""A part of the day, like 08:30-12:00."""
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,63}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Note = Annotated[str, StringConstraints(max_length=400)]


class Record(BaseModel):
    """A record; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RecordModel(Protocol):
    """What all of them can do."""

    def value(self, version: int) -> RecordValue:
        """Give what the record means. Raises ValueError that begins with the wrong key."""


class UnitRecord(Record):
    """A unit (责任单位)."""

    id: Id
    name_zh: Name
    name_en: Name
    kind: UnitKind
    level: UnitLevel
    parent: Id | None = Field(default=None, description="The unit to which cases are raised")
    hours: Id | None = Field(default=None, description="Its working hours; null: those of the SLA")
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    valid_from: date
    valid_until: date | None = Field(default=None, description="First day out of force")

    def value(self, version: int) -> Unit:
        """Give the unit."""
        return Unit(
            unit_id=self.id,
            version=version,
            name_zh=self.name_zh,
            name_en=self.name_en,
            kind=self.kind,
            level=self.level,
            valid_from=self.valid_from,
            parent_id=self.parent,
            valid_until=self.valid_until,
            hours_id=self.hours,
            phone=self.phone,
        )


class HoursRecord(Record):
    """Working hours."""

    id: Id
    name_zh: Name
    name_en: Name
    spans: list[Hours]
    days: list[Weekday] = Field(default=list(_WEEKDAYS[:5]))
    keeps_holidays: bool = Field(
        default=True, description="Public holidays are off and exchanged weekend days are worked"
    )

    def value(self, version: int) -> WorkingHours:
        """Give the working hours."""
        return WorkingHours(
            hours_id=self.id,
            name_zh=self.name_zh,
            name_en=self.name_en,
            spans=tuple(Span(*_minutes(span)) for span in self.spans),
            weekdays=_weekdays(self.days),
            keeps_holidays=self.keeps_holidays,
        )


class LimitRecord(Record):
    """So many minutes of one of the two measures."""

    working_minutes: int | None = None
    calendar_minutes: int | None = None

    def limit(self, key: str) -> StageLimit:
        """Give the limit."""
        given = (self.working_minutes, self.calendar_minutes)
        if (given[0] is None) == (given[1] is None):
            raise ValueError(f"{key}: give working_minutes or calendar_minutes")
        if given[0] is not None:
            return StageLimit(given[0], Measure.WORKING)
        return StageLimit(given[1] or 0, Measure.CALENDAR)


class EscalationRecord(LimitRecord):
    """When a case is raised to a level."""

    level: UnitLevel
    stage: Stage = Stage.ACCEPT


class SlaRecord(Record):
    """How long each stage may take."""

    id: Id
    name_zh: Name
    name_en: Name
    hours: Id
    accept: LimitRecord
    handle: LimitRecord
    check: LimitRecord
    stopped_by: list[PauseReason] = Field(default=list(PauseReason))
    escalations: list[EscalationRecord] = Field(default_factory=list)

    def value(self, version: int) -> Sla:
        """Give the SLA."""
        limits = {stage: getattr(self, stage).limit(str(stage)) for stage in Stage}
        return Sla(
            sla_id=self.id,
            version=version,
            name_zh=self.name_zh,
            name_en=self.name_en,
            hours_id=self.hours,
            limits=MappingProxyType(limits),
            stopped_by=frozenset(self.stopped_by),
            escalations=tuple(
                Escalation(one.level, one.stage, one.limit("escalations")) for one in self.escalations
            ),
        )


class AreaRecord(Record):
    """Where a rule holds."""

    kind: AreaKind
    ids: list[Id] = Field(default_factory=list, description="None: every area of its kind")
    layer: str | None = None


class WindowRecord(Record):
    """Hours on some weekdays; an end not later than the begin is on the next day."""

    days: list[Weekday] = Field(default=list(_WEEKDAYS))
    hours: Hours


class RuleRecord(Record):
    """Class x area x time -> one lead, assistants, SLA, evidence."""

    id: Id
    classes: list[CaseClass] = Field(default_factory=list, description="None: every class")
    area: AreaRecord
    week: list[WindowRecord] = Field(default_factory=list, description="None: always")
    lead: Id
    assistants: list[Id] = Field(default_factory=list)
    sla: Id
    evidence: list[EvidenceNeed] = Field(default_factory=list)
    valid_from: date
    valid_until: date | None = Field(default=None, description="First day out of force")
    note_zh: Note = ""
    note_en: Note = ""

    def value(self, version: int) -> Rule:
        """Give the rule."""
        area = RuleArea(self.area.kind, frozenset(self.area.ids), self.area.layer)
        return Rule(
            rule_id=self.id,
            version=version,
            classes=frozenset(self.classes),
            area=area,
            lead_unit_id=self.lead,
            sla_id=self.sla,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            windows=tuple(WeekWindow(_weekdays(one.days), *_minutes(one.hours)) for one in self.week),
            assistant_unit_ids=tuple(self.assistants),
            evidence_needed=tuple(self.evidence),
            note_zh=self.note_zh,
            note_en=self.note_en,
        )


class HolidayRecord(Record):
    """One holiday."""

    name_zh: Name
    name_en: Name
    first: date
    last: date
    worked: list[date] = Field(default_factory=list, description="Weekend days worked in exchange")


class HolidayYearRecord(Record):
    """The holidays of one year."""

    year: int
    status: YearStatus
    source: Note
    holidays: list[HolidayRecord]

    @property
    def id(self) -> str:
        """The year names the record."""
        return str(self.year)

    def value(self, version: int) -> HolidayYear:
        """Give the year."""
        holidays = (Holiday(h.name_zh, h.name_en, h.first, h.last, tuple(h.worked)) for h in self.holidays)
        return HolidayYear(self.year, self.status, self.source, tuple(holidays))


class SiteGroupRecord(Record):
    """How often the sites of a group are looked at."""

    id: Id
    name_zh: Name
    name_en: Name
    kind: SiteKind
    state: StructureState | None = None
    level: Level | None = None
    interval_days: int | None = Field(description="Null: no periodic look is needed")
    buffer_m: float
    evidence: list[EvidenceNeed] = Field(default_factory=list)

    def value(self, version: int) -> SiteGroup:
        """Give the group."""
        return SiteGroup(
            group_id=self.id,
            name_zh=self.name_zh,
            name_en=self.name_en,
            kind=self.kind,
            interval_days=self.interval_days,
            buffer_m=self.buffer_m,
            evidence_needed=tuple(self.evidence),
            state=self.state,
            level=self.level,
        )


AnyRecord = UnitRecord | HoursRecord | SlaRecord | RuleRecord | HolidayYearRecord | SiteGroupRecord

MODELS: Mapping[RecordKind, type[AnyRecord]] = MappingProxyType(
    {
        RecordKind.UNIT: UnitRecord,
        RecordKind.HOURS: HoursRecord,
        RecordKind.SLA: SlaRecord,
        RecordKind.RULE: RuleRecord,
        RecordKind.HOLIDAYS: HolidayYearRecord,
        RecordKind.SITE_GROUP: SiteGroupRecord,
    }
)


def _minutes(hours: str) -> tuple[int, int]:
    begin, end = ((int(text[:2]) * 60 + int(text[3:])) for text in hours.split("-"))
    return begin, end


def _weekdays(days: list[Weekday]) -> frozenset[int]:
    return frozenset(_WEEKDAYS.index(day) for day in days)
