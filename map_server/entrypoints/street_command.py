"""`map-server load-streets`: the streets of a file in the place of those before."""

from pathlib import Path

import typer
from rich.console import Console

from map_server.domain.datum import Datum
from map_server.domain.errors import InvalidInput
from map_server.domain.street import TravelMode
from map_server.entrypoints.services import Services
from map_server.services.street_ports import Box
from map_server.services.streets import StreetsLoaded

_SYSTEM = "system"


def load_streets(services: Services, path: Path, box: str | None, datum: Datum | None) -> None:
    """Load a file, and say what became of it. Raises InvalidInput; then the old streets stay."""
    with Console(stderr=True).status("reading") as status:
        loaded = services.street.streets.load(
            path,
            _SYSTEM,
            _box(box),
            datum,
            lambda count: status.update(f"reading: {count} ways"),
        )
    for line in _lines(loaded):
        typer.echo(line)


def _box(text: str | None) -> Box | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidInput(f"--box {text}: give west,south,east,north in degrees") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidInput(f"--box {text}: west must lie west of east, and south south of north")
    return west, south, east, north


def _lines(loaded: StreetsLoaded) -> list[str]:
    layer, figures = loaded.layer, loaded.figures
    became = "loaded" if loaded.is_changed else "unchanged since they were loaded"
    lines = [
        f"streets: {layer.feature_count} ways, {figures.segments} segments, {became} ({layer.source})",
        *(f"{mode}: {_km(figures.usable_m[mode])}{_aside(figures.aside_m[mode])}" for mode in TravelMode),
    ]
    if layer.attribution or layer.licence:
        day = f", data of {layer.data_at:%Y-%m-%d}" if layer.data_at else ""
        said = ", ".join(part for part in (layer.attribution, layer.licence) if part)
        lines.append(f"source: {said}{day}; shown on the map")
    if loaded.lies_in_ward is False:
        lines.append(
            "note: these streets lie outside of the loaded ward; nothing there can be planned on them"
        )
    return lines


def _km(metres: float) -> str:
    return f"{metres / 1000:.1f} km"


def _aside(metres: float) -> str:
    return f", {_km(metres)} of it connected to nothing and left aside" if metres >= 50 else ""
