"""A duty officer at the plan in a real browser: moves a stop, forbids one, takes it back."""

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
