"""A day in the field on a phone-sized Chromium: no signal, a killed browser, a line that loses requests."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from map_server.domain.account import Role
from tests.e2e.field_phone import (
    SENT_MS,
    Phone,
    expect_all_arrived_once,
    go_with,
    open_once_with_signal,
    work_without_signal,
)
from tests.fakes.thin_line import ThinLine
from tests.field_day import HERE, PLAN, TEAM, east, jpeg
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("loss", [0.0, 0.3], ids=["a good line", "a line that loses 30 %"])
def test_day_without_signal_survives_a_killed_browser_and_arrives_once(
    server: RunningServer, line: tuple[ThinLine, str], phone: Phone, tmp_path: Path, loss: float
) -> None:
    thin, _ = line
    open_once_with_signal(phone)
    thin.is_down = True
    phone.page.reload()
    expect(phone.page.locator("[data-field]")).to_have_attribute("data-ready", "true")
    expect(phone.page.locator("[data-trouble=offline]")).to_be_attached()
    work_without_signal(phone, tmp_path)
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=waiting]")).to_have_count(4)
    # killed in the middle of a form, with a picture in it
    phone.page.goto("/field/en#stop/stop-2")
    phone.take("before", jpeg(24, 500), tmp_path)
    phone.kill()
    phone.start_again()

    phone.open("stop/stop-2")
    expect(phone.page.locator(".field-photo")).to_have_count(1)
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=waiting]")).to_have_count(4)
    go_with(server, phone)
    thin.loss, thin.is_down = loss, False
    phone.tap("[data-send]")
    expect_all_arrived_once(server, phone)
    assert (thin.failed > 0) == (loss > 0)


def test_camera_in_the_page_gives_a_picture_that_is_fresh(
    server: RunningServer, phone: Phone, tmp_path: Path
) -> None:
    open_once_with_signal(phone)
    phone.tap(f"[data-accept={TEAM}]")
    phone.tap("[data-next] [data-arrive]")
    phone.tap("[data-lens=before]")
    phone.tap("[data-close]")
    expect(phone.page.locator(".field-camera")).to_have_count(0)
    phone.tap("[data-lens=after]")
    phone.tap("[data-shoot]")
    expect(phone.page.locator(".field-photo")).to_have_count(1)
    phone.choose("outcome", "clear")
    phone.tap("[data-stop-form] [type=submit]")
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(3, timeout=SENT_MS)
    (visit,) = server.person(Role.SUPERVISOR).get("/api/v1/visits").json()["visits"]
    assert (visit["photos_here"], visit["doubts"]) == (1, [])


def test_camera_that_never_gives_a_picture_can_be_closed_and_opened_again(
    server: RunningServer, phone: Phone
) -> None:
    phone.page.add_init_script("HTMLMediaElement.prototype.play = () => new Promise(() => {})")
    open_once_with_signal(phone)
    phone.tap(f"[data-accept={TEAM}]")
    phone.tap("[data-next] [data-arrive]")
    for lens in ("before", "after"):
        phone.tap(f"[data-lens={lens}]")
        expect(phone.page.locator("[data-shoot]")).to_be_disabled()
        phone.tap("[data-close]")
        expect(phone.page.locator(".field-camera")).to_have_count(0)
    expect(phone.page.locator(".field-photo")).to_have_count(0)


def test_another_phone_takes_the_day_up_where_the_first_left_it(
    server: RunningServer, phone: Phone, tmp_path: Path
) -> None:
    open_once_with_signal(phone)
    phone.tap(f"[data-accept={TEAM}]")
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(1, timeout=SENT_MS)
    go_with(server, phone)
    other = phone.another(tmp_path / "another")
    other.open()
    expect(other.page.locator("[data-next] [data-distance]")).to_contain_text("You are there")
    other.tap("[data-next] [data-arrive]")
    expect(other.page.locator("[data-stop-form]")).to_be_visible()
    other.close()


def test_person_who_looks_elsewhere_while_a_place_is_found_is_left_there(
    server: RunningServer, phone: Phone
) -> None:
    phone.page.add_init_script(
        """const now = Geolocation.prototype.getCurrentPosition;
        Geolocation.prototype.watchPosition = () => 1;
        Geolocation.prototype.getCurrentPosition = function (...rest) {
          setTimeout(() => now.apply(this, rest), 1500);
        };"""
    )
    open_once_with_signal(phone)
    phone.tap(f"[data-accept={TEAM}]")
    phone.tap("[data-next] [data-arrive]")
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(2, timeout=SENT_MS)
    assert phone.page.url.endswith("#queue")


@pytest.mark.parametrize("agrees", [True, False], ids=["with consent", "without"])
def test_way_to_the_first_stop_is_noted_with_a_consent_of_its_own(
    server: RunningServer, phone: Phone, agrees: bool
) -> None:
    open_once_with_signal(phone)
    phone.tap("[data-tab=more]")
    way = phone.page.locator("[data-consent=track_lead]")
    expect(way).to_be_disabled()
    phone.tap("[data-consent=track]")
    expect(way).to_be_enabled()
    if agrees:
        way.tap()
    expect(way).to_be_checked(checked=agrees)
    expect(phone.page.locator("[data-noting]")).to_have_count(1 if agrees else 0)
    phone.stand(200)  # from home to the first stop
    phone.tap("[data-tab=route]")
    go_with(server, phone)
    phone.tap(f"[data-accept={TEAM}]")
    expect(phone.page.locator("[data-next]")).to_be_visible()
    tracks = server.services.field.tracks
    while not (noted := tracks.of_team(PLAN, TEAM)):
        phone.page.wait_for_timeout(100)
    assert noted[0].lon == (HERE if agrees else east(200))[0]


def test_refused_record_tells_why_and_holds_up_nothing(
    server: RunningServer, line: tuple[ThinLine, str], phone: Phone, tmp_path: Path
) -> None:
    open_once_with_signal(phone)
    phone.tap(f"[data-accept={TEAM}]")
    expect(phone.page.locator("[data-next]")).to_be_visible()
    line[0].is_down = True
    phone.page.evaluate(
        """async () => {
          const { openStore, lastAccount, uuid7 } = await import("/static/js/field_store.js");
          const store = await openStore((await lastAccount()).account_id);
          const time = { made_at: new Date().toISOString(), session: "s", uptime_s: 1 };
          const wrong = { record_id: uuid7(), kind: "arrive", plan_id: "never-planned", ...time };
          await store.addRecord(wrong, { label: "wrong" });
        }"""
    )
    phone.tap("[data-next] [data-arrive]")
    phone.tap("[data-tab=queue]")
    line[0].is_down = False
    phone.tap("[data-send]")
    refused = phone.page.locator("[data-record]", has=phone.page.locator("[data-item-state=refused]"))
    expect(refused).to_have_count(1, timeout=SENT_MS)
    expect(refused).to_contain_text("The server does not know what this is about")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(2, timeout=SENT_MS)


def cheat(
    phone: Phone, folder: Path, metres: float, accuracy_m: float, picture: bytes, at: datetime | None
) -> None:
    """Check in at the next stop, standing somewhere, with a picture of some age."""
    phone.stand(metres, accuracy_m)
    phone.tap("[data-next] a.field-row, [data-tab=route]")
    stop = phone.page.locator("[data-next]").get_attribute("data-stop")
    phone.page.goto(f"/field/en#stop/{stop}")
    phone.choose("outcome", "clear")
    path = folder / f"after-{len(picture)}.jpg"
    path.write_bytes(picture)
    if at is not None:
        os.utime(path, (at.timestamp(), at.timestamp()))
    phone.page.locator("[data-photo=after]").set_input_files(path)
    expect(phone.page.locator(".field-photo")).to_have_count(1)
    phone.tap("[data-stop-form] [type=submit]")
    expect(phone.page.locator("[data-stop-form]")).to_have_count(0)  # said, and kept on the phone
    expect(phone.page.locator(f"[data-next][data-stop={stop}]")).to_have_count(0)


def test_each_cheat_on_the_phone_raises_its_own_flag(
    server: RunningServer, phone: Phone, tmp_path: Path
) -> None:
    open_once_with_signal(phone)
    phone.tap(f"[data-accept={TEAM}]")
    expect(phone.page.locator("[data-next]")).to_be_visible()
    old = datetime.fromtimestamp(phone.seconds(), UTC) - timedelta(days=2)
    cheat(phone, tmp_path, 0, 0, jpeg(31, 300), None)  # a position without any error
    cheat(phone, tmp_path, 100 + 300, 8, jpeg(32, 310), None)
    cheat(phone, tmp_path, 400 - 200, 200, jpeg(31, 300), old)  # the first stop's picture once more
    chief = server.person(Role.SUPERVISOR)
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(4, timeout=SENT_MS)
    visits = chief.get("/api/v1/visits").json()["visits"]
    raised = {visit["stop_id"]: {doubt["flag"] for doubt in visit["doubts"]} for visit in visits}
    assert raised["stop-1"] == {"mock_position"}
    assert raised["stop-2"] - {"impossible_speed"} == {"outside_fence"}
    assert {"replayed_photo", "old_photo", "inaccurate_position"} <= raised["stop-3"]
