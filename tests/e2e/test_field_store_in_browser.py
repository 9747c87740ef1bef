"""A phone whose store gets full: it says so before, refuses pictures in plain words, and loses nothing."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import CDPSession, expect

from map_server.domain.account import Role
from tests.e2e.field_phone import SENT_MS, Phone, go_with, open_once_with_signal
from tests.fakes.thin_line import ThinLine
from tests.field_day import TEAM
from tests.running_server import RunningServer

pytestmark = pytest.mark.browser

MB = 1_000_000
ROOM = "[data-room]"
RESERVE = 12 * MB


class Disk:
    """How much of its disk the browser gives to the page. It counts anew only when it must: set it first."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        assert phone.context is not None
        self._devtools: CDPSession = phone.context.new_cdp_session(phone.page)

    def used(self) -> int:
        return int(self._phone.page.evaluate("async () => (await navigator.storage.estimate()).usage"))

    def wait(self, least: int = 0, most: int = 1_000 * MB) -> None:
        """Wait until so much is used."""
        self._phone.page.wait_for_function(
            """async ([least, most]) => {
              const { usage } = await navigator.storage.estimate();
              return usage >= least && usage <= most;
            }""",
            arg=[least, most],
        )

    def give(self, quota: int) -> None:
        """Let the page keep so many bytes in all."""
        self._devtools.send("Storage.overrideQuotaForOrigin", {"origin": self._phone.url, "quotaSize": quota})


@pytest.fixture
def disk(phone: Phone) -> Disk:
    return Disk(phone)


def noisy_jpeg(size_px: int = 1600) -> bytes:
    """A picture that is still 2 MB large when the page has made it anew."""
    out = io.BytesIO()
    Image.frombytes("RGB", (size_px, size_px), os.urandom(size_px**2 * 3)).save(out, "JPEG", quality=80)
    return out.getvalue()


def walk_to_first_stop(phone: Phone, thin: ThinLine) -> None:
    open_once_with_signal(phone)
    phone.tap(f"[data-accept={TEAM}]")
    expect(phone.page.locator("[data-next]")).to_be_visible()
    phone.tap("[data-tab=queue]")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(1, timeout=SENT_MS)
    thin.is_down = True
    phone.tap("[data-tab=route]")
    phone.tap("[data-next] [data-arrive]")
    expect(phone.page.locator("[data-stop-form]")).to_be_visible()


def fill_until_scarce(phone: Phone, thin: ThinLine, disk: Disk, folder: Path) -> int:
    """Take pictures at a stop without signal until the page has something to say; gives how many."""
    disk.give(RESERVE + 4 * MB)
    walk_to_first_stop(phone, thin)
    disk.wait(least=RESERVE)
    expect(phone.page.locator(ROOM)).to_be_empty()
    taken = 0
    while phone.page.locator(ROOM).text_content() == "":
        phone.take("before", noisy_jpeg(), folder)
        taken += 1
        assert taken < 8
    return taken


def test_phone_says_that_room_is_scarce_then_refuses_pictures_and_keeps_records(
    server: RunningServer, line: tuple[ThinLine, str], phone: Phone, disk: Disk, tmp_path: Path
) -> None:
    thin, _ = line
    taken = fill_until_scarce(phone, thin, disk, tmp_path)
    # said in the form that is open, while there is room yet, and the picture for which it was short is kept
    expect(phone.page.locator(ROOM)).to_contain_text("nearly full")
    expect(phone.page.locator("[data-photo=before]")).to_be_enabled()

    # somebody's film fills the disk: what the page has left is less than its reserve
    disk.give(disk.used() - 5 * MB)
    count = phone.page.locator(".field-photo").count()
    path = tmp_path / "one-too-many.jpg"
    path.write_bytes(noisy_jpeg())
    phone.page.locator("[data-photo=after]").set_input_files(path)
    expect(phone.page.locator("[data-toasts]")).to_contain_text("the picture was not kept")
    expect(phone.page.locator(ROOM)).to_contain_text("storage is full")
    expect(phone.page.locator("[data-photo=after]")).to_be_disabled()
    expect(phone.page.locator(".field-photo")).to_have_count(count)  # those before it are still here
    phone.choose("outcome", "clear")
    phone.tap("[data-stop-form] [type=submit]")  # the last room is for what is written down
    expect(phone.page.locator("[data-next][data-stop=stop-2]")).to_be_visible()
    before = disk.used()

    phone.tap("[data-tab=queue]")
    go_with(server, phone)
    thin.is_down = False
    phone.tap("[data-send]")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(3, timeout=SENT_MS)
    (visit,) = server.person(Role.SUPERVISOR).get("/api/v1/visits").json()["visits"]
    assert visit["photos_here"] == taken
    disk.wait(most=before - 2 * MB)
    disk.give(RESERVE + 8 * MB)
    phone.page.goto("/field/en#stop/stop-2")
    phone.page.reload()
    expect(phone.page.locator(ROOM)).to_be_empty()
    phone.take("after", noisy_jpeg(), tmp_path)


def test_record_that_finds_no_room_at_all_is_said_and_may_be_pressed_again(
    line: tuple[ThinLine, str], phone: Phone, disk: Disk, tmp_path: Path
) -> None:
    thin, _ = line
    taken = fill_until_scarce(phone, thin, disk, tmp_path)
    phone.choose("outcome", "clear")
    disk.give(MB)
    path = tmp_path / "one-too-many.jpg"
    path.write_bytes(noisy_jpeg())
    phone.page.locator("[data-photo=after]").set_input_files(path)
    toasts = phone.page.locator("[data-toasts]")
    expect(toasts).to_contain_text("the picture was not kept")
    phone.tap("[data-stop-form] [type=submit]")
    expect(toasts).to_contain_text("this was not kept")
    expect(phone.page.locator(".field-photo")).to_have_count(taken)
    disk.give(100 * MB)
    phone.tap("[data-stop-form] [type=submit]")  # not stuck
    expect(phone.page.locator("[data-next][data-stop=stop-2]")).to_be_visible()
    thin.is_down = False
    phone.tap("[data-tab=queue]")
    phone.tap("[data-send]")
    expect(phone.page.locator("[data-item-state=kept]")).to_have_count(3, timeout=SENT_MS)


def test_picture_that_is_left_out_gives_its_room_back(
    line: tuple[ThinLine, str], phone: Phone, disk: Disk, tmp_path: Path
) -> None:
    walk_to_first_stop(phone, line[0])
    disk.wait(least=RESERVE)
    before = disk.used()
    phone.take("before", noisy_jpeg(), tmp_path)
    disk.wait(least=before + MB)
    phone.tap(".field-photo")
    expect(phone.page.locator(".field-photo")).to_have_count(0)
    disk.wait(most=before + MB)
