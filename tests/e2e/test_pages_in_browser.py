"""People at work in a real browser: coming in, watching the map, deciding at the desk, in two languages."""

import random
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.e2e.conftest import PHONE, OpenPage, Watch
from tests.fakes.clock import NOON
from tests.running_server import PASSWORD, RunningServer
from tests.seed import Agent
from wire_contract.vocabulary import EventKind

pytestmark = pytest.mark.browser

HERE = (121.5590, 31.2495)
"""Where the map opens."""
HOSTILE = "<img src=x onerror=document.title=1>"


class Line:
    """The browser's line to some addresses. Lay it before the page opens: laid into an open page, it lets the
    first request through now and then.
    """

    def __init__(self, page: Page, addresses: str) -> None:
        self.is_cut = False
        page.route(addresses, lambda route: route.abort() if self.is_cut else route.continue_())


def agent(server: RunningServer, device_id: str = "box-1") -> Agent:
    return Agent.enrolled(server.services, server.stranger(), device_id)


def sign_in(server: RunningServer, page: Page, role: Role = Role.AUDITOR) -> None:
    """Give the browser the session of a new person."""
    cookie = server.person(role).cookies[SESSION_COOKIE]
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": server.url}])


def open_map(page: Page, address: str = "/") -> None:
    page.goto(address)
    expect(page.locator("[data-live]")).to_have_attribute("data-ready", "true")


def open_desk(page: Page, address: str = "/audit") -> None:
    page.goto(address)
    expect(page.locator("[data-desk]")).to_have_attribute("data-ready", "true")


def pins(page: Page) -> list[str]:
    """The spoken names of the incidents on the map."""
    return page.locator(".pin").evaluate_all("pins => pins.map(pin => pin.getAttribute('aria-label'))")


def states(server: RunningServer) -> dict[int, str]:
    listed = server.person().get("/api/v1/incidents").json()["incidents"]
    return {incident["number"]: incident["state"] for incident in listed}


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


def three_bags(server: RunningServer) -> None:
    box = agent(server)
    for number in range(3):
        at = (HERE[0] + 0.002 * number, HERE[1])
        box.report(EventKind.GARBAGE_DROP, at, NOON - timedelta(hours=3 - number), camera_id=f"cam-{number}")


def test_desk_is_worked_by_keys_alone(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(server, page)
    three_bags(server)
    open_desk(page)
    heading = page.locator("[data-heading]")
    expect(heading).to_contain_text("No. 1")

    page.keyboard.press("y")
    expect(heading).to_contain_text("No. 2")
    page.keyboard.press("n")
    expect(page.locator("[data-choice=reject]")).to_be_visible()
    page.keyboard.press("5")
    expect(heading).to_contain_text("No. 3")
    page.keyboard.press("z")
    expect(heading).to_contain_text("No. 2")
    page.keyboard.press("l")
    page.keyboard.press("3")
    expect(heading).to_contain_text("No. 3")
    page.keyboard.press("u")

    expect(page.locator("[data-desk] [data-empty]")).to_be_visible()
    expect(page.locator("[data-mine]")).to_have_text("3")
    assert states(server) == {1: "confirmed", 2: "confirmed", 3: "open"}
    history = [
        line.verdict.opinion for line in server.services.audit_desk.verdicts_on(incident_id(server, 2))
    ]
    assert [(opinion.decision, opinion.reason, opinion.kind) for opinion in history] == [
        ("relabel", None, "illegal_structure"),
        ("reject", "light_or_shadow", None),
    ]


def incident_id(server: RunningServer, number: int) -> str:
    listed = server.person().get("/api/v1/incidents").json()["incidents"]
    return next(str(incident["id"]) for incident in listed if incident["number"] == number)


def test_arrows_walk_the_queue_and_escape_leaves_a_choice(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(server, page)
    three_bags(server)
    open_desk(page)
    heading = page.locator("[data-heading]")

    page.keyboard.press("ArrowRight")
    expect(heading).to_contain_text("No. 2")
    page.keyboard.press("n")
    page.keyboard.press("Escape")
    expect(page.locator("[data-choice=reject]")).to_be_hidden()
    page.keyboard.press("ArrowLeft")

    expect(heading).to_contain_text("No. 1")
    assert set(states(server).values()) == {"open"}


def test_relabel_by_typing_another_thing(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(server, page)
    three_bags(server)
    open_desk(page)

    page.keyboard.press("l")
    page.get_by_label("Or the same kind, but another thing").fill("yny")  # letters that are keys elsewhere
    page.keyboard.press("Enter")

    expect(page.locator("[data-heading]")).to_contain_text("No. 2")
    expect(page.locator("[data-mine]")).to_have_text("1")  # told by the server, after the desk has moved on
    (line,) = server.services.audit_desk.verdicts_on(incident_id(server, 1))
    assert line.verdict.opinion.label == "yny"


def test_colleague_was_quicker_and_both_are_told(
    server: RunningServer, open_page: OpenPage, watch: Watch
) -> None:
    watch.expected.add(409)
    page = open_page()
    page.add_init_script("window.EventSource = class extends EventTarget {};")  # the news has not come yet
    sign_in(server, page)
    three_bags(server)
    open_desk(page)
    first = incident_id(server, 1)
    version = page.locator("[data-incident]").get_attribute("data-version")

    colleague = server.person(Role.AUDITOR)
    colleague.post(
        f"/api/v1/audits/{first}/verdict", json={"decision": "confirm", "version": int(version or 0)}
    )
    page.keyboard.press("n")
    page.keyboard.press("1")

    expect(page.locator(".toast--bad")).to_contain_text("Somebody else was quicker")
    expect(page.locator("[data-heading]")).to_contain_text("No. 2")
    assert states(server)[1] == "confirmed"


def test_colleagues_decision_is_shown_on_the_open_case(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(server, page)
    three_bags(server)
    open_desk(page)

    server.person(Role.AUDITOR).post(
        f"/api/v1/audits/{incident_id(server, 1)}/verdict", json={"decision": "confirm"}
    )

    expect(page.locator(".desk__facts .notice")).to_contain_text("This one is decided already")
    expect(page.locator(".desk__facts .notice")).to_contain_text("Confirmed by auditor")


def test_verdict_that_cannot_be_sent_comes_back_to_the_auditor(
    server: RunningServer, open_page: OpenPage, watch: Watch
) -> None:
    page = open_page()
    line = Line(page, "**/verdict")
    sign_in(server, page)
    three_bags(server)
    open_desk(page)
    line.is_cut = True

    page.keyboard.press("y")

    expect(page.locator(".toast--bad")).to_contain_text("cannot be reached")
    expect(page.locator("[data-heading]")).to_contain_text("No. 1")
    assert states(server)[1] == "open"
    watch.troubles.clear()  # the browser itself tells of the aborted request

    line.is_cut = False
    page.keyboard.press("y")
    expect(page.locator("[data-heading]")).to_contain_text("No. 2")
    expect(page.locator("[data-mine]")).to_have_text("1")
    assert states(server)[1] == "confirmed"


def test_new_detection_reaches_an_empty_desk(server: RunningServer, open_page: OpenPage) -> None:
    page, box = open_page(), agent(server)
    sign_in(server, page)
    open_desk(page)
    expect(page.locator("[data-desk] [data-empty]")).to_be_visible()

    box.report(EventKind.GARBAGE_DROP, HERE, NOON)

    expect(page.locator("[data-heading]")).to_contain_text("No. 1")


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
