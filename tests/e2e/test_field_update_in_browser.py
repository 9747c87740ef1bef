"""A new version of the server while phones are out: taken whole, by the person, losing nothing that waits."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.field_phone import (
    Phone,
    expect_all_arrived_once,
    go_with,
    open_once_with_signal,
    work_without_signal,
)
from tests.fakes.other_build import OtherBuild
from tests.fakes.thin_line import ThinLine
from tests.field_day import jpeg
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

UPDATE = "[data-update]"


def open_again(phone: Phone) -> None:
    phone.page.reload()
    expect(phone.page.locator("[data-field]")).to_have_attribute("data-ready", "true")


def shown_builds(phone: Phone) -> set[str]:
    """The versions of the page and of every script in it."""
    found = phone.page.evaluate("[...builds, document.querySelector('[data-field]').dataset.version]")
    return {str(name) for name in found}


def kept_builds(phone: Phone) -> set[str]:
    """The versions of which files lie on the phone."""
    return set(phone.page.evaluate("async () => (await caches.keys()).map((name) => name.split('-').at(-1))"))


def look_for_update(phone: Phone) -> str:
    """Ask for a new version and wait until it is there or is given up; gives its worker's state then."""
    state = phone.page.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.getRegistration("/field");
          await registration.update().catch(() => {});
          const worker = registration.installing;
          while (worker && worker.state === "installing") await new Promise((done) => setTimeout(done, 20));
          return worker ? worker.state : registration.waiting ? "installed" : "none";
        }"""
    )
    return str(state)


def test_new_version_is_taken_once_and_whole_while_records_wait(
    server: RunningServer, line: tuple[ThinLine, str], phone: Phone, tmp_path: Path
) -> None:
    thin, _ = line
    thin.build = OtherBuild("aa1")
    open_once_with_signal(phone)
    expect(phone.page.locator(UPDATE)).to_have_count(0)  # the first version is no news
    assert shown_builds(phone) == kept_builds(phone) == {"aa1"}
    thin.loss = 1.0  # the pages are there, the API is not: everything waits
    work_without_signal(phone, tmp_path)
    phone.page.goto("/field/en#stop/stop-2")
    phone.take("before", jpeg(24, 500), tmp_path)

    thin.build = OtherBuild("bb2", store_version=2)  # with another layout of the phone's store
    open_again(phone)
    expect(phone.page.locator(UPDATE)).to_have_count(1)
    assert shown_builds(phone) == {"aa1"}  # until the person takes it, all is as it was
    assert kept_builds(phone) == {"aa1", "bb2"}
    with phone.page.expect_event("load"):
        phone.tap(UPDATE)
    expect(phone.page.locator("[data-field]")).to_have_attribute("data-ready", "true")
    assert shown_builds(phone) == kept_builds(phone) == {"bb2"}
    expect(phone.page.locator(".field-photo")).to_have_count(1)  # the form that was open, with its picture
    open_again(phone)
    assert look_for_update(phone) == "none"
    expect(phone.page.locator(UPDATE)).to_have_count(0)  # told once

    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=waiting]")).to_have_count(4)
    go_with(server, phone)
    thin.loss = 0.0
    phone.tap("[data-send]")
    expect_all_arrived_once(server, phone)


def test_version_that_changes_while_it_is_fetched_is_not_taken(
    line: tuple[ThinLine, str], phone: Phone
) -> None:
    thin, _ = line
    thin.build = OtherBuild("aa1")
    open_once_with_signal(phone)
    thin.build = OtherBuild("bb2", torn_at="/static/js/field_queue.js")
    assert look_for_update(phone) == "redundant"
    expect(phone.page.locator(UPDATE)).to_have_count(0)
    assert kept_builds(phone) == {"aa1"}
    thin.is_down = True
    open_again(phone)
    assert shown_builds(phone) == {"aa1"}  # the old one still works without signal
    thin.is_down, thin.build = False, OtherBuild("cc3")
    assert look_for_update(phone) == "installed"
    expect(phone.page.locator(UPDATE)).to_have_count(1)


def test_page_that_was_never_left_since_its_first_visit_takes_the_update_too(
    line: tuple[ThinLine, str], phone: Phone
) -> None:
    thin, _ = line
    thin.build = OtherBuild("aa1")
    open_once_with_signal(phone)  # no reload: this page itself came without a worker
    thin.build = OtherBuild("bb2")
    assert look_for_update(phone) == "installed"
    with phone.page.expect_event("load"):
        phone.tap(UPDATE)
    expect(phone.page.locator("[data-field]")).to_have_attribute("data-ready", "true")
    assert shown_builds(phone) == {"bb2"}


def test_server_put_back_to_an_older_version_finds_what_waits(
    line: tuple[ThinLine, str], phone: Phone, tmp_path: Path
) -> None:
    thin, _ = line
    thin.build = OtherBuild("bb2", store_version=2)
    open_once_with_signal(phone)
    thin.loss = 1.0
    work_without_signal(phone, tmp_path)
    thin.build = OtherBuild("aa1")
    assert look_for_update(phone) == "installed"
    with phone.page.expect_event("load"):
        phone.tap(UPDATE)
    expect(phone.page.locator("[data-field]")).to_have_attribute("data-ready", "true")
    assert shown_builds(phone) == {"aa1"}
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=waiting]")).to_have_count(4)
