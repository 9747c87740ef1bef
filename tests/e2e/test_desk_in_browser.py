"""The audit desk in a real browser: keys, colleagues, a line that breaks."""

import pytest
from playwright.sync_api import expect

from map_server.domain.account import Role
from tests.e2e.browsing import HERE, Line, agent, incident_id, open_desk, sign_in, states, three_bags
from tests.e2e.conftest import OpenPage, Watch
from tests.fakes.clock import NOON
from tests.running_server import RunningServer
from wire_contract.vocabulary import EventKind

pytestmark = pytest.mark.browser


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
