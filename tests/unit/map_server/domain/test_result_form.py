"""Result forms: every kind has one, and what comes back is held against it."""

import pytest

from map_server.domain.errors import InvalidInput
from map_server.domain.result_form import FORMS, OTHER_FORM, RESULT_OF, Answer, Outcome, form_of
from map_server.domain.site import SiteKind
from wire_contract.vocabulary import EventKind


def test_every_kind_of_incident_and_site_has_its_form() -> None:
    assert set(FORMS) == {*EventKind, *SiteKind}
    assert form_of("blind_corner") is OTHER_FORM
    assert set(RESULT_OF) == set(Outcome)


@pytest.mark.parametrize(
    ("outcome", "answers", "note", "wrong"),
    [
        (Outcome.GONE, {}, "", None),
        (Outcome.DEALT_WITH, {"bags": 3, "garbage_sort": "bulky"}, "", None),
        (Outcome.NOT_REACHED, {}, "gate locked", None),
        (Outcome.NOT_REACHED, {}, " ", "note"),
        (Outcome.UNCHANGED, {}, "", "outcome"),  # of sites
        (Outcome.GONE, {"bags": 100}, "", "answers/bags"),
        (Outcome.GONE, {"bags": True}, "", "answers/bags"),
        (Outcome.GONE, {"garbage_sort": "gold"}, "", "answers/garbage_sort"),
        (Outcome.GONE, {"free_width_m": 3.5}, "", "answers/free_width_m"),  # of another form
    ],
)
def test_result_is_held_against_its_form(
    outcome: Outcome, answers: dict[str, Answer], note: str, wrong: str | None
) -> None:
    form = form_of(EventKind.GARBAGE_DROP)
    if wrong is None:
        form.check(outcome, answers, note)
        return
    with pytest.raises(InvalidInput) as refused:
        form.check(outcome, answers, note)
    assert refused.value.fields[0].path == wrong
