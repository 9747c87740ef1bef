"""The reasons for an incident, in sentences with their figures."""

import pytest

from map_server.domain.event import Why
from map_server.presentation.i18n import translations
from map_server.presentation.incident_view import why_text

ENGLISH = translations("en").gettext


@pytest.mark.parametrize(
    ("why", "text"),
    [
        (Why("new_place"), "First report at this place."),
        (
            Why("new_place", distance_m=34.2, radius_m=4.25),
            "First report at this place. "
            "The nearest of its kind is 34 m away, beyond the combined error of 4.2 m.",
        ),
        (Why("same_view", gap_s=125), "Same zone of the same camera. 2 min after it was last seen."),
        (
            Why("within_error", distance_m=1.2, radius_m=4.0, gap_s=0.0),  # at the same time: no gap to tell
            "1.2 m away, within the combined error of 4.0 m.",
        ),
        (
            Why("same_view", gap_s=600, is_reopening=True),
            "Same zone of the same camera. 10 min after it was last seen. Seen again after it had ended.",
        ),
        (Why("split_by_person"), "Taken out of another incident by a person."),
        (Why("a rule of tomorrow"), "a rule of tomorrow"),  # shown as it is rather than hidden
    ],
    ids=lambda value: value.rule if isinstance(value, Why) else "",
)
def test_reason_is_told_with_its_figures(why: Why, text: str) -> None:
    assert why_text(why, ENGLISH) == text


def test_reason_is_told_in_chinese() -> None:
    why = Why("within_error", distance_m=1.2, radius_m=4.0)
    assert why_text(why, translations("zh").gettext) == "相距 1.2 m，在合并误差 4.0 m 之内。"
