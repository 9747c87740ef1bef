"""Take the pictures of docs/pictures from the running program: sample ward, seeded finds, a planned patrol.

    make pictures

Look at them before they are committed.
"""

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from map_server.bootstrap.server import running_services
from map_server.config import Settings
from map_server.domain.account import Role
from map_server.domain.verdict import Decision, Opinion, RejectReason
from map_server.domain.ward_time import WARD_ZONE
from map_server.entrypoints.geodata_command import load_sample_ward
from map_server.entrypoints.http.app import create_app
from map_server.entrypoints.http.security import CSRF_HEADER, SESSION_COOKIE
from map_server.entrypoints.http.server import MapServer, listen
from map_server.entrypoints.services import Services
from map_server.services.accounts import NewAccount
from map_server.services.audit_desk import Auditor
from map_server.services.sign_in import SignedIn
from map_server.services.verdict_ports import QueueFilter
from tests.seed import seed_ward

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
STANDS_AT = {"longitude": 121.5552, "latitude": 31.2484, "accuracy": 6}
MAX_BYTES = 300_000
CONFIRMED, REJECTED = 14, 4
PLANNING_S = 60


@dataclass(frozen=True, slots=True)
class Stage:
    """The running program, with everything in it that the pictures show."""

    url: str
    session: SignedIn
    plan_id: str
    team_id: str


@contextmanager
def running_program(data_dir: Path) -> Iterator[tuple[str, Services]]:
    """Run the server on a free port of loopback."""
    with (
        running_services(Settings(data_dir=data_dir, port=0)) as services,
        listen("127.0.0.1", 0) as listener,
    ):
        server = MapServer(create_app(services))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", services
        finally:
            server.should_exit = True
            thread.join()


def set_stage(url: str, services: Services) -> Stage:
    """Load the ward, let devices report, decide some finds, plan a patrol."""
    load_sample_ward(services)
    token = services.accounts.renew_first_start_token()
    assert token is not None, "the data folder is not empty"
    account = services.accounts.accept_invitation(token, NewAccount("chen", "陈立", "seven lanes meet here"))
    session = services.sign_in.begin_session(account)
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        seed_ward(services, http, count=44)
        decide(services, Auditor(account.account_id, may_undo_others=account.role.covers(Role.SUPERVISOR)))
        http.headers[CSRF_HEADER] = session.session.csrf_token
        http.cookies.set(SESSION_COOKIE, session.token)
        plan_id = plan_patrol(services, http)
        routes = http.get(f"/api/v1/patrols/{plan_id}").json()["routes"]
    busiest = max(routes, key=lambda route: len(route["stops"]))
    return Stage(url, session, plan_id, busiest["team_id"])


def decide(services: Services, auditor: Auditor) -> None:
    """Confirm and reject the first finds of the queue."""
    reject = Opinion(decision=Decision.REJECT, reason=RejectReason.LIGHT_OR_SHADOW)
    entries = services.audit_desk.queue(auditor.account_id, QueueFilter(), CONFIRMED + REJECTED)
    for number, entry in enumerate(entries):
        opinion = Opinion(decision=Decision.CONFIRM) if number < CONFIRMED else reject
        services.audit_desk.decide(entry.incident_id, opinion, auditor, None)


def plan_patrol(services: Services, http: httpx.Client) -> str:
    """Plan tomorrow's patrol of all teams and wait until it stands."""
    shifts = [{"team_id": team.team_id} for team in services.teams.all()]
    tomorrow = services.clock.now().astimezone(WARD_ZONE).date() + timedelta(days=1)
    wanted = {"day": tomorrow.isoformat(), "shifts": shifts}
    answer = http.post("/api/v1/patrols", json=wanted).raise_for_status()
    plan_id = str(answer.json()["plan_id"])
    for _ in range(PLANNING_S):
        plan = http.get(f"/api/v1/patrols/{plan_id}").json()
        if plan["state"] == "ready":
            return plan_id
        time.sleep(1)
    raise SystemExit(f"take_screenshots: the patrol was not planned within {PLANNING_S} s")


@contextmanager
def opened(
    browser: Browser, stage: Stage, path: str, language: str, size: dict[str, int], theme: str = "light"
) -> Iterator[Page]:
    """Open a page as the person of the stage."""
    context = browser.new_context(
        base_url=stage.url,
        viewport=size,  # type: ignore[arg-type]
        is_mobile=size is PHONE,
        has_touch=size is PHONE,
        color_scheme=theme,  # type: ignore[arg-type]
        permissions=["geolocation"],
        geolocation=STANDS_AT,  # type: ignore[arg-type]
    )
    cookie = {"name": SESSION_COOKIE, "value": stage.session.token, "url": stage.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"/?lang={language}")
    page.goto(path)
    yield page
    context.close()


def save(page: Page, name: str) -> None:
    """Write a picture with 256 colours: enough for pages, and small enough for a repository."""
    page.wait_for_timeout(1500)
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    small = shot.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    path = PICTURES / f"{name}.png"
    small.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} KB")
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"take_screenshots: {path} is larger than {MAX_BYTES // 1000} KB")


def take_all(browser: Browser, stage: Stage) -> None:
    """Every picture in both languages; the team's route is taken once."""
    route = f"team/{stage.plan_id}/{stage.team_id}"
    for language, suffix in (("en", ""), ("zh", "-zh")):
        with opened(browser, stage, "/", language, DESK) as page:
            page.wait_for_selector("[data-live][data-ready=true]")
            page.click("[data-show-list]")
            page.click(".incident-list__item >> nth=2")
            page.wait_for_selector("[data-evidence]")
            save(page, f"map{suffix}")
        with opened(
            browser, stage, "/audit", language, DESK, "dark" if language == "en" else "light"
        ) as page:
            page.wait_for_selector("[data-desk][data-ready=true]")
            save(page, f"audit{suffix}")
        with opened(browser, stage, f"/patrols/{stage.plan_id}", language, DESK) as page:
            save(page, f"patrol{suffix}")
        with opened(browser, stage, f"/field/{language}#{route}", language, PHONE) as page:
            if route:
                page.click("[data-accept]")
            page.wait_for_selector("[data-next]")
            save(page, f"phone{suffix}")
            route = ""


def main() -> int:
    """Set the stage, take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("take_screenshots: no Chromium; run `apt-get install chromium fonts-noto-cjk`", file=sys.stderr)
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_program(Path(folder)) as (url, services):
        stage = set_stage(url, services)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
            take_all(browser, stage)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
