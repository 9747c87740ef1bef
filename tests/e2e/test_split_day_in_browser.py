"""A team with two shifts in a day: entered and planned at the desk, walked with the phone."""

from playwright.sync_api import expect

from map_server.domain.account import Role
from map_server.entrypoints.geodata_command import load_sample_ward
from tests.e2e.conftest import OpenPage
from tests.e2e.test_sites_in_browser import SLOW_MS, opened
from tests.integration.map_server.test_patrols_http import PATROLS, QUICK, finished
from tests.running_server import RunningServer

SMALL_PHONE = {"width": 360, "height": 640}


def test_both_shifts_from_the_form_to_the_phone(server: RunningServer, open_page: OpenPage) -> None:
    load_sample_ward(server.services)
    page = opened(server, open_page, "/teams/new?lang=en", Role.SUPERVISOR)
    form = page.locator("[data-roster-form]")
    entered = {
        "Short id": "S",
        "Chinese name": "早晚班",
        "English name": "Split team",
        "Begins": "12:30",
        "Ends": "14:30",
    }
    for label, value in entered.items():
        form.get_by_label(label, exact=True).fill(value)
    start = form.locator("[data-place=start]")
    start.get_by_label("Longitude").fill("121.5535")
    start.get_by_label("Latitude").fill("31.2487")
    form.get_by_role("button", name="Add a shift").click()
    second = form.locator("[data-shift]").last
    second.get_by_label("Begins").fill("17:00")
    second.get_by_label("Ends").fill("19:00")
    form.get_by_role("button", name="Add the team").click()
    expect(page.locator("[data-team=S]")).to_have_count(1, timeout=SLOW_MS)
    page.goto("/patrols")
    expect(page.locator("[data-team=S]")).to_have_count(2, timeout=SLOW_MS)

    chief = server.person(Role.SUPERVISOR)
    wanted = {"day": "2026-11-23", "shifts": [{"team_id": "S"}], "effort": QUICK}
    plan_id = finished(chief, chief.post(PATROLS, json=wanted).json()["plan_id"])["plan_id"]
    page.goto(f"/patrols/{plan_id}")
    expect(page.locator(".route__shift")).to_have_count(2)
    expect(page.locator(".route__shift").nth(1)).to_contain_text("Shift 17:00–19:00")

    phone = opened(server, open_page, "/field/en", Role.PATROL, size=SMALL_PHONE)
    phone.locator("[data-accept=S]").click(timeout=SLOW_MS)
    expect(phone.locator("[data-shift] .field-shift")).to_have_count(2, timeout=SLOW_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
