"""What happens to one synthetic work order: a walk through the states that the domain's table allows."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from map_server.domain.sla import Stage
from map_server.domain.work_order import STAGE_OF, WorkOrderState
from map_server.domain.work_order_rules import PAST, RULES, Action

LIMITS = {
    Stage.ACCEPT: timedelta(hours=2),
    Stage.HANDLE: timedelta(hours=24),
    Stage.CHECK: timedelta(hours=24),
}
"""Flat due times by the clock: the year is about figures, not about calendars."""
SERVER = "system"


def minutes(chance: random.Random, median: float, spread: float = 0.8) -> timedelta:
    """Draw a time around its median, with a long tail as people have it; whole seconds."""
    return timedelta(seconds=int(60 * median * chance.lognormvariate(0.0, spread)) + 1)


class Arrived(Exception):
    """The order stands where it should."""


@dataclass
class Walk:
    """An order on its way. `units` are those that may be asked, the responsible one first."""

    order_id: str
    at: datetime
    units: tuple[str | None, ...]
    people: Callable[[str | None], str]
    chance: random.Random
    officer: str
    checker: str
    goal: WorkOrderState = WorkOrderState.CLOSED
    state: WorkOrderState = WorkOrderState.DRAFT
    lead: str | None = None
    due_at: datetime | None = None
    filed_at: datetime | None = None
    handled_at: datetime | None = None
    reworks: int = 0
    returns: int = 0
    steps: list[dict[str, Any]] = field(default_factory=list)

    def drafted(self) -> None:
        self._write("work_order_drafted", None, self.officer, None)

    def take(self, action: Action, after: timedelta, unit: str | None = None, reason: str = "") -> None:
        """Take an action some time later; the domain's table says where it leads."""
        rule = RULES[action]
        assert self.state in rule.states, (action, self.state)
        self.at += after
        before, lead_before = self.state, self.lead
        if rule.to is not None:
            self.state = rule.to
        if action is Action.RESUME:
            self.state = WorkOrderState.IN_PROGRESS
        if action is Action.DISPATCH:
            self.lead = unit
        if action is Action.RETURN:
            self.lead, self.returns = None, self.returns + 1
        self.reworks += action is Action.FAIL
        self.filed_at = self.at if action is Action.FILE else self.filed_at
        self.handled_at = self.at if action is Action.HANDLE else self.handled_at
        self._write(PAST[action], before, self._actor(action, lead_before), self.lead or lead_before, reason)
        if STAGE_OF.get(self.state) is not STAGE_OF.get(before) or action is Action.DISPATCH:
            stage = STAGE_OF.get(self.state)
            self.due_at = None if stage is None else self.at + LIMITS[stage]
        if action is Action.EXTEND and self.due_at is not None:
            self.due_at += timedelta(hours=12)
        if self.state is self.goal:
            raise Arrived

    def _actor(self, action: Action, lead: str | None) -> str:
        if action in (Action.BEGIN_CHECK, Action.PASS, Action.FAIL):
            return self.checker
        if action is Action.CLEAR:
            return "device:box-1"
        if action in (Action.ACCEPT, Action.START, Action.HANDLE, Action.RETURN):
            return self.people(lead)
        return SERVER if action in (Action.FILE, Action.ESCALATE) else self.officer

    def _write(
        self, action: str, before: WorkOrderState | None, actor: str, unit: str | None, reason: str = ""
    ) -> None:
        has_clock = before is not None and STAGE_OF.get(before) is not None
        self.steps.append(
            {
                "work_order_id": self.order_id,
                "action": action,
                "from_state": None if before is None else str(before),
                "to_state": str(self.state),
                "actor": actor,
                "unit_id": unit,
                "at": self.at,
                "reason": reason,
                "task": None,
                "was_due_at": self.due_at if has_clock else None,
            }
        )


def walk_to(walk: Walk, goal: WorkOrderState, camera_may_close: bool) -> None:
    """Go until `goal`: closed, void, or a state in which the order stays open."""
    walk.goal = goal
    try:
        _go(walk, goal, camera_may_close)
    except Arrived:
        assert walk.state is goal
    else:
        raise AssertionError(f"no way led to {goal}")


def _go(walk: Walk, goal: WorkOrderState, camera_may_close: bool) -> None:
    chance = walk.chance
    walk.drafted()
    walk.take(Action.FILE, timedelta(seconds=1))
    if goal is WorkOrderState.VOID:
        walk.take(Action.VOID, minutes(chance, 90), reason="incident rejected or decision taken back")
    walk.take(Action.DISPATCH, minutes(chance, 6), unit=walk.units[0])
    if chance.random() < 0.03:
        walk.take(Action.ESCALATE, minutes(chance, 100), reason="not accepted in time")
    if goal is WorkOrderState.RETURNED or chance.random() < 0.04:
        walk.take(Action.RETURN, minutes(chance, 25), reason="not ours")
        walk.take(Action.DISPATCH, minutes(chance, 30), unit=walk.units[-1])
    if goal is WorkOrderState.CLOSED and camera_may_close and chance.random() < 0.15:
        walk.take(Action.CLEAR, minutes(chance, 40), reason="gone, says the camera")
    walk.take(Action.ACCEPT, minutes(chance, 14))
    walk.take(Action.START, minutes(chance, 24))
    if goal is WorkOrderState.SUSPENDED or chance.random() < 0.02:
        walk.take(Action.SUSPEND, minutes(chance, 60), reason="another authority decides")
        walk.take(Action.RESUME, minutes(chance, 1500))
    if chance.random() < 0.03:
        walk.take(Action.EXTEND, minutes(chance, 30), reason="a part must be ordered")
    _finish(walk, goal)


def _finish(walk: Walk, goal: WorkOrderState) -> None:
    chance = walk.chance
    walk.take(Action.HANDLE, minutes(chance, 45))
    walk.take(Action.BEGIN_CHECK, minutes(chance, 150, 1.1))
    if goal is WorkOrderState.REWORK or chance.random() < 0.06:
        walk.take(Action.FAIL, minutes(chance, 8), reason="still there")
        walk.take(Action.START, minutes(chance, 60))
        walk.take(Action.HANDLE, minutes(chance, 40))
        walk.take(Action.BEGIN_CHECK, minutes(chance, 120, 1.1))
    walk.take(Action.PASS, minutes(chance, 6))
