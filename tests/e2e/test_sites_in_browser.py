"""The register and the handbook in a real browser: a look with a photo, the map, a faulty file."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.geodata_command import load_sample_ward
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.e2e.conftest import PHONE, OpenPage, Watch
from tests.running_server import RunningServer
from tests.work_order_office import photo

SLOW_MS = 60_000


def opened(server: RunningServer, open_page: OpenPage, address: str, role: Role, **how: object) -> Page:
    """Open an address as a new person."""
    page: Page = open_page(**how)
    cookie = server.person(role).cookies[SESSION_COOKIE]
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": server.url}])
    page.goto(address)
    return page


def test_patrol_records_a_look_with_a_photo_on_the_phone(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    load_sample_ward(server.services)
    page = opened(server, open_page, "/sites/DP-001?lang=en", Role.PATROL, size=PHONE)
    expect(page.locator("[data-site][data-ready]")).to_be_attached(timeout=SLOW_MS)
    (tmp_path / "place.jpg").write_bytes(photo())
    page.get_by_label("Clear, in order").check()
    page.locator("#photos").set_input_files(tmp_path / "place.jpg")
    page.get_by_role("button", name="Save the look").click()
    expect(page.locator(".site-history")).to_contain_text("looked at", timeout=SLOW_MS)
    assert len(server.services.sites.history("DP-001").inspections) == 1


def test_look_without_its_photo_is_refused_and_nothing_typed_is_lost(
    server: RunningServer, open_page: OpenPage, watch: Watch
) -> None:
    load_sample_ward(server.services)
    watch.expected.add(422)
    page = opened(server, open_page, "/sites/DP-001?lang=en", Role.PATROL)
    page.get_by_label("Something must be done").check()
    page.locator("#note").fill("bags beside the bins")
    page.get_by_role("button", name="Save the look").click()
    expect(page.locator("[data-inspect] [data-form-error]")).to_contain_text("needs a photo", timeout=SLOW_MS)
    expect(page.locator("#note")).to_have_value("bags beside the bins")


def test_sites_are_drawn_when_the_map_is_opened(server: RunningServer, open_page: OpenPage) -> None:
    load_sample_ward(server.services)
    page = opened(server, open_page, "/sites?lang=en", Role.AUDITOR)
    expect(page.locator("[data-meter-count]")).to_have_text("unknown")
    page.get_by_text("Show them on the map").click()
    expect(page.locator("[data-sites-map][data-ready]")).to_be_attached(timeout=SLOW_MS)


def test_faulty_file_is_told_line_by_line(
    server: RunningServer, open_page: OpenPage, watch: Watch, tmp_path: Path
) -> None:
    watch.expected.add(422)
    page = opened(server, open_page, "/handbook?lang=en", Role.ADMIN)
    year = {"year": 2028, "status": "announced", "source": "a notice", "holidays": [{"name_zh": "元旦"}]}
    (tmp_path / "holidays.json").write_text(json.dumps({"years": [year]}, indent=1), encoding="utf-8")
    page.locator("#file").set_input_files(tmp_path / "holidays.json")
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.locator("[data-load-faults]")).to_contain_text("holidays.json:", timeout=SLOW_MS)
    expect(page.locator("[data-load-faults]")).to_contain_text("name_en")
