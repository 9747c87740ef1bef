"""The folium map asks nobody else for anything, and its inline blocks carry the nonce."""

import re

import folium.plugins
import pytest

from map_server.presentation.map_page import LocalMap, MapView, foreign_addresses, map_parts, parts_of

PARTS = map_parts(MapView(lon=121.56, lat=31.25, zoom=16), nonce="n0nce")
WHOLE = PARTS.head + PARTS.body + PARTS.script


def test_map_names_no_other_host() -> None:
    assert foreign_addresses(WHOLE) == []


def test_every_inline_block_has_the_nonce() -> None:
    blocks = re.findall(r"<(?:script|style)[^>]*>", WHOLE)
    assert len(blocks) >= 4
    assert all('nonce="n0nce"' in block for block in blocks)


def test_nothing_is_written_into_attributes_that_the_policy_forbids() -> None:
    assert not re.search(r"""\s(?:style|on\w+)\s*=\s*["']""", WHOLE)


def test_readers_may_zoom_the_page() -> None:
    assert "user-scalable" not in WHOLE


def test_page_module_finds_the_map_under_its_name() -> None:
    assert "var map_lilong = L.map(" in PARTS.script
    assert "[31.25, 121.56]" in PARTS.script


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example.com/x.js">', ["https://cdn.example.com/x.js"]),
        ('<link href="//fonts.example.org/a.css">', ["//fonts.example.org/a.css"]),
        ('<a href="/static/x.js?v=1">', []),
        ('<svg xmlns="http://www.w3.org/2000/svg">', []),  # a name, never fetched
    ],
)
def test_foreign_addresses_are_seen(text: str, found: list[str]) -> None:
    assert foreign_addresses(text) == found


class MapWithHeat(LocalMap):
    """A map to which somebody has added a plugin as it comes."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        folium.plugins.HeatMap([(31.25, 121.56)]).add_to(self)


def test_plugin_with_assets_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="would load https://"):
        parts_of(MapWithHeat(MapView()), nonce="n")
