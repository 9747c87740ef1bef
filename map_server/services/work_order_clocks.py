"""When a work order is due and when it is raised a level: its SLA, its unit's hours, its pauses."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from map_server.domain.errors import NotFound
from map_server.domain.holidays import HolidayCalendar
from map_server.domain.sla import Escalation, Sla, Stage, StageLimit, due_at, moment_after
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import WorkOrder, WorkOrderState
from map_server.domain.working_time import Measure, Span, WorkingCalendar, WorkingHours
from map_server.services.responsibility_ports import OwnerLookup


def _calendar_minutes(minutes: int) -> StageLimit:
    return StageLimit(minutes, Measure.CALENDAR)


NO_OWNER_SLA = Sla(
    sla_id="no-owner",
    version=1,
    name_zh="无主案件",
    name_en="No owner",
    hours_id="always",
    limits=MappingProxyType(
        {
            Stage.ACCEPT: _calendar_minutes(120),
            Stage.HANDLE: _calendar_minutes(24 * 60),
            Stage.CHECK: _calendar_minutes(24 * 60),
        }
    ),
    escalations=(
        Escalation(UnitLevel.JOINT_STATION, Stage.ACCEPT, _calendar_minutes(30)),
        Escalation(UnitLevel.SUBDISTRICT, Stage.ACCEPT, _calendar_minutes(120)),
    ),
)
"""Holds where the rules name nobody: such an order must not wait in silence."""
_ALWAYS = WorkingCalendar(
    WorkingHours("always", "全天", "Always", (Span(0, 1440),), frozenset(range(7)), keeps_holidays=False),
    HolidayCalendar(),
)


@dataclass(frozen=True, slots=True)
class WorkOrderClocks:
    """Computes; nothing here reads the time."""

    owners: OwnerLookup

    def due_at(self, order: WorkOrder) -> datetime | None:
        """Give the due time of the present stage; the day until which it is put off while suspended."""
        if order.state is WorkOrderState.SUSPENDED:
            return order.suspended_until
        if order.stage is None or order.stage_began_at is None:
            return None
        if order.extended_until is not None:
            return order.extended_until
        sla, calendar = self._time_of(order)
        return due_at(order.stage_began_at, order.stage, sla, calendar, order.pauses)

    def raises(self, order: WorkOrder) -> list[tuple[datetime, UnitLevel]]:
        """Give when the order goes up to each level above its own, if nothing happens; the earliest first.

        The SLA's escalations count from the begin of their stage; an extension puts them off. Whatever the
        SLA says, an order whose due time has passed leaves the lowest level.
        """
        if order.stage is None and order.state is not WorkOrderState.SUSPENDED:
            return []
        found = [] if order.extended_until is not None else self._escalations(order)
        if order.due_at is not None:
            found.append((order.due_at, UnitLevel.JOINT_STATION))
        return sorted((at, level) for at, level in found if level.rank > order.level.rank)

    def _escalations(self, order: WorkOrder) -> list[tuple[datetime, UnitLevel]]:
        sla, calendar = self._time_of(order)
        found = []
        for one in sla.escalations:
            if one.stage is order.stage and order.stage_began_at is not None:
                at = moment_after(order.stage_began_at, one.after, sla, calendar, order.pauses)
                if at is not None:
                    found.append((at, one.level))
        return found

    def _time_of(self, order: WorkOrder) -> tuple[Sla, WorkingCalendar]:
        if order.owner.sla_id is None:
            return NO_OWNER_SLA, _ALWAYS
        try:
            sla = self.owners.sla(order.owner.sla_id, order.owner.sla_version)
            return sla, self.owners.calendar_for(sla, order.lead_unit_id or order.owner.unit_id)
        except NotFound:  # withdrawn since; the order must not wait in silence for that
            return NO_OWNER_SLA, _ALWAYS
