"""A team with two shifts in a day: planned at the desk, walked with the phone."""

from playwright.sync_api import expect

from map_server.domain.account import Role
from map_server.entrypoints.geodata_command import load_sample_ward
from tests.e2e.conftest import OpenPage
from tests.e2e.test_sites_in_browser import SLOW_MS, opened
from tests.integration.map_server.test_patrols_http import PATROLS, QUICK, finished
from tests.integration.map_server.test_split_shifts_http import EVENING, TEAM
from tests.running_server import RunningServer

SMALL_PHONE = {"width": 360, "height": 640}


def test_both_shifts_from_the_desk_to_the_phone(server: RunningServer, open_page: OpenPage) -> None:
    load_sample_ward(server.services)
    chief = server.person(Role.SUPERVISOR)
    assert chief.post("/api/v1/teams", json={**TEAM, "further_shifts": [EVENING]}).status_code == 201
    page = opened(server, open_page, "/patrols?lang=en", Role.SUPERVISOR)
    expect(page.locator("[data-plan-form] [data-team=S]")).to_have_count(2)
    wanted = {"day": "2026-11-23", "shifts": [{"team_id": "S"}], "effort": QUICK}
    plan_id = finished(chief, chief.post(PATROLS, json=wanted).json()["plan_id"])["plan_id"]
    page.goto(f"/patrols/{plan_id}")
    expect(page.locator(".route__shift")).to_have_count(2)
    expect(page.locator(".route__shift").nth(1)).to_contain_text("Shift 17:00–19:00")

    phone = opened(server, open_page, "/field/en", Role.PATROL, size=SMALL_PHONE)
    phone.locator("[data-accept=S]").click(timeout=SLOW_MS)
    expect(phone.locator("[data-shift] .field-shift")).to_have_count(2, timeout=SLOW_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
