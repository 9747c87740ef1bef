"""Coming in, and the live map in a real browser: what appears, what is told, what is decided there."""

import random

import pytest
from playwright.sync_api import expect

from map_server.domain.account import Role
from tests.e2e.browsing import (
    HERE,
    Line,
    agent,
    incident_id,
    open_map,
    pins,
    sign_in,
    states,
)
from tests.e2e.conftest import OpenPage, Watch
from tests.fakes.clock import NOON
from tests.running_server import PASSWORD, RunningServer
from wire_contract.vocabulary import EventKind

pytestmark = pytest.mark.browser


def test_first_administrator_comes_in_by_the_printed_link(server: RunningServer, open_page: OpenPage) -> None:
    token, page = server.services.accounts.renew_first_start_token(), open_page()

    page.goto(f"/welcome/{token}")
    page.get_by_label("Login name").fill("chen")
    page.get_by_label("Your name").fill("陈立")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Save and log in").click()

    expect(page.locator("[data-live]")).to_have_attribute("data-ready", "true")
    expect(page.locator(".account-name")).to_have_text("陈立")
    page.locator("summary[aria-label=Account]").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_event_appears_on_the_open_map_by_itself(server: RunningServer, open_page: OpenPage) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page)
    open_map(page)
    assert pins(page) == []

    box.report(EventKind.BLOCKED_FIRE_LANE, HERE, NOON)

    expect(page.locator(".pin--fresh")).to_have_count(1)
    assert "Blocked fire lane" in pins(page)[0]
    expect(page.locator("[data-kind=blocked_fire_lane] [data-count]")).to_have_text("1")
    expect(page.locator("[data-announcer]")).to_have_text("New: Blocked fire lane")


def test_pin_that_did_not_change_is_not_touched(server: RunningServer, open_page: OpenPage) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page)
    box.report(EventKind.GARBAGE_DROP, HERE, NOON)
    open_map(page)
    page.locator(".pin svg").evaluate("symbol => { symbol.dataset.mark = 'same element'; }")

    box.report(EventKind.ILLEGAL_STRUCTURE, (HERE[0] + 0.002, HERE[1]), NOON, camera_id="other")

    expect(page.locator(".pin")).to_have_count(2)
    expect(page.locator("[data-mark]")).to_have_count(1)


def test_event_outside_the_view_is_told_and_shown_on_demand(
    server: RunningServer, open_page: OpenPage
) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page)
    open_map(page)
    expect(page.locator("[data-status][data-state=live]")).to_be_attached(timeout=30_000)

    box.report(EventKind.GARBAGE_DROP, (HERE[0] + 0.2, HERE[1]), NOON)
    page.locator(".toast").get_by_role("button", name="Show").click()

    expect(page.locator(".pin--selected")).to_have_count(1)
    expect(page.locator("[data-panel-title]")).to_contain_text("Left garbage")


def test_panel_shows_evidence_and_takes_a_decision_with_its_undo(
    server: RunningServer, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(server, page)
    agent(server).report(EventKind.GARBAGE_DROP, HERE, NOON)
    open_map(page)

    page.locator(".pin").click()
    panel = page.locator("[data-panel]")
    expect(panel.locator("img[data-picture]").first).to_have_js_property("complete", True)
    assert panel.locator("img[data-picture]").first.evaluate("picture => picture.naturalWidth") == 640
    panel.get_by_role("button", name="Confirm").click()
    expect(panel.locator(".badge").first).to_have_text("Confirmed")
    assert list(states(server).values()) == ["confirmed"]

    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(panel.locator(".badge").first).to_have_text("Open")
    assert list(states(server).values()) == ["open"]


def test_stated_error_is_seen_beside_the_pin(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(server, page)
    agent(server).report(EventKind.GARBAGE_DROP, HERE, NOON)
    open_map(page)
    page.locator(".pin").click()

    page.get_by_role("button", name="Zoom to it").click()

    expect(page.locator(".map--near")).to_have_count(1)
    expect(page.locator(".ellipse--garbage_drop")).to_have_count(1)
    for drawing in (".ellipse--garbage_drop", ".leaflet-ellipses-pane svg"):
        box = page.locator(drawing).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 20


def test_box_is_hidden_by_its_key_and_panel_closed_by_escape(
    server: RunningServer, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(server, page)
    agent(server).report(EventKind.GARBAGE_DROP, HERE, NOON)
    open_map(page)
    page.locator(".pin").click()
    box = page.locator(".evidence__box")
    expect(box).to_be_visible()

    page.keyboard.press("b")
    expect(box).to_be_hidden()
    page.keyboard.press("b")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("[data-panel]")).to_be_hidden()


def test_two_incidents_are_merged_and_split_again(server: RunningServer, open_page: OpenPage) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page, Role.SUPERVISOR)
    beside = (HERE[0] + 0.0003, HERE[1])  # 29 m: too far to be one thing by itself
    box.report(EventKind.GARBAGE_DROP, HERE, NOON)
    box.report(EventKind.GARBAGE_DROP, beside, NOON, camera_id="other")
    open_map(page, f"/incidents/{incident_id(server, 1)}")
    panel = page.locator("[data-panel]")

    panel.get_by_role("button", name="Take it in").click()
    expect(panel.locator(".badge").nth(1)).to_have_text("2 events")
    expect(page.locator(".pin")).to_have_count(1)
    assert states(server) == {1: "open", 2: "merged"}

    panel.locator("input[name=event_ids]").first.check()
    panel.get_by_role("button", name="Take the chosen ones out").click()
    expect(page.locator(".pin")).to_have_count(2)
    assert states(server) == {1: "open", 2: "open"}


def test_lost_connection_is_told_and_made_good(
    server: RunningServer, open_page: OpenPage, watch: Watch
) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page)
    line = Line(page, "**/api/v1/stream")
    line.is_cut = True
    open_map(page)
    status = page.locator("[data-status]")
    expect(status).to_contain_text("Connection lost", timeout=15_000)
    box.report(EventKind.GARBAGE_DROP, HERE, NOON)

    line.is_cut = False

    expect(status).to_have_text("Live", timeout=15_000)
    expect(page.locator(".pin")).to_have_count(1)
    watch.troubles.clear()  # the browser itself tells of the aborted requests


def test_filters_narrow_the_map_and_survive_a_reload(server: RunningServer, open_page: OpenPage) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page)
    box.report(EventKind.GARBAGE_DROP, HERE, NOON)
    box.report(EventKind.ILLEGAL_STRUCTURE, (HERE[0] + 0.002, HERE[1]), NOON, camera_id="other")
    open_map(page)
    expect(page.locator(".pin")).to_have_count(2)

    page.locator("[data-kind=garbage_drop]").click()
    expect(page.locator(".pin")).to_have_count(1)
    page.locator("[data-filter-state]").select_option("closed")
    expect(page.locator("[data-empty]")).to_be_visible()
    page.reload()

    expect(page.locator("[data-empty]")).to_be_visible()
    expect(page.locator("[data-kind=garbage_drop]")).to_have_attribute("aria-pressed", "false")


def test_shared_address_opens_the_incident(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(server, page)
    agent(server).report(EventKind.GARBAGE_DROP, (HERE[0] + 0.05, HERE[1]), NOON)
    incident = server.person().get("/api/v1/incidents").json()["incidents"][0]

    open_map(page, f"/incidents/{incident['id']}")

    expect(page.locator("[data-panel-title]")).to_contain_text(f"No. {incident['number']}")
    expect(page.locator(".pin--selected")).to_have_count(1)


def test_map_stays_quick_with_many_incidents(server: RunningServer, open_page: OpenPage) -> None:
    """Above 400 in view the server clusters; zooming in takes them apart."""
    page, box = open_page(), agent(server)
    sign_in(server, page)
    source = random.Random(3)
    finds = [
        box.find(
            (EventKind.GARBAGE_DROP, EventKind.BLOCKED_FIRE_LANE)[number % 2],
            (HERE[0] + source.uniform(-0.01, 0.01), HERE[1] + source.uniform(-0.005, 0.005)),
            NOON,
            camera_id=f"cam-{number}",
            with_pictures=False,
        )
        for number in range(500)
    ]
    for first in range(0, 500, 100):
        box.post(*finds[first : first + 100])
    open_map(page)

    expect(page.locator(".cluster").first).to_be_visible()
    assert page.locator(".pin").count() == 0
    counts = page.locator(".cluster__count").evaluate_all("all => all.map(one => Number(one.textContent))")
    shown = page.locator("[data-count]").evaluate_all("all => all.map(one => Number(one.textContent))")
    assert sum(counts) == sum(shown) > 300

    page.evaluate("() => { map_lilong.setZoom(19); }")
    expect(page.locator(".cluster")).to_have_count(0)
