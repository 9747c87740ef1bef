"""Draws the sample ward (needs matplotlib): `python -m geodata.draw_ward OUT.png [--zoom LON LAT METRES]`."""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

FOLDER = Path(__file__).parent / "sample_ward"
USE_COLOURS = {"water": "#a9cfe4", "park": "#c6e0b4", "garden": "#c6e0b4", "sports": "#d5e6c4"}
RANKS = {"arterial": ("#ffffff", 5.0), "street": ("#ffffff", 3.0), "lane": ("#ffffff", 1.6)}
INNER = ("#d8d2c8", 0.7)
SITES = {
    "drop_points": ("#2b7a78", "o", 7),
    "bin_houses": ("#17424a", "s", 14),
    "structure_points": ("#7b4fb5", "D", 6),
}


class Picture:
    """Draws layer over layer, in the order of the calls."""

    def __init__(self, axes: Axes, scale: float) -> None:
        self._axes = axes
        self._scale = scale
        self._order = 1

    def polygons(self, layer: str, face: str, edge: str = "none", width: float = 0.3, only: str = "") -> None:
        """Fill the polygons of a layer, those with a known use in its colour."""
        self._order += 1
        for feature in _features(layer):
            use = str(feature["properties"].get("use", ""))
            if only in ("", use):
                face_colour, ring = USE_COLOURS.get(use, face), feature["geometry"]["coordinates"][0]
                shape = PolyCollection(
                    [ring], facecolors=face_colour, edgecolors=edge, linewidths=width, zorder=self._order
                )
                self._axes.add_collection(shape)

    def streets(self) -> None:
        """Draw the ways, wide ones last."""
        self._order += 1
        for feature in sorted(_features("streets"), key=lambda one: one["properties"]["rank"], reverse=True):
            colour, width = RANKS.get(feature["properties"]["rank"], INNER)
            line = [feature["geometry"]["coordinates"]]
            self._axes.add_collection(
                LineCollection(line, colors=colour, linewidths=width * self._scale, zorder=self._order)
            )

    def points(self, layer: str, colour: str, marker: str, size: float) -> None:
        """Mark the points of a layer."""
        self._order += 1
        lons, lats = zip(*(feature["geometry"]["coordinates"] for feature in _features(layer)), strict=True)
        area = size * self._scale
        self._axes.scatter(lons, lats, s=area, c=colour, marker=marker, zorder=self._order, linewidths=0)


def _features(layer: str) -> list[Any]:
    features: list[Any] = json.loads((FOLDER / f"{layer}.geojson").read_text(encoding="utf-8"))["features"]
    return features


def draw(path: Path, zoom: tuple[float, float, float] | None) -> None:
    """Draw all layers, or `zoom` = lon, lat, half-width in metres."""
    figure, axes = plt.subplots(figsize=(14, 12), dpi=110)
    axes.set_facecolor("#dcd8d0")
    picture = Picture(axes, 1.0 if zoom is None else 900 / zoom[2])
    picture.polygons("ward", "#eeebe4", "#777777", 1.0)
    picture.polygons("greens_and_water", "#e4ddd0")
    picture.polygons("compounds", "#f7f4ee", "#cfc8bb")
    picture.polygons("greens_and_water", "none", only="garden")
    picture.polygons("fire_lanes", "#f0b7ad")
    picture.streets()
    picture.polygons("buildings", "#c9c1b2")
    picture.polygons("grids", "none", "#c2574a", 0.9)
    for layer, (colour, marker, size) in SITES.items():
        picture.points(layer, colour, marker, size)
    axes.set_aspect(1 / math.cos(math.radians(31.25)))
    axes.autoscale()
    if zoom is not None:
        lon, lat, reach_m = zoom
        axes.set_xlim(lon - reach_m / 95_000, lon + reach_m / 95_000)
        axes.set_ylim(lat - reach_m / 111_000, lat + reach_m / 111_000)
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Draw the sample ward")
    parser.add_argument("out", type=Path)
    parser.add_argument("--zoom", nargs=3, type=float, metavar=("LON", "LAT", "METRES"))
    arguments = parser.parse_args()
    draw(arguments.out, tuple(arguments.zoom) if arguments.zoom else None)


if __name__ == "__main__":
    main()
