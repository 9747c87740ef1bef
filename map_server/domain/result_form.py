"""What a team is asked at a stop: one form for each kind of incident and site, as data.

The server hands the forms to the phone with the day's routes, and holds what comes back against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.inspection import Result
from map_server.domain.site import SiteKind
from wire_contract.vocabulary import EventKind

Answer: TypeAlias = str | float | bool


class Outcome(StrEnum):
    """What a team found at a stop."""

    STILL_THERE = "still_there"
    DEALT_WITH = "dealt_with"
    """It was there, and the team put it right."""
    GONE = "gone"
    UNCHANGED = "unchanged"
    CLEAR = "clear"
    PROBLEM = "problem"
    NOT_REACHED = "not_reached"


RESULT_OF: Mapping[Outcome, Result] = MappingProxyType(
    {
        Outcome.STILL_THERE: Result.PROBLEM,
        Outcome.DEALT_WITH: Result.CLEAR,
        Outcome.GONE: Result.CLEAR,
        Outcome.UNCHANGED: Result.UNCHANGED,
        Outcome.CLEAR: Result.CLEAR,
        Outcome.PROBLEM: Result.PROBLEM,
        Outcome.NOT_REACHED: Result.NOT_REACHED,
    }
)
"""What an outcome says of a registered site."""
_NEEDS_WORDS = frozenset({Outcome.PROBLEM, Outcome.NOT_REACHED})


class QuestionKind(StrEnum):
    """How a question is answered."""

    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; its words stand in presentation/words.py under `key`. Numbers run from 0 to `most`."""

    key: str
    kind: QuestionKind
    choices: tuple[str, ...] = ()
    most: float = 0.0
    step: float = 1.0

    def fits(self, answer: Answer) -> bool:
        """Tell whether an answer is one to this question."""
        match self.kind:
            case QuestionKind.NUMBER:
                return not isinstance(answer, bool | str) and 0 <= answer <= self.most
            case QuestionKind.YES_NO:
                return isinstance(answer, bool)
            case QuestionKind.CHOICE:
                return answer in self.choices


@dataclass(frozen=True, slots=True)
class ResultForm:
    """Outcomes to choose from, questions that may be left open, and how many pictures are needed at least."""

    outcomes: tuple[Outcome, ...]
    questions: tuple[Question, ...] = ()
    photos: int = 1

    def check(self, outcome: Outcome, answers: Mapping[str, Answer], note: str) -> None:
        """Raise InvalidInput, naming the field, when a result does not fit this form."""
        if outcome not in self.outcomes:
            raise _wrong("outcome", f"choose one of {', '.join(self.outcomes)}")
        if outcome in _NEEDS_WORDS and not note.strip():
            raise _wrong("note", "say what is wrong, or why the place could not be reached")
        questions = {question.key: question for question in self.questions}
        for key, answer in answers.items():
            if key not in questions or not questions[key].fits(answer):
                raise _wrong(f"answers/{key}", "does not answer a question of this form")

    def needs_photo(self, outcome: Outcome) -> bool:
        """Whether a result without a picture proves nothing."""
        return self.photos > 0 and outcome is not Outcome.NOT_REACHED


def _wrong(path: str, message: str) -> InvalidInput:
    return InvalidInput(f"{path}: {message}", (FieldError(path, message),))


_FOUND = (Outcome.DEALT_WITH, Outcome.STILL_THERE, Outcome.GONE, Outcome.NOT_REACHED)
_LOOKED = (Outcome.UNCHANGED, Outcome.CLEAR, Outcome.PROBLEM, Outcome.NOT_REACHED)
_BAGS = Question("bags", QuestionKind.NUMBER, most=99)
_SORT = Question("garbage_sort", QuestionKind.CHOICE, ("household", "bulky", "construction", "other"))
_BLOCKED_BY = Question("blocked_by", QuestionKind.CHOICE, ("car", "e_bike", "goods", "fixture", "other"))
_FREE_WIDTH = Question("free_width_m", QuestionKind.NUMBER, most=20, step=0.1)
_STAGE = Question("building_stage", QuestionKind.CHOICE, ("material", "going_up", "finished", "in_use"))
_BINS_FULL = Question("bins_full", QuestionKind.YES_NO)
_GROUND_CLEAN = Question("ground_clean", QuestionKind.YES_NO)

FORMS: Mapping[str, ResultForm] = MappingProxyType(
    {
        EventKind.GARBAGE_DROP: ResultForm(_FOUND, (_BAGS, _SORT)),
        EventKind.BLOCKED_FIRE_LANE: ResultForm(_FOUND, (_BLOCKED_BY, _FREE_WIDTH)),
        EventKind.ILLEGAL_STRUCTURE: ResultForm(_FOUND, (_STAGE,)),
        EventKind.CAMERA_HEALTH: ResultForm(_FOUND),
        SiteKind.DROP_POINT: ResultForm(_LOOKED, (_BINS_FULL, _GROUND_CLEAN)),
        SiteKind.BIN_HOUSE: ResultForm(_LOOKED, (_BINS_FULL, _GROUND_CLEAN)),
        SiteKind.FIRE_LANE: ResultForm(_LOOKED, (_FREE_WIDTH,)),
        SiteKind.STRUCTURE_POINT: ResultForm(_LOOKED, (_STAGE,)),
    }
)
OTHER_FORM = ResultForm((Outcome.CLEAR, Outcome.PROBLEM, Outcome.NOT_REACHED))
"""For what has no form of its own, such as a blind corner."""


REST_FORM = ResultForm((Outcome.CLEAR,), photos=0)
"""For a team's own rest, of which nobody wants a picture."""


def form_of(category: str, subject_kind: str = "") -> ResultForm:
    """Give the form for a kind of incident or site, or of what else a team has on its route."""
    return REST_FORM if subject_kind == "break" else FORMS.get(category, OTHER_FORM)
