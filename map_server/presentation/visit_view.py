"""What the supervisor's pages of visits show: each doubt as a sentence with its figures, answers in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from map_server.domain.result_form import Answer
from map_server.domain.visit import Doubt, Flag
from map_server.presentation import formats

Translate = Callable[[str], str]
Word = Callable[[str, str], str]


def _(message: str) -> str:
    """Mark a string for the catalog."""
    return message


_SENTENCES: Mapping[Flag, str] = {
    Flag.NO_POSITION: _("The phone gave no position."),
    Flag.OLD_POSITION: _(
        "The position is {measured_time} older than the record; {allowed_time} are allowed."
    ),
    Flag.INACCURATE_POSITION: _("The position is only good to {measured_m}; {allowed_m} are allowed."),
    Flag.OUTSIDE_FENCE: _(
        "{measured_m} from the place; with the position's error up to {allowed_m} count as there."
    ),
    Flag.IMPOSSIBLE_SPEED: _(
        "{measured_kmh} km/h from or to another position of the same person; {allowed_kmh} km/h are allowed."
    ),
    Flag.NO_PHOTO: _("There is no picture, and this kind of place needs one."),
    Flag.OLD_PHOTO: _("A picture was taken {measured_time} before the check-in; {allowed_time} are allowed."),
    Flag.CLOCK_SET_BACK: _("The phone's clock was set back by {measured_time}."),
    Flag.CLOCK_OFF: _("The phone's clock differs from the server's by {measured_time}."),
}
_NAMED: Mapping[tuple[Flag, str], str] = {
    (Flag.MOCK_POSITION, "told"): _("The phone itself says that the position was made up."),
    (Flag.MOCK_POSITION, "exact"): _("The position claims to have no error at all, which no receiver does."),
    (Flag.MOCK_POSITION, "still"): _("The position did not move by a single digit for a minute."),
    (Flag.REPLAYED_PHOTO, "evidence"): _("A picture was evidence of something else before."),
    (Flag.NOT_IN_PLAN, "stop"): _("The plan does not hold this stop any more."),
    (Flag.NOT_IN_PLAN, "team"): _("The stop belongs to another team than the one this person walks with."),
}
_USED_BEFORE = _("A picture was used before, in another record.")


@dataclass(frozen=True, slots=True)
class DoubtView:
    """A doubt in words; `record_id` names the record whose picture came again."""

    flag: Flag
    sentence: str
    record_id: str | None = None


def doubt_view(doubt: Doubt, gettext: Translate) -> DoubtView:
    """Word a doubt with its figures."""
    named = _NAMED.get((doubt.flag, doubt.named))
    if named is not None:
        return DoubtView(doubt.flag, gettext(named))
    if doubt.flag is Flag.REPLAYED_PHOTO:
        return DoubtView(doubt.flag, gettext(_USED_BEFORE), doubt.named)
    measured, allowed = doubt.measured or 0.0, doubt.allowed or 0.0
    sentence = gettext(_SENTENCES.get(doubt.flag, str(doubt.flag))).format(
        measured_m=formats.metres(measured),
        allowed_m=formats.metres(allowed),
        measured_time=formats.duration(abs(measured), gettext),
        allowed_time=formats.duration(allowed, gettext),
        measured_kmh=round(measured * 3.6),
        allowed_kmh=round(allowed * 3.6),
    )
    return DoubtView(doubt.flag, sentence)


def answer_text(answer: Answer, word: Word) -> str:
    """Word an answer."""
    if isinstance(answer, bool):
        return word("answer", "yes" if answer else "no")
    return word("answer", answer) if isinstance(answer, str) else f"{answer:g}"
