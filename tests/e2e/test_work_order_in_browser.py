"""The whole story of a work order in real browsers, from the camera to the daily report."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.e2e.conftest import PHONE, OpenPage, Watch
from tests.fakes.clock import NOON
from tests.fakes.owners import CLEANING, FixedOwners
from tests.running_server import RunningServer, running_server
from tests.seed import Agent
from tests.work_order_office import Office, photo
from wire_contract.vocabulary import EventKind

pytestmark = pytest.mark.browser

HERE = (121.5590, 31.2495)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "data", owners=FixedOwners()) as running:
        yield running


def sign_in(server: RunningServer, page: Page, role: Role, unit_id: str | None = None) -> Page:
    cookie = server.person(role, unit_id).cookies[SESSION_COOKIE]
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": server.url}])
    return page


def open_board(page: Page) -> None:
    page.goto("/work-orders")
    expect(page.locator("[data-board]")).to_have_attribute("data-ready", "true")


def state(page: Page, word: str) -> None:
    expect(page.locator(".work__head .badge").first).to_have_text(word)
    expect(page.locator("[data-work-order]")).to_have_attribute("data-ready", "true")


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def test_from_the_camera_to_the_checked_closing(
    server: RunningServer, open_page: OpenPage, watch: Watch, tmp_path: Path
) -> None:
    Agent.enrolled(server.services, server.stranger(), "box-1").report(EventKind.GARBAGE_DROP, HERE, NOON)

    auditor = sign_in(server, open_page(), Role.AUDITOR)
    auditor.goto("/")
    auditor.locator(".pin").click()
    auditor.locator("[data-panel]").get_by_role("button", name="Confirm").click()
    expect(auditor.locator("[data-panel]").get_by_role("heading", name="Work order")).to_be_visible()

    officer = sign_in(server, open_page(), Role.SUPERVISOR)
    open_board(officer)
    press(officer, "Give the one with an owner to its unit")
    expect(officer.locator("[data-column=asked] [data-card]")).to_have_count(1)

    foreman = sign_in(server, open_page(size=PHONE), Role.PATROL, CLEANING)
    open_board(foreman)
    foreman.locator("[data-card]").click()
    state(foreman, "Dispatched")
    press(foreman, "Accept")
    state(foreman, "Accepted")
    press(foreman, "Begin work")
    state(foreman, "In progress")
    press(foreman, "It is done")
    expect(foreman.locator("[data-form-error]").first).to_have_text(
        "Add a picture of the place as it is now."
    )
    (tmp_path / "after.jpg").write_bytes(photo())
    foreman.locator("#handle-photos").set_input_files(tmp_path / "after.jpg")
    expect(foreman.locator(".photo-strip__one")).to_have_count(1)
    press(foreman, "It is done")
    state(foreman, "Handled")
    expect(foreman.get_by_text("an auditor who had no hand in it checks it")).to_be_visible()
    address = foreman.url

    checker = sign_in(server, open_page(), Role.AUDITOR)
    checker.goto(address)
    picture = checker.locator(".after-photos img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("picture => picture.naturalWidth") == 32
    press(checker, "Take the check")
    state(checker, "Being checked")
    press(checker, "Passed: close it")
    state(checker, "Closed")

    incident = server.person().get("/api/v1/incidents").json()["incidents"][0]
    assert incident["state"] == "resolved"

    server.clock.advance(timedelta(hours=20).total_seconds())  # the next morning
    (frozen,) = server.services.reporting.schedule.freeze_due()
    manager = sign_in(server, open_page(), Role.SUPERVISOR)
    manager.goto("/reports")
    manager.get_by_role("link", name="2026-11-23").click()
    expect(manager.locator("[data-sha256]")).to_have_text(frozen.sha256)
    expect(manager.locator(".tile", has_text="Completion rate")).to_contain_text("100.0 %")
    manager.locator("[data-table=figures] tr", has_text="Orders closed").get_by_role("link").first.click()
    expect(manager.locator("[data-total]")).to_have_text("1 row")
    manager.locator("[data-rows]").get_by_role("link", name="No. 1").click()
    manager.wait_for_url(address)
    state(manager, "Closed")


def test_board_in_chinese_is_moved_by_keys_and_shows_what_is_late(
    server: RunningServer, open_page: OpenPage
) -> None:
    office = Office(server, FixedOwners())
    first = office.confirmed_order()
    office.confirmed_order(kind="blocked_fire_lane", camera_id="other", at=(121.57, 31.25))
    office.work(first, "dispatch")
    server.clock.advance(timedelta(hours=3).total_seconds())
    page = sign_in(server, open_page(locale="zh-CN"), Role.SUPERVISOR)
    open_board(page)

    expect(page.locator(".work-card--over")).to_have_count(2)
    expect(page.locator("[data-column=asked]")).to_contain_text("已超期 2 小时")
    page.locator("[data-card]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-column=asked] [data-card]")).to_be_focused()
    page.keyboard.press("Enter")
    state(page, "已派遣")


def test_colleague_was_quicker_and_nothing_typed_is_lost(
    server: RunningServer, open_page: OpenPage, watch: Watch
) -> None:
    office = Office(server, FixedOwners())
    order_id = office.confirmed_order()
    page = sign_in(server, open_page(), Role.SUPERVISOR)
    page.goto(f"/work-orders/{order_id}")
    page.locator("summary", has_text="Void it").click()
    page.locator("#void-reason").fill("the owner came back")
    office.work(order_id, "dispatch")
    watch.expected.add(412)

    press(page, "Void it")

    expect(page.locator(".toast--bad")).to_contain_text("Somebody else was quicker")
    expect(page.locator("#void-reason")).to_have_value("the owner came back")
    assert office.state(order_id) == "dispatched"
