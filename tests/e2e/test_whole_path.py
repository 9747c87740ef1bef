"""The whole path with the programs as a user starts them: footage, event, incident, verdict, patrol stop."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from lilong.programs import Program, run_once
from tests.drawn_scenes.stories import FIRST_BAG, bin_station
from tests.drawn_scenes.write import write_story
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.kill_story import free_port

pytestmark = pytest.mark.browser

WARD = Path(__file__).resolve().parents[2] / "geodata" / "sample_ward"
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALARM_AFTER_S = 3
AGENT = """
[agent]
id = "box-1"
cameras = ["bin-station.toml"]
data_directory = "data"
model = "none"
[server]
url = "http://127.0.0.1:{port}"
"""
NOTE_PINS = """() => {
  window.seenAt = null;
  new MutationObserver(() => {
    if (window.seenAt === null && document.querySelector('.pin')) window.seenAt = Date.now();
  }).observe(document.body, {subtree: true, childList: true});
}"""


class Place:
    """A server and a box in a folder; started as programs, stopped in the end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.port, self.data = free_port(), str(folder / "server")
        self.url = f"http://127.0.0.1:{self.port}"
        run_once(["map-server", "load-geodata", str(WARD), "--data", self.data])
        server = Program(
            ["map-server", "serve", "--data", self.data, "--port", str(self.port)], folder / "server.log"
        )
        stack.callback(server.stop)
        self.welcome = server.wait_for_line("/welcome/", 60).split()[-1]

    def start_box(self) -> Program:
        token = run_once(["map-server", "enroll-device", "box-1", "--data", self.data])
        settings = self.folder / "agent.toml"
        settings.write_text(AGENT.format(port=self.port))
        box = Program(
            ["edge-agent", "run", "--config", str(settings)],
            self.folder / "agent.log",
            {"LILONG_ONE_TIME_TOKEN": token},
        )
        self._stack.callback(box.stop)
        return box


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    story = replace(bin_station(), frames=round((FIRST_BAG.dropped_s + 26) / 0.2))
    story = replace(story, rules={"garbage_drop": {"alarm_after_s": ALARM_AFTER_S}})
    write_story(story, tmp_path)
    with ExitStack() as stack:
        yield Place(tmp_path, stack)


def become_administrator(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Login name").fill("chen")
    page.get_by_label("Your name").fill("陈立")
    page.get_by_label("Password").fill("seven lanes meet here")
    page.get_by_role("button", name="Save and log in").click()
    expect(page.locator("[data-live]")).to_have_attribute("data-ready", "true")


def seconds_from_server_to_screen(page: Page) -> float:
    """Give the time from the server's receipt of the event to the pin on the map; one clock serves both."""
    seen_at_ms = page.evaluate("window.seenAt")
    (incident,) = page.request.get("/api/v1/incidents").json()["incidents"]
    full = page.request.get(f"/api/v1/incidents/{incident['id']}").json()
    received = re.search(r'"received_at": ?"([^"]+)"', json.dumps(full))
    assert received is not None
    return float(seen_at_ms) / 1000 - datetime.fromisoformat(received[1]).timestamp()


@pytest.mark.slow
def test_bag_left_in_footage_becomes_a_confirmed_incident_and_a_stop(place: Place, browser: Browser) -> None:
    context = browser.new_context(base_url=place.url, viewport=DESK, locale="en-US")  # type: ignore[arg-type]
    page = context.new_page()
    become_administrator(page, place.welcome)
    page.evaluate(NOTE_PINS)

    place.start_box()
    expect(page.locator(".pin")).to_have_count(1, timeout=90_000)
    delay_s = seconds_from_server_to_screen(page)
    print(f"event on the open map {delay_s:.2f} s after the server had it")
    assert 0 < delay_s <= 2.0

    page.goto("/audit")
    expect(page.locator("[data-desk]")).to_have_attribute("data-ready", "true")
    expect(page.locator("[data-waiting]")).to_have_text("1")
    expect(page.locator("img[data-picture]").first).to_be_visible(timeout=30_000)
    page.keyboard.press("y")
    expect(page.locator("[data-waiting]")).to_have_text("0")

    page.goto("/patrols")
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)  # noqa: TID251  as the person at the desk would
    page.get_by_label("Day", exact=True).fill(tomorrow.isoformat())
    page.get_by_role("button", name="Plan the patrol").click()
    page.wait_for_url("**/patrols/*", timeout=60_000)
    expect(page.locator(".badge").first).to_have_text("Ready", timeout=60_000)
    stop = page.locator(".stops__item", has_text="#1 ")
    expect(stop).to_have_count(1)
    route = (
        page.locator("section.route", has=stop).get_by_role("link", name="Stop list").get_attribute("href")
    )
    assert route is not None

    phone = browser.new_context(base_url=place.url, viewport=PHONE, locale="zh-CN", has_touch=True)  # type: ignore[arg-type]
    phone.add_cookies(context.cookies())  # type: ignore[arg-type]
    pocket = phone.new_page()
    pocket.goto(route)
    expect(pocket.get_by_text("#1 ").first).to_be_visible()
    pocket.get_by_role("button", name="我跟这支队伍").click()
    expect(pocket.get_by_role("button", name="我已到达")).to_be_visible()
    for each in (phone, context):
        each.close()

    assert "are whole" in run_once(["map-server", "verify-log", "--data", place.data])
