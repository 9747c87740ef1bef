"""Work orders as people read them: cards of the board, and what each action of the page asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from map_server.domain.responsibility import NoOwnerReason
from map_server.domain.unit import Unit
from map_server.domain.whereabouts import Gazetteer
from map_server.domain.work_order import WorkOrder, WorkOrderState
from map_server.domain.work_order_rules import RULES, Action, Need
from map_server.presentation.i18n import Language

Gettext = Callable[[str], str]


def _(message: str) -> str:
    """Mark a string for the catalog."""
    return message


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the board: a question that somebody has to answer, and the states that ask it."""

    name: str
    title: str
    empty: str
    states: tuple[WorkOrderState, ...]


_S = WorkOrderState
COLUMNS = (
    Column(
        "give",
        _("To be given"),
        _("Nothing waits for a unit. Confirmed incidents appear here by themselves."),
        (_S.DRAFT, _S.FILED, _S.RETURNED),
    ),
    Column("asked", _("Asked"), _("Every unit has answered."), (_S.DISPATCHED,)),
    Column("work", _("At work"), _("Nobody is at work just now."), (_S.ACCEPTED, _S.IN_PROGRESS, _S.REWORK)),
    Column("check", _("To be checked"), _("Nothing waits for a check."), (_S.HANDLED, _S.CHECKING)),
    Column("later", _("Put off"), _("Nothing was put off."), (_S.SUSPENDED,)),
    Column("ended", _("Ended"), _("Nothing has ended yet."), (_S.CLOSED, _S.VOID)),
)
"""In the order of the work."""

WHY_NO_OWNER = {
    NoOwnerReason.NO_RULES: _("No responsibilities were loaded; see the handbook."),
    NoOwnerReason.NO_RULE_FOR_CLASS: _("No rule speaks of this kind."),
    NoOwnerReason.NO_RULE_FOR_PLACE: _("No rule speaks of this place."),
    NoOwnerReason.NO_RULE_AT_TIME: _("No rule speaks of this hour."),
    NoOwnerReason.UNIT_NOT_IN_FORCE: _("The rule names a unit that is no longer in force."),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One order on the board. `unit` is who was asked, else whom the rules propose."""

    order: WorkOrder
    place: str
    unit: str
    is_overdue: bool
    can_be_given: bool


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column with its cards, the most pressing first; `count` and `overdue` count those not shown, too."""

    column: Column
    cards: tuple[Card, ...]
    count: int
    overdue: int


class UnitNames:
    """The names of units in a language; an unknown unit is shown by its id."""

    def __init__(self, units: Sequence[Unit], language: Language) -> None:
        self._names = {unit.unit_id: unit.name_zh if language == "zh" else unit.name_en for unit in units}

    def __call__(self, unit_id: str | None) -> str:
        """Give a name; nothing for nobody."""
        return "" if unit_id is None else self._names.get(unit_id, unit_id)


def place_of(order: WorkOrder, gazetteer: Gazetteer, language: Language) -> str:
    """Say where it is: the compound, else the grid; empty where that is not known."""
    if order.location.point is None:
        return ""
    found = gazetteer.at(order.location.point)
    names = (found.compound_zh, found.grid_zh) if language == "zh" else (found.compound_en, found.grid_en)
    return next((name for name in names if name), "")


def card_of(
    order: WorkOrder, names: UnitNames, gazetteer: Gazetteer, language: Language, now: datetime
) -> Card:
    """Write one card."""
    can_be_given = order.state is _S.FILED and order.owner.unit_id is not None
    unit = names(order.lead_unit_id or order.owner.unit_id)
    return Card(order, place_of(order, gazetteer, language), unit, order.is_overdue(now), can_be_given)


@dataclass(frozen=True, slots=True)
class ActionForm:
    """What the page asks for with an action; `is_next` for the one that the straight way takes."""

    action: Action
    label: str
    fields: frozenset[str]
    required: frozenset[str]
    is_next: bool
    is_grave: bool = False
    hint: str = ""


_LABELS: Mapping[Action, str] = {
    Action.FILE: _("File it"),
    Action.DISPATCH: _("Give it to a unit"),
    Action.ACCEPT: _("Accept"),
    Action.RETURN: _("Return it: not ours"),
    Action.START: _("Begin work"),
    Action.HANDLE: _("It is done"),
    Action.BEGIN_CHECK: _("Take the check"),
    Action.PASS: _("Passed: close it"),
    Action.FAIL: _("Failed: rework"),
    Action.SUSPEND: _("Put it off"),
    Action.RESUME: _("Take it up again"),
    Action.EXTEND: _("Give more time"),
    Action.ESCALATE: _("Raise it a level"),
    Action.VOID: _("Void it"),
    Action.ADD_TASK: _("Ask another department too"),
    Action.ACCEPT_TASK: _("Accept the task"),
    Action.FINISH_TASK: _("The task is done"),
    Action.RETURN_TASK: _("Return the task: not ours"),
    Action.CANCEL_TASK: _("Call a task off"),
    Action.PLAN_JOINT_ACTION: _("Plan a joint action"),
}
_NEXT = (
    Action.FILE,
    Action.DISPATCH,
    Action.ACCEPT,
    Action.START,
    Action.HANDLE,
    Action.BEGIN_CHECK,
    Action.PASS,
    Action.RESUME,
    Action.FINISH_TASK,
)
_GRAVE = frozenset({Action.RETURN, Action.FAIL, Action.VOID, Action.RETURN_TASK, Action.CANCEL_TASK})
_FIELD_OF = {Need.REASON: "reason", Need.UNIT: "unit_id", Need.UNTIL: "until", Need.TASK: "task_number"}
_EXTRA_FIELDS = {
    Action.DISPATCH: {"reason", "note"},
    Action.HANDLE: {"photos", "note"},
    Action.PASS: {"feedback", "score"},
    Action.ADD_TASK: {"note"},
    Action.FINISH_TASK: {"photos", "note"},
    Action.PLAN_JOINT_ACTION: {"note"},
}


def action_forms(order: WorkOrder, allowed: Sequence[Action], gettext: Gettext) -> list[ActionForm]:
    """Write the forms of the actions that somebody may take now; the next step first."""
    is_given_anew = order.state in (_S.DISPATCHED, _S.REWORK)
    steps = [action for action in _NEXT if not (is_given_anew and action is Action.DISPATCH)]
    straight = next((action for action in steps if action in allowed), None)
    forms = [_form(order, action, action is straight, gettext) for action in allowed]
    return sorted(forms, key=lambda form: not form.is_next)


def _form(order: WorkOrder, action: Action, is_next: bool, gettext: Gettext) -> ActionForm:
    required = {_FIELD_OF[need] for need in RULES[action].needs if need in _FIELD_OF}
    fields = required | _EXTRA_FIELDS.get(action, set())
    hint = ""
    if action is Action.HANDLE and order.needs_after_photo:
        required, hint = required | {"photos"}, gettext("A picture of the place as it is now is needed.")
    if action is Action.HANDLE and order.needs_written_account:
        required = required | {"note"}
    if action is Action.PASS and order.is_joint:
        required = required | {"feedback", "score"}
    if action is Action.DISPATCH and order.owner.unit_id is None:
        required = required | {"reason"}
    return ActionForm(
        action,
        gettext(_LABELS[action]),
        frozenset(fields),
        frozenset(required),
        is_next,
        action in _GRAVE,
        hint,
    )
