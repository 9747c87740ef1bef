"""What happens to work orders without a person: late ones go up a level, incidents without one get one.

Each order is a transaction of its own. A sweep may stop anywhere and run again: what was done is not done
twice, because a level is reached once and an incident has one living order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby, islice

import structlog

from map_server.domain.errors import Conflict
from map_server.domain.incident import Incident, IncidentState
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import WorkOrder
from map_server.domain.work_order_moves import Command
from map_server.domain.work_order_rules import THE_SERVER, Action
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.work_order_flow import WorkOrderFlow, subject_of
from map_server.services.work_order_ports import FilingCandidates, Gate
from map_server.services.work_orders_of_incidents import needs_order

BY_TIME = "overdue"
BY_GATE = "filed by the machine: its audited precision allows it"
MAX_PER_SWEEP = 200

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """How much one sweep did."""

    raised: int = 0
    filed: int = 0


class WorkOrderWatch:
    """`read` opens a unit of work that only reads; `gate` tells which detections need no person first."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        clock: Clock,
        flow: WorkOrderFlow,
        candidates: FilingCandidates,
        gate: Gate,
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._flow = flow
        self._candidates = candidates
        self._gate = gate

    def sweep(self) -> Swept:
        """Do what is due now; at most MAX_PER_SWEEP of each, the rest comes next time."""
        return Swept(raised=self._raise_late(), filed=self._file_confirmed() + self._file_by_gate())

    def _raise_late(self) -> int:
        with self._read() as work:
            late = work.work_orders.to_raise(self._clock.now(), MAX_PER_SWEEP)
        return sum(self._alone(order.work_order_id, self._raise_one) for order in late)

    def _raise_one(self, work: UnitOfWork, work_order_id: str) -> bool:
        """Raise one order to the level where it should be by now, one step per level."""
        now = self._clock.now()
        order = work.work_orders.get(work_order_id)
        wanted = _level_by(self._flow.clocks.raises(order), order, now)
        raising = Command(action=Action.ESCALATE, reason=BY_TIME)
        while order.is_living and order.level.rank < wanted.rank:
            order = self._flow.act(work, order, raising, THE_SERVER, now)
        return True

    def _file_confirmed(self) -> int:
        """Give an order to what a person confirmed and nobody was sent to, whatever the reason."""
        return sum(self._alone(each, self._file_one) for each in self._candidates.confirmed(MAX_PER_SWEEP))

    def _file_one(self, work: UnitOfWork, incident_id: str) -> bool:
        incident = work.incidents.get(incident_id)
        if not needs_order(incident) or _has_order(work, incident):
            return False
        self._flow.file(work, subject_of(incident), THE_SERVER, self._clock.now())
        return True

    def _file_by_gate(self) -> int:
        passing = islice(self._passing(), MAX_PER_SWEEP)
        return sum(self._alone(incident_id, self._file_unjudged) for incident_id in list(passing))

    def _passing(self) -> Iterator[str]:
        """Give the incidents where every camera with its model has passed the gate for the kind."""
        may_file = cache(self._gate.may_file)
        for incident_id, detections in groupby(self._candidates.unjudged(), lambda one: one.incident_id):
            if all(may_file(one.kind, one.camera_id, one.model_id) for one in detections):
                yield incident_id

    def _file_unjudged(self, work: UnitOfWork, incident_id: str) -> bool:
        incident = work.incidents.get(incident_id)
        if incident.state is not IncidentState.OPEN or _has_order(work, incident):
            return False
        self._flow.file(work, subject_of(incident), THE_SERVER, self._clock.now(), BY_GATE)
        return True

    def _alone(self, subject_id: str, act: Callable[[UnitOfWork, str], bool]) -> bool:
        """Do one thing in a transaction of its own; somebody who was quicker is no fault."""
        try:
            with self._begin() as work:
                is_done = act(work, subject_id)
                if is_done:
                    work.commit()
                return is_done
        except Conflict as error:
            _log.info("the sweep found something changed meanwhile", subject=subject_id, why=error.message)
            return False


def _level_by(raises: list[tuple[datetime, UnitLevel]], order: WorkOrder, now: datetime) -> UnitLevel:
    reached = [level for at, level in raises if at <= now]
    return max(reached, key=lambda level: level.rank, default=order.level)


def _has_order(work: UnitOfWork, incident: Incident) -> bool:
    return work.work_orders.living_on(f"incident:{incident.incident_id}") is not None
