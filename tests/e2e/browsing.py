"""What stories in the browser share: somebody signed in, a page that is ready, what it shows."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from map_server.entrypoints.http.security import SESSION_COOKIE
from tests.fakes.clock import NOON
from tests.running_server import RunningServer
from tests.seed import Agent
from wire_contract.vocabulary import EventKind

HERE = (121.5590, 31.2495)
"""Where the map opens."""


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
    spoken = page.locator(".pin").evaluate_all("pins => pins.map(pin => pin.getAttribute('aria-label'))")
    return [str(name) for name in spoken]


def states(server: RunningServer) -> dict[int, str]:
    listed = server.person().get("/api/v1/incidents").json()["incidents"]
    return {incident["number"]: incident["state"] for incident in listed}


def three_bags(server: RunningServer) -> None:
    box = agent(server)
    for number in range(3):
        at = (HERE[0] + 0.002 * number, HERE[1])
        box.report(EventKind.GARBAGE_DROP, at, NOON - timedelta(hours=3 - number), camera_id=f"cam-{number}")


def incident_id(server: RunningServer, number: int) -> str:
    listed = server.person().get("/api/v1/incidents").json()["incidents"]
    return next(str(incident["id"]) for incident in listed if incident["number"] == number)
