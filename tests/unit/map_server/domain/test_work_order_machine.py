"""Whatever people, cameras and the server try in any order: nothing closes without an independent check."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from map_server.domain.errors import DomainError
from map_server.domain.unit import UnitLevel
from map_server.domain.work_order import CAMERA_MAY_CLOSE, TaskState, WorkOrder, WorkOrderState
from map_server.domain.work_order_moves import Command, moved
from map_server.domain.work_order_rules import THE_SERVER, Action, WorkActor, because_of
from tests.fakes.clock import NOON
from tests.fakes.owners import CLEANING, FIRE_OFFICE, PROPERTY
from tests.work_order_people import CAMERA, CHECKER, COLLEAGUE, FIREMAN, OFFICER, PEOPLE, draft
from wire_contract.vocabulary import EventKind

ACTORS = (*PEOPLE, CAMERA, THE_SERVER, because_of("person:foreman"))
AUDITORS = (OFFICER, COLLEAGUE, FIREMAN, CHECKER)
UNITS = st.sampled_from([CLEANING, PROPERTY, FIRE_OFFICE])
HANDLING = {Action.ACCEPT, Action.START, Action.HANDLE, Action.ACCEPT_TASK, Action.FINISH_TASK}


class AnythingGoes(RuleBasedStateMachine):
    """Keeps its own account of who did what, and compares it with what the order has become."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.order: WorkOrder = draft()
        self.hands: set[str] = set()
        self.last: tuple[Action, WorkActor, WorkOrder] | None = None
        self.levels = [UnitLevel.COMPOUND]

    @rule(kind=st.sampled_from(EventKind), assistants=st.lists(UNITS, max_size=2, unique=True))
    def begin_anew(self, kind: EventKind, assistants: list[str]) -> None:
        others = tuple(each for each in assistants if each != CLEANING)
        self.order = draft(kind, assistants=others)
        self.hands, self.last, self.levels = set(), None, [UnitLevel.COMPOUND]

    @rule(
        action=st.sampled_from(Action),
        actor=st.sampled_from(ACTORS),
        unit_id=st.none() | UNITS,
        task=st.integers(1, 6),
        is_told_all=st.booleans(),
        minutes=st.integers(0, 500),
    )
    def try_something(
        self,
        action: Action,
        actor: WorkActor,
        unit_id: str | None,
        task: int,
        is_told_all: bool,
        minutes: int,
    ) -> None:
        self.now += timedelta(minutes=minutes)
        told = {"reason": "because", "feedback": "good", "score": 3, "photos": ("a" * 64,), "note": "done"}
        command = Command(
            action=action,
            unit_id=unit_id,
            task_number=task,
            until=self.now + timedelta(days=1),
            **(told if is_told_all else {}),  # type: ignore[arg-type]
        )
        self.attempt(command, actor)

    @rule(actors=st.lists(st.sampled_from(PEOPLE), min_size=5, max_size=5))
    def hurry(self, actors: list[WorkActor]) -> None:
        """Let somebody take each step of the straight way as far as it goes; so runs get to the check."""
        steps = (Action.FILE, Action.DISPATCH, Action.ACCEPT, Action.START, Action.HANDLE)
        for action, actor in zip(steps, actors, strict=True):
            for who in (actor, *PEOPLE):
                self.attempt(Command(action=action, photos=("a" * 64,), note="done"), who)

    @rule(actors=st.lists(st.sampled_from(AUDITORS), min_size=2, max_size=2))
    def check(self, actors: list[WorkActor]) -> None:
        """Let somebody begin a check and perhaps somebody else end it."""
        for action, actor in zip((Action.BEGIN_CHECK, Action.PASS), actors, strict=True):
            self.attempt(Command(action=action, feedback="good", score=4), actor)

    def attempt(self, command: Command, actor: WorkActor) -> None:
        before = self.order
        try:
            self.order = moved(before, command, actor, self.now)
        except DomainError:
            assert self.order is before
            return
        self.last = (command.action, actor, before)
        self.levels.append(self.order.level)
        if command.action in HANDLING:
            self.hands.add(actor.name)

    @invariant()
    def closed_means_checked(self) -> None:
        if self.order.state is not WorkOrderState.CLOSED:
            return
        assert self.last is not None
        action, actor, before = self.last
        if action is Action.CLEAR:
            assert actor is CAMERA
            assert before.kind in CAMERA_MAY_CLOSE
            assert len({task.unit_id for task in before.tasks if task.counts}) <= 1
            return
        assert action is Action.PASS
        assert before.state is WorkOrderState.CHECKING
        assert actor.role is not None
        assert actor.name not in self.hands
        assert actor.unit_id not in {task.unit_id for task in before.tasks if task.counts}
        assert not any(task.state in (TaskState.OPEN, TaskState.ACCEPTED) for task in before.tasks)

    @invariant()
    def end_is_the_end(self) -> None:
        if self.last is not None:
            assert self.last[2].is_living

    @invariant()
    def levels_never_fall(self) -> None:
        ranks = [level.rank for level in self.levels]
        assert ranks == sorted(ranks)

    @invariant()
    def who_had_a_hand_is_remembered(self) -> None:
        assert self.order.handlers == self.hands


AnythingGoes.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestAnythingGoes = AnythingGoes.TestCase
