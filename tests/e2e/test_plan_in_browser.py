"""A duty officer at the plan in a real browser: moves a stop, forbids one, takes it back, adds a campaign."""

from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.geodata_command import load_sample_ward
from tests.e2e.conftest import OpenPage
from tests.e2e.test_sites_in_browser import SLOW_MS, opened
from tests.integration.map_server.test_patrols_http import finished, planned
from tests.running_server import RunningServer


def plan_shown(server: RunningServer, open_page: OpenPage) -> tuple[Page, str]:
    load_sample_ward(server.services)
    plan_id = planned(server.person(Role.SUPERVISOR))["plan_id"]
    page = opened(server, open_page, f"/patrols/{plan_id}?lang=en", Role.SUPERVISOR)
    expect(page.locator(".stop-pin").first).to_be_visible(timeout=SLOW_MS)
    return page, plan_id


def test_stop_is_moved_forbidden_and_freed_by_hand(server: RunningServer, open_page: OpenPage) -> None:
    page, plan_id = plan_shown(server, open_page)
    chief = server.person(Role.SUPERVISOR)
    first = page.locator("[data-route=A] [data-decide]").first
    subject = first.get_attribute("data-subject")
    first.click()
    page.get_by_label("Team", exact=True).select_option("B")
    page.get_by_label("Reason").fill("nearer")
    page.get_by_role("button", name="Fix this visit").click()
    expect(page.locator(f"[data-route=B] [data-subject='{subject}']")).to_have_count(1, timeout=SLOW_MS)
    expect(page.locator(".changes")).to_contain_text("from A")
    finished(chief, plan_id)

    page.locator(f"[data-decide][data-subject='{subject}']").click()
    page.get_by_role("button", name="Nobody goes there").click()
    expect(page.locator(f"[data-left-out] [data-subject='{subject}']")).to_have_count(1, timeout=SLOW_MS)
    finished(chief, plan_id)

    page.locator("[data-left-out] summary").click()
    page.locator(f"[data-left-out] [data-subject='{subject}']").click()
    page.get_by_role("button", name="Take the decision back").click()
    expect(page.get_by_text("Taken out by hand.")).to_have_count(0, timeout=SLOW_MS)
    assert finished(chief, plan_id)["decisions"] == []


def test_campaign_is_added_on_the_page_and_stands_there_with_its_days(
    server: RunningServer, open_page: OpenPage
) -> None:
    load_sample_ward(server.services)
    page = opened(server, open_page, "/patrols?lang=en", Role.SUPERVISOR)
    page.get_by_text("Add a joint campaign").click()
    form = page.locator("[data-campaign-form]")
    for label, value in (("Chinese name", "集市整治"), ("English name", "Market day")):
        form.get_by_label(label).fill(value)
    form.get_by_label("Place, longitude").fill("121.5553")
    form.get_by_label("Place, latitude").fill("31.2487")
    form.get_by_label("Other units, separated by commas").fill("Squad, Fire brigade")
    form.get_by_role("button", name="Add the campaign").click()
    expect(page.locator("[aria-labelledby=campaigns]")).to_contain_text("Market day", timeout=SLOW_MS)
    (campaign,) = server.services.planning.campaigns.all()
    assert campaign.units == ("Squad", "Fire brigade")
    assert campaign.recurrence.weekdays == {3}
