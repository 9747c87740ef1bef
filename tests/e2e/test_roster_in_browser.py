"""Teams and joint campaigns kept on pages: a place from the map, two shifts, a rule with its next days."""

import pytest
from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from tests.e2e.browsing import sign_in
from tests.e2e.conftest import DESK, PHONE, OpenPage, Watch
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

SLOW_MS = 15_000
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def opened(server: RunningServer, open_page: OpenPage, address: str, size: dict[str, int]) -> Page:
    page: Page = open_page(size=size)
    sign_in(server, page, Role.SUPERVISOR)
    page.goto(address)
    return page


@SIZES
def test_team_is_made_with_a_place_from_the_map_changed_and_laid_to_rest(
    server: RunningServer, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = opened(server, open_page, "/teams", size)
    page.get_by_role("link", name="New team").click()
    form = page.locator("[data-roster-form]")
    expect(form).to_have_attribute("data-ready", "true")
    form.get_by_label("Short id").fill("day")
    form.get_by_label("Chinese name").fill("白班")
    form.get_by_role("button", name="Add the team").click()
    expect(form.locator("[data-form-error]")).to_have_text("“English name” is missing.")
    form.get_by_label("English name").fill("Day shift")
    form.get_by_role("button", name="Choose on the map").first.click()
    page.locator(".roster-map .leaflet-container").click(position={"x": 80, "y": 60})
    start = form.locator("[data-place=start]")
    expect(start.locator("[data-lon]")).not_to_have_value("")
    form.get_by_role("button", name="Choose on the map").last.click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")  # without a mouse: the middle of the map
    expect(form.locator("[data-place=end] [data-lat]")).not_to_have_value("")
    form.get_by_role("button", name="Add a shift").click()
    second = form.locator("[data-shifts] > [data-shift]").last
    second.get_by_label("Begins").fill("13:30")
    second.get_by_label("Ends").fill("17:00")
    second.get_by_label("Longitude").fill("121.55")
    second.get_by_label("Latitude").fill("31.25")
    form.get_by_label("Minutes (0: none)").fill("30")
    form.get_by_label("Blind corner").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    form.get_by_role("button", name="Add the team").click()

    row = page.locator("[data-team=day]")
    expect(row).to_contain_text("08:30–12:30, 13:30–17:00", timeout=SLOW_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    (team,) = server.services.teams.all()
    assert team.skills == {"blind_corner"}
    assert team.rest is not None
    assert team.start != team.end
    assert team.further_shifts[0].start == (121.55, 31.25)
    row.get_by_role("link").click()
    expect(form).to_have_attribute("data-ready", "true")
    page.get_by_role("button", name="Lay to rest").click()
    expect(row).to_contain_text("laid to rest", timeout=SLOW_MS)
    (rested,) = server.services.teams.all()
    assert (rested.is_active, rested.further_shifts) == (False, team.further_shifts)


def test_somebody_who_was_slower_is_told_and_overwrites_nothing(
    server: RunningServer, open_page: OpenPage, watch: Watch
) -> None:
    watch.expected.add(412)
    chief = server.person(Role.SUPERVISOR)
    body = {
        "team_id": "day", "name_zh": "白班", "name_en": "Day shift", "colour": "#1769c2",
        "start": [121.5553, 31.2487], "shift_from": "08:30", "shift_until": "12:30",
    }  # fmt: skip
    assert chief.post("/api/v1/teams", json=body).status_code == 201
    page = opened(server, open_page, "/teams/day", DESK)
    other = body | {"name_en": "Early shift"}
    assert chief.put("/api/v1/teams/day", json=other, headers={"If-Match": '"1"'}).status_code == 200
    expect(page.locator("[data-roster-form]")).to_have_attribute("data-ready", "true")
    page.get_by_label("English name").fill("Late shift")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-form-error]")).to_contain_text("Somebody else was quicker")
    assert server.services.teams.all()[0].name_en == "Early shift"


@SIZES
def test_campaign_is_added_with_a_rule_whose_next_days_are_shown(
    server: RunningServer, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = opened(server, open_page, "/campaigns/new", size)
    form = page.locator("[data-roster-form]")
    for label, value in (("Chinese name", "集市整治"), ("English name", "Market day")):
        form.get_by_label(label).fill(value)
    expect(form.locator("[data-dates] li").first).to_have_text("Thu, 26 Nov 2026")
    form.get_by_label("Monday").check()
    form.get_by_label("Thursday").uncheck()
    form.get_by_label("How often").select_option("2")
    expect(form.locator("[data-dates] li").nth(1)).to_have_text("Mon, 7 Dec 2026")
    form.get_by_label("Longitude").fill("121.5553")
    form.get_by_label("Latitude").fill("31.2487")
    form.get_by_label("Other units, separated by commas").fill("Squad, Fire brigade")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    form.get_by_role("button", name="Add the campaign").click()
    expect(page.locator("[data-campaign]")).to_contain_text("Market day", timeout=SLOW_MS)
    (campaign,) = server.services.planning.campaigns.all()
    assert campaign.units == ("Squad", "Fire brigade")
    assert (campaign.recurrence.weekdays, campaign.recurrence.every_weeks) == ({0}, 2)
