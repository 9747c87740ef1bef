"""A supervisor looks at what was walked of a plan: on the plan's page, and on the map of the week."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import shapely
from playwright.sync_api import expect

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.patrol_plan import Route
from map_server.domain.plane import LocalPlane
from map_server.domain.track import TrackedFix, TrackSource
from map_server.domain.track_match import TrackFix
from map_server.entrypoints.geodata_command import load_sample_ward
from tests.e2e.conftest import PHONE, OpenPage
from tests.e2e.test_sites_in_browser import SLOW_MS, opened
from tests.integration.map_server.test_patrols_http import planned
from tests.running_server import RunningServer


def fixes_along(route: Route, share: float) -> Iterator[TrackFix]:
    """Walk the first part of a route's way, a fix each ten seconds."""
    plane = LocalPlane(route.start)
    course = shapely.LineString([plane.xy_m(point) for leg in route.legs for point in leg])
    for step in range(int(course.length * share / 10)):
        place = course.interpolate(10.0 * step)
        yield TrackFix(
            *plane.lonlat(place.x, place.y), 5.0, route.starts_at + timedelta(seconds=10 * step / 1.2)
        )


def walk(server: RunningServer, plan_id: str, shares: dict[str, float]) -> datetime:
    """Let teams walk a part of their ways; gives the end of the last route."""
    with server.services.read() as work:
        routes = work.patrols.routes(plan_id)
    tracked = [
        TrackedFix(fix, f"person:{route.team_id}", TrackSource.PAGE, plan_id, route.team_id, route.ends_at)
        for route in routes
        for fix in fixes_along(route, shares.get(route.team_id, 0.0))
    ]
    with SqlUnitsOfWork(server.services.engine, server.clock, committed=lambda _: None)() as work:
        work.tracks.add(tracked)
        work.commit()
    return max(route.ends_at for route in routes)


def test_walked_and_missed_ways_of_the_week_are_on_the_map(
    server: RunningServer, open_page: OpenPage
) -> None:
    load_sample_ward(server.services)
    plan_id = planned(server.person(Role.SUPERVISOR))["plan_id"]
    ends_at = walk(server, plan_id, {"A": 0.6})
    server.clock.advance((ends_at - server.clock.now()).total_seconds() + 60)
    server.services.street.walks.catch_up()
    page = opened(server, open_page, f"/patrols/{plan_id}?lang=en", Role.SUPERVISOR)
    expect(page.locator("[data-route=A] [data-walked]")).to_contain_text("walked")
    expect(page.locator("[data-route=B] [data-walked]")).to_have_text("no track yet")
    page.goto("/patrols/completion")
    expect(page.locator("[data-completion][data-shown]")).to_be_attached(timeout=SLOW_MS)
    expect(page.locator(".leaflet-ways-pane path")).to_have_count(2)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
