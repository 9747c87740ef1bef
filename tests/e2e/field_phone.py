"""One person's phone for tests: a small Chromium with a profile that outlives it, and a day's work on it."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, expect

from map_server.domain.account import Role
from map_server.domain.inspection import Result
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.e2e.chromium import ARGUMENTS, CHROMIUM
from tests.field_day import HERE, PLAN, TEAM, east, jpeg, sha256
from tests.running_server import RunningServer

FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SMALL_PHONE = {"width": 360, "height": 640}
SENT_MS = 90_000


class Phone:
    """One person's phone: a browser with a profile that outlives it."""

    def __init__(self, playwright: Playwright, profile: Path, url: str) -> None:
        self._playwright = playwright
        self._profile = profile
        self._cookie: str | None = None
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
        self.page = self.context.pages[0]
        if self._cookie is not None:
            self.log_in(self._cookie)  # cookies are on the disk half a minute late
        return self.page

    def log_in(self, cookie: str) -> None:
        """Take on a person's session for a week."""
        assert self.context is not None
        self._cookie = cookie
        ends = self.seconds() + 7 * 86400
        self.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": cookie, "url": self.url, "expires": ends}]
        )

    def seconds(self) -> float:
        """The time of the machine, which is the phone's."""
        assert self.context is not None
        return float(self.context.pages[0].evaluate("Date.now()")) / 1000

    def another(self, profile: Path) -> "Phone":
        """Give a second phone of the same person, with nothing on it."""
        assert self._cookie is not None
        other = Phone(self._playwright, profile, self.url)
        other.log_in(self._cookie)
        return other

    def open(self, view: str = "route") -> None:
        self.page.goto(f"/field/en#{view}")
        expect(self.page.locator("[data-field]")).to_have_attribute("data-ready", "true")

    def stand(self, metres: float, accuracy_m: float = 8) -> None:
        assert self.context is not None
        lon, lat = east(metres)
        self.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy_m})

    def close(self) -> None:
        if self.context is not None:
            self.context.close()

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
