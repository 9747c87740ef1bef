"""A day in the field on a phone-sized Chromium: no signal, a killed browser, a line that loses requests."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from map_server.domain.account import Role
from map_server.domain.inspection import Result
from map_server.entrypoints.http.security import SESSION_COOKIE
from map_server.presentation.pages import front_end_is_built
from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.fakes.thin_line import ThinLine, thin_line
from tests.field_day import HERE, PLAN, TEAM, east, jpeg, load_sites, plan_day, sha256
from tests.running_server import RunningServer, running_server

pytestmark = pytest.mark.browser

FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SMALL_PHONE = {"width": 360, "height": 640}
SENT_MS = 90_000


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    if not front_end_is_built():
        pytest.skip("the front-end packages are not built: make map_server/presentation/static/vendor/.built")
    with sync_playwright() as started:
        yield started


class Phone:
    """One person's phone: a browser with a profile that outlives it."""

    def __init__(self, playwright: Playwright, profile: Path, url: str, cookie: str) -> None:
        self._playwright = playwright
        self._profile = profile
        self._cookie = cookie
        self.url = url
        self.context: BrowserContext | None = None
        self.page = self._start()

    def _start(self) -> Page:
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self._profile),
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, *FAKE_CAMERA],
            viewport=SMALL_PHONE,  # type: ignore[arg-type]
            is_mobile=True,
            has_touch=True,
            locale="en-US",
            base_url=self.url,
            permissions=["geolocation"],
            geolocation={"longitude": HERE[0], "latitude": HERE[1], "accuracy": 8},
        )
        week_s = 7 * 86400
        self.context.add_cookies(
            [
                {
                    "name": SESSION_COOKIE,
                    "value": self._cookie,
                    "url": self.url,
                    "expires": self.seconds() + week_s,
                }
            ]
        )
        self.page = self.context.pages[0]
        return self.page

    def seconds(self) -> float:
        """The time of the machine, which is the phone's."""
        assert self.context is not None
        return float(self.context.pages[0].evaluate("Date.now()")) / 1000

    def open(self, view: str = "route") -> None:
        self.page.goto(f"/field/en#{view}")
        expect(self.page.locator("[data-field]")).to_have_attribute("data-ready", "true")

    def stand(self, metres: float, accuracy_m: float = 8) -> None:
        assert self.context is not None
        lon, lat = east(metres)
        self.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy_m})

    def kill(self) -> None:
        """End the browser's processes as a phone without power does; they are known by their profile."""
        own = f"--user-data-dir={self._profile}"
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                is_own = own in (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:  # it has ended
                continue
            if is_own:
                os.kill(int(entry.name), signal.SIGKILL)

    def start_again(self) -> None:
        (self._profile / "SingletonLock").unlink(missing_ok=True)
        self._start()

    def tap(self, selector: str) -> None:
        self.page.locator(selector).tap()

    def take(self, role: str, content: bytes, folder: Path) -> None:
        path = folder / f"{role}-{len(content)}.jpg"
        path.write_bytes(content)
        before = self.page.locator(".field-photo").count()
        self.page.locator(f"[data-photo={role}]").set_input_files(path)
        expect(self.page.locator(".field-photo")).to_have_count(before + 1)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f".field-choice:has(input[name={name}][value={value}])").tap()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "data") as running:
        yield running


@pytest.fixture
def line(server: RunningServer) -> Iterator[tuple[ThinLine, str]]:
    with thin_line(server.url) as opened:
        yield opened


StartPhone = Callable[[], Phone]


@pytest.fixture
def phone(
    playwright: Playwright, server: RunningServer, line: tuple[ThinLine, str], tmp_path: Path
) -> Iterator[Phone]:
    """A phone whose owner logged in with signal; the server's clock goes with the phone's."""
    cookie = server.person(Role.PATROL).cookies[SESSION_COOKIE]
    started = Phone(playwright, tmp_path / "profile", line[1], cookie)
    go_with(server, started)
    load_sites(server, tmp_path)
    plan_day(server)
    # the person was invited at the test clock's noon: log in anew at the phone's time
    started._cookie = server.person(Role.PATROL).cookies[SESSION_COOKIE]
    assert started.context is not None
    started.context.add_cookies(
        [
            {
                "name": SESSION_COOKIE,
                "value": started._cookie,
                "url": line[1],
                "expires": started.seconds() + 86400,
            }
        ]
    )
    yield started
    if started.context is not None:
        started.context.close()


def go_with(server: RunningServer, phone: Phone) -> None:
    server.clock.wall = datetime.fromtimestamp(phone.seconds(), UTC)


def open_once_with_signal(phone: Phone) -> None:
    phone.open()
    expect(phone.page.locator(f"[data-accept={TEAM}]")).to_be_visible()
    phone.page.evaluate(
        """() => navigator.serviceWorker.controller ? null : new Promise((done) =>
             navigator.serviceWorker.addEventListener("controllerchange", () => done(null)))"""
    )


def work_without_signal(phone: Phone, folder: Path) -> None:
    """Take the route, arrive, two pictures, the result, a find."""
    phone.tap(f"[data-accept={TEAM}]")
    phone.tap("[data-next] [data-arrive]")
    expect(phone.page.locator("[data-stop-form]")).to_be_visible()
    phone.take("before", jpeg(21, 640), folder)
    phone.choose("outcome", "clear")
    phone.take("after", jpeg(22, 800), folder)
    phone.tap("[data-stop-form] [type=submit]")
    expect(phone.page.locator("[data-next][data-stop=stop-2]")).to_be_visible()
    phone.tap("[data-tab=find]")
    phone.stand(15)
    phone.choose("find_kind", "garbage_drop")
    phone.take("find", jpeg(23, 720), folder)
    phone.tap("[data-find-form] [type=submit]")
    expect(phone.page.locator("[data-count=queue]")).to_have_text("4")


def expect_all_arrived_once(server: RunningServer, phone: Phone) -> None:
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(4, timeout=SENT_MS)
    chief = server.person(Role.SUPERVISOR)
    kinds = {"kind": ["accept", "arrive", "result", "find"]}
    visits = chief.get("/api/v1/visits", params=kinds).json()["visits"]
    by_arrival = sorted(visits, key=lambda visit: visit["received_at"])
    assert [visit["doubts"] for visit in by_arrival] == [[]] * 4
    details = [chief.get(f"/api/v1/visits/{visit['record_id']}").json() for visit in visits]
    in_order = sorted(details, key=lambda visit: visit["sequence"])
    assert [visit["kind"] for visit in in_order] == ["accept", "arrive", "result", "find"]
    assert [visit["made_at"] for visit in in_order] == sorted(visit["made_at"] for visit in in_order)
    for visit in in_order[2:]:
        assert visit["photos"] == visit["photos_here"] == (2 if visit["kind"] == "result" else 1)
        for picture in visit["pictures"]:
            content = chief.get(f"/api/v1/evidence/{picture['kept_sha256']}")
            assert sha256(content.content) == picture["kept_sha256"]  # what the camera wrote in is taken out
            assert picture["received_at"] is not None  # given only where the sent bytes had the named hash
    (inspection,) = server.services.sites.history("DP-0").inspections
    assert (inspection.result, len(inspection.photos)) == (Result.CLEAR, 2)
    assert len(chief.get("/api/v1/incidents").json()["incidents"]) == 1
    assert server.services.patrols.show(PLAN).stops[0].done_at is not None


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
