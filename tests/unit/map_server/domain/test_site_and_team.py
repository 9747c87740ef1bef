"""Sites fall due and are looked at; teams have hours; both refuse what cannot be."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from map_server.domain.place import Whereabouts
from map_server.domain.site import Level, Site, SiteKind, StructureState
from map_server.domain.team import Team, shift_times
from map_server.domain.ward_time import WARD_ZONE

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SITE = Site("S", SiteKind.DROP_POINT, "点", "Point", (121.56, 31.25), interval_days=7)
TEAM = Team("A", "甲组", "Team A", "#1769c2", (121.56, 31.25), (121.56, 31.25), time(8, 30), time(12, 30))


def test_site_at_which_nobody_ever_looked_is_due() -> None:
    assert SITE.is_due(NOW)
    assert SITE.overdue_days(NOW) == 7


def test_site_is_due_again_after_its_interval() -> None:
    looked_at = SITE.inspected(NOW)
    assert not looked_at.is_due(NOW + timedelta(days=6, hours=23))
    assert looked_at.is_due(NOW + timedelta(days=7))
    assert looked_at.overdue_days(NOW + timedelta(days=9)) == 2


def test_late_report_never_turns_an_inspection_back() -> None:
    looked_at = SITE.inspected(NOW)
    assert looked_at.inspected(NOW - timedelta(days=1)) is looked_at
    assert SITE.with_history_of(looked_at).inspected_at == NOW
    assert looked_at.with_history_of(SITE) == looked_at


def test_given_grid_is_kept_and_a_missing_one_filled_in() -> None:
    here = Whereabouts(grid_id="G1", compound_id="C1")
    assert SITE.placed(here).grid_id == "G1"
    assert replace(SITE, grid_id="G9").placed(here).grid_id == "G9"


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("interval_days", {"interval_days": 0}),
        ("state", {"state": StructureState.DEFERRED}),  # a drop point has none
        ("state", {"kind": SiteKind.STRUCTURE_POINT, "level": Level.GROUND}),  # a structure point has one
        ("visit_until", {"visit_from": time(8)}),
        ("visit_until", {"visit_from": time(18), "visit_until": time(8)}),
    ],
)
def test_site_that_cannot_be_names_its_key(key: str, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=key):
        replace(SITE, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("team_id", {"team_id": "a/b"}),
        ("name_zh", {"name_zh": " "}),
        ("colour", {"colour": "red"}),
        ("shift_until", {"shift_until": time(8, 30)}),
        ("pace_m_s", {"pace_m_s": 40.0}),
    ],
)
def test_team_that_cannot_be_names_its_key(key: str, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=key):
        replace(TEAM, **changes)  # type: ignore[arg-type]


def test_shift_over_midnight_ends_the_next_day() -> None:
    begins, ends = shift_times(date(2026, 11, 23), time(22), time(6), WARD_ZONE)
    assert (begins.astimezone(UTC).hour, ends - begins) == (14, timedelta(hours=8))
