"""The system's Chromium, watched: a console error, a failed request or one to another host fails the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from map_server.domain.account import Role
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.e2e.chromium import ARGUMENTS, CHROMIUM, need_chromium
from tests.e2e.field_phone import Phone, go_with
from tests.fakes.thin_line import ThinLine, thin_line
from tests.field_day import load_sites, plan_day
from tests.running_server import RunningServer, running_server

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: Playwright keeps an event loop running, which later modules would meet."""
    need_chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "data") as running:
        yield running


class Watch:
    """Writes down what must not happen on a page."""

    def __init__(self, own_host: str) -> None:
        self.own_host = own_host
        self.troubles: list[str] = []
        self.expected: set[int] = set()

    def page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        is_expected = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in {"error", "warning"} and not is_expected:
            self.troubles.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self.own_host:
            self.troubles.append(f"request to another host: {request.url}")


OpenPage = Callable[..., Page]


@pytest.fixture
def watch(server: RunningServer) -> Iterator[Watch]:
    watching = Watch(urlsplit(server.url).netloc)
    yield watching
    assert watching.troubles == []


@pytest.fixture
def open_page(browser: Browser, server: RunningServer, watch: Watch) -> Iterator[OpenPage]:
    """Give pages of fresh contexts, `open_page(size=PHONE, locale="zh-CN")`; they close before the server."""
    contexts: list[BrowserContext] = []

    def opened(size: dict[str, int] = DESK, locale: str = "en-US", **options: object) -> Page:
        is_phone = size is PHONE
        context = browser.new_context(
            base_url=server.url,
            viewport=size,  # type: ignore[arg-type]
            locale=locale,
            has_touch=is_phone,
            is_mobile=is_phone,
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        watch.page(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For browsers with a profile of their own; never in one module with `browser`."""
    need_chromium()
    with sync_playwright() as started:
        yield started


@pytest.fixture
def line(server: RunningServer) -> Iterator[tuple[ThinLine, str]]:
    with thin_line(server.url) as opened:
        yield opened


@pytest.fixture
def phone(
    playwright: Playwright, server: RunningServer, line: tuple[ThinLine, str], tmp_path: Path
) -> Iterator[Phone]:
    """A phone whose owner logged in with signal; the server's clock goes with the phone's."""
    started = Phone(playwright, tmp_path / "profile", line[1])
    go_with(server, started)
    load_sites(server, tmp_path)
    plan_day(server)
    started.log_in(server.person(Role.PATROL).cookies[SESSION_COOKIE])
    yield started
    started.close()
