"""A supervisor closes streets on the map: by an area, by keys alone, by name; and opens them again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from map_server.domain.account import Role
from tests.e2e.conftest import PHONE, OpenPage
from tests.e2e.test_sites_in_browser import SLOW_MS, opened
from tests.osm_town import at, write_town
from tests.running_server import RunningServer

CLOSURES = "/api/v1/closures"
AROUND_THE_MIDDLE = [at(40, -12), at(60, -12), at(60, 12), at(40, 12)]


@pytest.fixture
def town(server: RunningServer, tmp_path: Path) -> RunningServer:
    server.services.street.streets.load(write_town(tmp_path / "town.osm"), "person:1")
    return server


def streets_shown(town: RunningServer, open_page: OpenPage, **how: Any) -> Page:
    page = opened(town, open_page, "/streets?lang=en", Role.SUPERVISOR, **how)
    expect(page.locator("[data-streets][data-ready]")).to_be_attached(timeout=SLOW_MS)
    return page


def click_corners(page: Page, corners: Sequence[tuple[float, float]]) -> None:
    for lon, lat in corners:
        x, y = page.evaluate(
            "([lon, lat]) => Object.values(map_lilong.latLngToContainerPoint([lat, lon]))", [lon, lat]
        )
        page.locator(".leaflet-container").click(position={"x": x, "y": y})


def closed(town: RunningServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.person().get(CLOSURES).json()["closures"]
    return found


def names(town: RunningServer, segment_ids: Sequence[str]) -> set[str]:
    features = town.person().get("/api/v1/streets/segments.geojson").json()["features"]
    return {one["properties"]["name_zh"] for one in features if one["id"] in segment_ids}


def test_area_drawn_on_the_map_closes_the_streets_that_it_touches_until_somebody_ends_it(
    town: RunningServer, open_page: OpenPage
) -> None:
    page = streets_shown(town, open_page)
    page.get_by_role("button", name="Draw an area").click()
    expect(page.get_by_role("button", name="Finish the area")).to_be_disabled()
    click_corners(page, [*AROUND_THE_MIDDLE, at(0, 50)])
    page.get_by_role("button", name="Take a corner back").click()
    page.get_by_role("button", name="Finish the area").click()
    expect(page.locator("[data-chosen]")).to_contain_text("1 segments chosen, 100 m")
    page.get_by_label("Why is it closed?").fill("street market")
    page.get_by_label("Until (empty: until ended)").fill("2030-01-01T06:00")
    page.get_by_role("button", name="Close these streets").click()
    expect(page.locator(".closure")).to_contain_text("by area", timeout=SLOW_MS)
    (closure,) = closed(town)
    assert names(town, closure["segment_ids"]) == {"中街"}
    assert closure["until"].startswith("2029-12-31T22:00"), "typed in the ward's time"
    page.get_by_role("button", name="End the closure").click()
    expect(page.get_by_text("No street is closed.")).to_be_visible(timeout=SLOW_MS)
    assert closed(town) == []


def test_area_is_drawn_with_the_keys_alone(town: RunningServer, open_page: OpenPage) -> None:
    page = streets_shown(town, open_page)
    page.get_by_role("button", name="Draw an area").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-container")).to_be_focused()
    for lon, lat in AROUND_THE_MIDDLE:
        page.evaluate("([lon, lat]) => map_lilong.setView([lat, lon], 18, { animate: false })", [lon, lat])
        page.keyboard.press("Enter")
    expect(page.locator("[data-corners-count]")).to_have_text("4 corners")
    page.keyboard.press("Backspace")
    expect(page.locator("[data-corners-count]")).to_have_text("3 corners")
    page.get_by_role("button", name="Finish the area").press("Enter")
    expect(page.locator("[data-chosen]")).to_contain_text("1 segments chosen")


def test_street_is_chosen_by_its_name_on_a_phone(town: RunningServer, open_page: OpenPage) -> None:
    page = streets_shown(town, open_page, size=PHONE)
    page.locator("[data-by-name] > summary").click()
    page.get_by_label("Name of the street").fill("nowhere")
    expect(page.get_by_text("No street has this name.")).to_be_visible()
    page.get_by_label("Name of the street").fill("东弄")
    page.get_by_role("checkbox", name="东弄").check()
    page.get_by_label("Why is it closed?").fill("pipe burst")
    page.get_by_role("button", name="Close these streets").click()
    expect(page.locator(".closure")).to_contain_text("pipe burst", timeout=SLOW_MS)
    (closure,) = closed(town)
    assert names(town, closure["segment_ids"]) == {"东弄"}
