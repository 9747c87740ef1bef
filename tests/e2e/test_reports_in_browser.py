"""A manager makes, freezes and reads reports in a real browser, on a desk and on a phone."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.e2e.conftest import PHONE, OpenPage
from tests.fakes.owners import FixedOwners
from tests.running_server import RunningServer, running_server
from tests.work_order_office import Office

pytestmark = pytest.mark.browser

WAY = ("dispatch", "accept", "start", "handle", "begin_check", "pass")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "data", owners=FixedOwners()) as running:
        yield running


def sign_in(server: RunningServer, page: Page, role: Role = Role.SUPERVISOR) -> Page:
    cookie = server.person(role).cookies[SESSION_COOKIE]
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": server.url}])
    return page


def a_day_of_work(server: RunningServer) -> None:
    """One order closed, one given to a unit and overdue; then the next morning."""
    office = Office(server, FixedOwners())
    office.work(office.confirmed_order(), *WAY)
    office.work(office.confirmed_order(camera_id="cam-2", at=(121.57, 31.25)), "dispatch")
    server.clock.advance(timedelta(hours=20).total_seconds())


def test_draft_is_made_frozen_and_taken_as_files(server: RunningServer, open_page: OpenPage) -> None:
    a_day_of_work(server)
    page = sign_in(server, open_page())
    page.goto("/reports")
    expect(page.get_by_role("heading", name="No frozen report yet")).to_be_visible()

    page.get_by_role("button", name="Yesterday").click()
    expect(page.locator("[data-state=draft]")).to_be_visible()
    expect(page.locator(".tile", has_text="Completion rate")).to_contain_text("50.0 %")
    page.get_by_role("button", name="Freeze it").click()
    expect(page.locator("[data-state=frozen]")).to_be_visible()
    expect(page.locator("[data-since-piece]")).to_contain_text("as they were frozen")

    digests = set()
    for _ in "12":
        with page.expect_download() as taken:
            page.locator("[data-download=xlsx]").click()
        digests.add(hashlib.sha256(Path(taken.value.path()).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_objection_is_written_down_and_decided(server: RunningServer, open_page: OpenPage) -> None:
    a_day_of_work(server)
    (frozen,) = server.services.reporting.schedule.freeze_due()
    clerk = sign_in(server, open_page())
    clerk.goto(f"/reports/{frozen.report_id}/figures/work_order.open_at_end")
    clerk.get_by_role("button", name="Object…").click()
    clerk.get_by_label("What does the unit object").fill("the lane was closed by the police")
    clerk.get_by_role("button", name="Write it down").click()
    expect(clerk.locator("[data-appeal]")).to_contain_text("Undecided")

    chief = sign_in(server, open_page())
    chief.goto("/reports")
    chief.locator(".notice").get_by_role("link", name="No. 2").click()
    chief.locator("[data-decide]").get_by_label("Why").fill("the police say so")
    chief.get_by_role("button", name="Accept the appeal").click()
    expect(chief.locator("[data-appeal] .badge")).to_have_text("Appeal accepted")
    expect(chief.locator("[data-corrections]")).to_contain_text("an appeal was accepted")
    expect(chief.locator("[data-state=frozen]")).to_be_visible()


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize(
    "address", ["/reports", "/reports/{report}", "/reports/{report}/figures/work_order.filed"]
)
def test_nothing_scrolls_sideways_on_a_phone(
    server: RunningServer, open_page: OpenPage, address: str, locale: str
) -> None:
    a_day_of_work(server)
    (frozen,) = server.services.reporting.schedule.freeze_due()
    page = sign_in(server, open_page(size=PHONE, locale=locale), Role.ADMIN)
    page.goto(address.format(report=frozen.report_id))
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("nav.tabs").evaluate("bar => bar.scrollWidth") <= PHONE["width"]
