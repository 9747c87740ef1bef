"""Pages in both languages, by night, on a phone, and with strings that would harm."""

import pytest
from playwright.sync_api import expect

from map_server.domain.account import Role
from tests.e2e.browsing import HERE, agent, open_desk, open_map, pins, sign_in
from tests.e2e.conftest import PHONE, OpenPage, Watch
from tests.fakes.clock import NOON
from tests.running_server import RunningServer
from wire_contract.vocabulary import EventKind

pytestmark = pytest.mark.browser


HOSTILE = "<img src=x onerror=document.title=1>"


def test_foreign_strings_stay_text_in_the_browser(server: RunningServer, open_page: OpenPage) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page)
    box.report(
        EventKind.GARBAGE_DROP, HERE, NOON, label=HOSTILE, attributes={HOSTILE: HOSTILE}, with_pictures=False
    )
    open_map(page)

    page.get_by_role("button", name="List what is in view").click()
    expect(page.locator("[data-panel]")).to_contain_text(HOSTILE)
    page.locator("[data-open]").click()
    expect(page.locator("[data-panel] .facts")).to_contain_text(HOSTILE)
    open_desk(page)
    expect(page.locator(".desk__facts")).to_contain_text(HOSTILE)

    assert page.title() != "1"
    assert page.locator("img[src=x]").count() == 0


def test_language_is_switched_in_place(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(locale="zh-CN")
    sign_in(server, page)
    agent(server).report(EventKind.GARBAGE_DROP, HERE, NOON)
    open_map(page)
    assert "小包垃圾落地" in pins(page)[0]

    page.locator("[data-language-switch]").click()

    expect(page.locator("[data-live]")).to_have_attribute("data-ready", "true")
    assert "Left garbage" in pins(page)[0]
    page.goto("/audit")
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()


def test_night_is_chosen_and_kept(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(color_scheme="light")
    sign_in(server, page)
    open_map(page)
    page.get_by_role("button", name="Light or dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(
    "address", ["/", "/audit", "/devices", "/people", "/account", "/patrols", "/nowhere"]
)
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_nothing_scrolls_sideways_on_a_phone(
    server: RunningServer, open_page: OpenPage, watch: Watch, address: str, locale: str
) -> None:
    watch.expected.add(404)
    page, box = open_page(size=PHONE, locale=locale), agent(server, "a-box-with-quite-a-long-name-indeed")
    sign_in(server, page, Role.ADMIN)
    box.beat(NOON, {"camera-with-a-long-name-beside-the-river": HERE})
    box.report(EventKind.BLOCKED_FIRE_LANE, HERE, NOON)

    page.goto(address)
    page.wait_for_load_state("load")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_controls_on_a_phone_are_large_enough_for_gloves(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(size=PHONE)
    sign_in(server, page)
    agent(server).report(EventKind.GARBAGE_DROP, HERE, NOON)
    open_map(page)
    page.locator(".pin").click()
    expect(page.locator("[data-panel]").get_by_role("button", name="Confirm")).to_be_visible()

    sizes = page.locator("button:visible, a.button:visible, select:visible").evaluate_all(
        "all => all.map(one => [one.textContent.trim(), one.getBoundingClientRect().height])"
    )

    assert [name for name, height in sizes if height < 44] == []
