"""An auditor works through a full queue by keyboard alone, and the desk tells the pace."""

import random
from datetime import timedelta
from time import perf_counter

import pytest
from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.e2e.conftest import OpenPage
from tests.fakes.clock import NOON
from tests.running_server import RunningServer
from tests.seed import Agent
from wire_contract.vocabulary import EventKind

pytestmark = pytest.mark.browser

ITEMS = 60
SECONDS_PER_ITEM = 6.0
"""600 an hour."""
FALSE_EVERY = 4
KINDS = (EventKind.GARBAGE_DROP, EventKind.BLOCKED_FIRE_LANE, EventKind.ILLEGAL_STRUCTURE)


def report_items(server: RunningServer) -> None:
    box = Agent.enrolled(server.services, server.stranger(), "box-1")
    for number in range(ITEMS):
        place = (121.5500 + 0.002 * (number % 10), 31.2450 + 0.002 * (number // 10))
        since = NOON - timedelta(minutes=ITEMS - number)
        box.report(KINDS[number % len(KINDS)], place, since, camera_id=f"camera-{number}")


def sees(page: Page, number: int) -> None:
    """Wait until the desk shows the item with its number, and every picture of it is there."""
    case = page.locator(f"[data-incident][data-number='{number}']")
    expect(case).to_be_visible()
    for picture in case.locator("img[data-picture]:not([loading])").all():
        expect(picture).to_have_js_property("complete", True)


def test_sixty_items_by_keys_alone_and_the_pace_is_told(server: RunningServer, open_page: OpenPage) -> None:
    report_items(server)
    page = open_page()
    cookie = server.person(Role.AUDITOR).cookies[SESSION_COOKIE]
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": server.url}])
    page.goto("/audit")
    expect(page.locator("[data-desk]")).to_have_attribute("data-ready", "true")
    order = [
        item["number"] for item in server.person(Role.AUDITOR).get("/api/v1/audits?limit=100").json()["items"]
    ]
    assert len(order) == ITEMS

    begun = perf_counter()
    for turn, number in enumerate(order):
        sees(page, number)
        if turn % FALSE_EVERY == FALSE_EVERY - 1:
            page.keyboard.press("n")
            page.keyboard.press(random.Random(turn).choice("12345"))
        else:
            page.keyboard.press("y")
        expect(page.locator("[data-mine]")).to_have_text(str(turn + 1))  # told by the server
        if turn < ITEMS - 1:
            server.clock.advance(SECONDS_PER_ITEM)
    spent_s = perf_counter() - begun
    print(
        f"{ITEMS} items in {spent_s:.1f} s without thinking: "
        f"the desk takes up to {ITEMS / spent_s * 3600:.0f} per hour"
    )

    expect(page.locator("[data-rate]")).to_have_text("600 per hour")
    expect(page.locator("[data-waiting]")).to_have_text("0")
    expect(page.locator("[data-desk] [data-empty]")).to_be_visible()
    listed = server.person().get("/api/v1/incidents?limit=100").json()["incidents"]
    rejected = sum(each["state"] == "rejected" for each in listed)
    assert (rejected, len(listed) - rejected) == (ITEMS // FALSE_EVERY, ITEMS - ITEMS // FALSE_EVERY)
