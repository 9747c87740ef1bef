"""Responsibilities that a test sets: three units, one above the other, and one SLA for everything."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from map_server.domain.datum import LonLat
from map_server.domain.errors import NotFound
from map_server.domain.holidays import HolidayCalendar
from map_server.domain.responsibility import Assignment, CaseClass, EvidenceNeed, NoOwner
from map_server.domain.sla import Escalation, Sla, Stage, StageLimit
from map_server.domain.unit import Unit, UnitKind, UnitLevel
from map_server.domain.working_time import Measure, Span, WorkingCalendar, WorkingHours

CLEANING, PROPERTY, FIRE_OFFICE = "cleaning", "property", "fire-office"
STATION, CENTRE = "station", "centre"


def minutes(count: int) -> StageLimit:
    return StageLimit(count, Measure.CALENDAR)


SLA = Sla(
    sla_id="quick",
    version=1,
    name_zh="快",
    name_en="Quick",
    hours_id="always",
    limits={Stage.ACCEPT: minutes(60), Stage.HANDLE: minutes(240), Stage.CHECK: minutes(480)},
    escalations=(
        Escalation(UnitLevel.JOINT_STATION, Stage.ACCEPT, minutes(30)),
        Escalation(UnitLevel.SUBDISTRICT, Stage.ACCEPT, minutes(120)),
    ),
)
"""Accept in an hour, handle in four, check in eight; not accepted: station after 30 min, centre after 2 h."""
_ALWAYS = WorkingCalendar(
    WorkingHours("always", "全天", "Always", (Span(0, 1440),), frozenset(range(7)), keeps_holidays=False),
    HolidayCalendar(),
)


def unit(unit_id: str, level: UnitLevel, kind: UnitKind, parent_id: str | None = None) -> Unit:
    return Unit(
        unit_id=unit_id,
        version=1,
        name_zh={CLEANING: "环卫公司", PROPERTY: "物业公司", FIRE_OFFICE: "消防办"}.get(unit_id, unit_id),
        name_en=unit_id.replace("-", " ").capitalize(),
        kind=kind,
        level=level,
        valid_from=date(2020, 1, 1),
        parent_id=parent_id,
    )


UNITS = {
    each.unit_id: each
    for each in (
        unit(CLEANING, UnitLevel.COMPOUND, UnitKind.STREET_CLEANING, STATION),
        unit(PROPERTY, UnitLevel.COMPOUND, UnitKind.PROPERTY_COMPANY, STATION),
        unit(FIRE_OFFICE, UnitLevel.COMPOUND, UnitKind.FIRE_OFFICE, STATION),
        unit(STATION, UnitLevel.JOINT_STATION, UnitKind.JOINT_STATION, CENTRE),
        unit(CENTRE, UnitLevel.SUBDISTRICT, UnitKind.SUBDISTRICT_CENTRE),
    )
}


def assigned_to(
    unit_id: str, *assistants: str, evidence: tuple[EvidenceNeed, ...] = (EvidenceNeed.AFTER_PHOTO,)
) -> Assignment:
    return Assignment("rule-1", 1, unit_id, assistants, SLA.sla_id, SLA.version, evidence)


@dataclass
class FixedOwners:
    """An `OwnerLookup` whose one answer is `answer`."""

    answer: Assignment | NoOwner = field(default_factory=lambda: assigned_to(CLEANING))

    def owner_of(
        self, kind: CaseClass, place: LonLat | None, at: datetime, site_id: str | None = None
    ) -> Assignment | NoOwner:
        return self.answer

    def sla(self, sla_id: str, version: int | None = None) -> Sla:
        if sla_id != SLA.sla_id:
            raise NotFound(f"there is no SLA {sla_id}")
        return SLA

    def calendar_for(self, sla: Sla, unit_id: str | None) -> WorkingCalendar:
        return _ALWAYS

    def unit(self, unit_id: str) -> Unit:
        if unit_id not in UNITS:
            raise NotFound(f"there is no unit {unit_id}")
        return UNITS[unit_id]

    def units(self) -> list[Unit]:
        return sorted(UNITS.values(), key=lambda each: each.unit_id)

    def unit_above(self, unit_id: str, level: UnitLevel) -> Unit | None:
        found: Unit | None = UNITS.get(unit_id)
        while found is not None and found.level.rank < level.rank:
            found = UNITS.get(found.parent_id or "")
        return found


ACCEPT_LIMIT = timedelta(minutes=60)
