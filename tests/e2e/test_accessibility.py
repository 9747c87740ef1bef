"""Every page can be used with a keyboard and a screen reader, in both languages; the map is no trap."""

import re
from collections.abc import Iterator
from json import dumps

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.http.policies import POLICIES
from tests.e2e.accessibility import faults_of
from tests.e2e.browsing import sign_in
from tests.e2e.conftest import DESK
from tests.sample_ward import SAMPLE_WARD
from tests.two_compounds import OWN, TwoCompounds, two_compounds

pytestmark = pytest.mark.browser

SMALL_PHONE = {"width": 360, "height": 640}
PIECES = {
    "/incidents/{incident_id}/panel",  # inside the map's page
    "/audit/items/{incident_id}",  # inside the desk
    "/reports/{report_id}/since",  # inside the report
    "/patrols/{plan_id}/route/{team_id}",  # leads to the phone page
    "/field",  # leads to the page in the reader's language
    "/field/{language}",  # walked at the size of a phone, below
    "/record/heads.jsonl",
    "/devices/template.csv",
}
MOST_STOPS = 60
NAME_IN_MAP = """() => {
  const one = document.activeElement;
  if (!one.closest(".leaflet-container")) return null;
  return one.ariaLabel || one.title || one.textContent.trim();
}"""
LOCALES = pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh-Hans"), ("en-US", "en")])


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoCompounds]:
    with two_compounds(tmp_path_factory.mktemp("ward")) as furnished:
        furnished.server.services.geodata.load([SAMPLE_WARD], "system")
        yield furnished


def addresses(ward: TwoCompounds) -> list[str]:
    """Every page, with one of everything; new pages are in without being named here."""
    campaign = {
        "name_zh": "集市整治", "name_en": "Market day", "place": [121.56, 31.25], "begins": "09:30",
        "minutes": 60, "recurrence": {"weekdays": [3], "first": "2026-11-01"},
    }  # fmt: skip
    made = ward.server.person(Role.ADMIN).post("/api/v1/campaigns", json=campaign)
    own = {"campaign_id": str(made.json()["campaign_id"]), "key": "work_order.filed"}
    known = {**ward.things[OWN].parameters, **own}
    doors = [name for name in POLICIES if name.startswith("GET /") and "/api/" not in name]
    paths = [name.removeprefix("GET ") for name in doors]
    found = [re.sub(r"\{(\w+)\}", lambda part: known[part[1]], path) for path in paths if path not in PIECES]
    drafts = [f"{path}?kind=daily&first=2026-11-23" if "/draft" in path else path for path in found]
    return [*drafts, "/sites/SP-001", "/nowhere"]


def walker(browser: Browser, ward: TwoCompounds, locale: str, size: dict[str, int]) -> BrowserContext:
    context = browser.new_context(
        base_url=ward.server.url,
        locale=locale,
        viewport=size,  # type: ignore[arg-type]
        reduced_motion="reduce",
        permissions=["geolocation"],
        geolocation={"longitude": 121.5605, "latitude": 31.2505, "accuracy": 8},
        service_workers="block",
    )
    context.new_page()
    sign_in(ward.server, context.pages[0], Role.ADMIN)
    return context


@LOCALES
def test_every_page_is_named_labelled_and_shows_its_focus(
    browser: Browser, ward: TwoCompounds, locale: str, lang: str
) -> None:
    context = walker(browser, ward, locale, DESK)
    page = context.pages[0]
    faults = {}
    for address in addresses(ward):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if address == "/nowhere" else 200), address
        if found := faults_of(page, lang):
            faults[address] = found
    context.clear_cookies()
    page.goto("/login")
    if found := faults_of(page, lang):
        faults["/login"] = found
    context.close()
    assert not faults, dumps(faults)


@LOCALES
def test_phone_page_is_named_labelled_and_shows_its_focus(
    browser: Browser, ward: TwoCompounds, locale: str, lang: str
) -> None:
    context = walker(browser, ward, locale, SMALL_PHONE)
    page, own = context.pages[0], ward.things[OWN].parameters
    page.goto(f"/field/{locale[:2]}")
    expect(page.locator("[data-field]")).to_have_attribute("data-ready", "true")
    faults = {"choose": faults_of(page, lang)}
    page.locator(f"[data-accept={own['team_id']}]").click()
    expect(page.locator(".field-route")).to_be_visible()
    for view in ("route", f"stop/{own['stop_id']}", "find", "messages", "queue", "more"):
        page.evaluate("(view) => { location.hash = view; }", view)
        expect(page.locator(f"[data-tab={view}]" if "/" not in view else ".field-stop")).to_be_visible()
        faults[view] = faults_of(page, lang)
    context.close()
    assert not any(faults.values()), dumps(faults)


@pytest.mark.parametrize("address", ["/", "/sites/SP-001", "/streets", "/teams/new"])
def test_keyboard_reaches_the_map_and_leaves_it(browser: Browser, ward: TwoCompounds, address: str) -> None:
    context = walker(browser, ward, "en-US", DESK)
    page = context.pages[0]
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    page.wait_for_load_state("networkidle")
    stops = stops_in_map(page)
    context.close()
    assert 0 < len(stops) < MOST_STOPS
    assert [stop for stop in stops if not stop] == []


def stops_in_map(page: Page) -> list[str]:
    """Press Tab from the top of the page until the focus has been in the map and left it; what it met."""
    stops: list[str] = []
    page.evaluate("() => { document.activeElement?.blur?.(); scrollTo(0, 0); }")
    for _ in range(400):
        page.keyboard.press("Tab")
        name = page.evaluate(NAME_IN_MAP)
        if name is None and stops:
            break
        if name is not None:
            stops.append(str(name))
    return stops
