"""Reasons in words and numbers, and hours that make sense whenever somebody plans."""

from dataclasses import replace
from datetime import date, time

import pytest

from map_server.domain.left_out import LeftOutReason
from map_server.domain.patrol_plan import LeftOutVisit
from map_server.presentation.i18n import translations
from map_server.presentation.patrol_view import left_out_views, shift_offers
from tests.patrol_office import DAY, clock_time, team
from tests.patrol_worlds import visit

LEFT_OUT = LeftOutVisit("plan", visit("place", prize_s=900), LeftOutReason.NOT_WORTH_DETOUR, delay_s=1500)


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        (LEFT_OUT, "Not worth the detour: it would cost 25 min of patrol and is worth 15 min."),
        (replace(LEFT_OUT, reason=LeftOutReason.NO_WINDOW_FITS, short_s=600), "miss it by 10 min"),
        (replace(LEFT_OUT, reason=LeftOutReason.SHIFTS_FULL, short_s=1200), "20 min are missing"),
        (replace(LEFT_OUT, reason=LeftOutReason.NOT_REACHABLE, away_m=412), "nearest street is 412 m away"),
        (replace(LEFT_OUT, reason=LeftOutReason.NOT_REACHABLE), "no street leads there"),
        (replace(LEFT_OUT, reason=LeftOutReason.NO_TEAM_ON_SHIFT), "No team is on shift"),
    ],
)
def test_every_reason_is_worded_with_its_numbers(left_out: LeftOutVisit, words: str) -> None:
    (view,) = left_out_views([left_out], "en", translations("en").gettext)
    assert words in view.why


@pytest.mark.parametrize("reason", LeftOutReason)
def test_every_reason_is_worded_in_chinese(reason: LeftOutReason) -> None:
    (view,) = left_out_views([replace(LEFT_OUT, reason=reason, short_s=60)], "zh", translations("zh").gettext)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in view.why)


def test_urgent_visits_stand_on_top_then_the_dear_ones() -> None:
    dear = replace(LEFT_OUT, visit=visit("dear", prize_s=9000))
    urgent = replace(LEFT_OUT, visit=visit("urgent", prize_s=400, is_urgent=True))
    views = left_out_views([LEFT_OUT, dear, urgent], "en", str)
    assert [view.visit_name for view in views] == ["urgent", "dear", "place"]


@pytest.mark.parametrize(
    ("now", "day", "hours"),
    [
        ("08:00", DAY, (time(8, 30), time(12, 30))),  # before the usual shift
        ("11:00", DAY, (time(8, 30), time(12, 30))),  # in the middle of it
        ("12:20", DAY, (time(12, 15), time(16, 15))),  # nearly over: four hours from the last quarter
        ("23:50", DAY, (time(23, 45), time(3, 45))),  # over midnight
        ("23:50", date(2026, 11, 24), (time(8, 30), time(12, 30))),  # tomorrow has its usual hours
    ],
)
def test_hours_that_are_offered_are_never_over(now: str, day: date, hours: tuple[time, time]) -> None:
    (offer,) = shift_offers([team("A")], day, clock_time(now), "zh")
    assert (offer.shift_from, offer.shift_until) == hours
    assert offer.name == "A组"


def test_team_at_rest_is_not_offered() -> None:
    assert shift_offers([replace(team("A"), is_active=False)], DAY, clock_time("08:00"), "en") == []
