"""The map of a page, rendered by folium with every asset from this server and a nonce on every inline block.

Folium writes the Leaflet set-up; the page's own module finds the map as `window.map_lilong` and fills it.
A page with a map puts `{{ map.head }}` into the block `head`, `{{ map.body }}` into the content and
`{{ map.script }}` before its own module (see live.html).
"""

import re
from dataclasses import dataclass

import branca.element
import folium
from markupsafe import Markup

from map_server.presentation.pages import static_url

MAP_ID = "lilong"
MIN_ZOOM = 11
MAX_ZOOM = 21
LEAFLET_JS = "vendor/leaflet/dist/leaflet.js"
LEAFLET_CSS = "vendor/leaflet/dist/leaflet.css"


@dataclass(frozen=True, slots=True)
class MapView:
    """Where a map opens: centre in WGS 84 degrees and Leaflet's zoom."""

    lon: float = 121.559
    lat: float = 31.2495
    zoom: int = 15


@dataclass(frozen=True, slots=True)
class MapParts:
    """The pieces of a folium map, each for its place in a page."""

    head: Markup
    body: Markup
    script: Markup


class LocalMap(folium.Map):
    """folium.Map that asks no other host for anything; of its default assets only Leaflet is needed."""

    def __init__(self, view: MapView) -> None:
        super().__init__(
            location=(view.lat, view.lon),
            zoom_start=view.zoom,
            tiles=None,
            min_zoom=MIN_ZOOM,
            zoom_control="bottomright",
            control_scale=True,
            maxZoom=MAX_ZOOM,
            minZoom=MIN_ZOOM,
            zoomSnap=0.25,
            attributionControl=False,
        )
        self._id = MAP_ID
        self.default_js = [("leaflet", static_url(LEAFLET_JS))]
        self.default_css = [("leaflet_css", static_url(LEAFLET_CSS))]


def map_parts(view: MapView, nonce: str) -> MapParts:
    """Render an empty map."""
    return parts_of(LocalMap(view), nonce)


def parts_of(local_map: LocalMap, nonce: str) -> MapParts:
    """Render a map.

    Raises:
        ValueError: a folium element brought an address of another host.
    """
    figure = local_map.get_root()
    assert isinstance(figure, branca.element.Figure)
    figure.render()
    head, body, script = figure.header.render(), figure.html.render(), figure.script.render()
    if foreign := foreign_addresses(head + body + script):
        raise ValueError(f"the map would load {foreign[0]}; serve it from static/vendor")
    head = re.sub(r'<meta name="viewport".*?/>', "", head, flags=re.DOTALL)  # folium's forbids zooming in
    return MapParts(
        head=Markup(_with_nonce(head, nonce)),  # noqa: S704 - folium's own text, checked above; no foreign strings
        body=Markup(body),  # noqa: S704
        script=Markup(f'<script nonce="{nonce}">{script}</script>'),  # noqa: S704
    )


def foreign_addresses(text: str) -> list[str]:
    """Every address in a page that names a host, except XML namespaces."""
    found: list[str] = re.findall(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s"'<>)]*""", text)
    return [address for address in found if "www.w3.org" not in address]


def _with_nonce(text: str, nonce: str) -> str:
    return re.sub(r"<(script|style)(?=[\s>])", rf'<\1 nonce="{nonce}"', text)
