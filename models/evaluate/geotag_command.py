"""`python -m models.evaluate geotag`: simulated placements, and whether the claims about geotags hold."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge_agent.geolocate import GeolocateParams
from models.evaluate.geotag import GeotagFigures, Spread, simulate
from models.evaluate.geotag_cameras import FURTHEST_M


def geotag(
    placements: Annotated[int, typer.Option(min=100, help="How many bags are placed.")] = 2400,
    seed: Annotated[int, typer.Option(help="Another seed draws other cameras and bags.")] = 20261123,
    survey_sigma_m: Annotated[
        float, typer.Option(min=0, max=10, help="Offset of the map from which marks were read.")
    ] = GeolocateParams().survey_sigma_m,
    mark_sigma_m: Annotated[
        float, typer.Option(min=0, max=10, help="Error of each mark against the others.")
    ] = GeolocateParams().control_point_sigma_m,
    json_out: Annotated[Path | None, typer.Option("--json", help="Also write the figures as JSON.")] = None,
) -> None:
    """Simulate cameras, clicks and bags, and compare geotags with the truth."""
    params = GeolocateParams(survey_sigma_m=survey_sigma_m, control_point_sigma_m=mark_sigma_m)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("cameras", total=None)
        figures = simulate(placements, seed, params, lambda: progress.advance(task))
    if json_out is not None:
        json_out.write_text(json.dumps(figures.as_table(), indent=2) + "\n", encoding="utf-8")
    Console(width=100).print(_table(figures))


def _table(figures: GeotagFigures) -> Table:
    table = Table("", "median m", "95 % m", title=f"{figures.placements} bags within {FURTHEST_M:g} m")
    rows: tuple[tuple[str, Spread], ...] = (
        ("whole chain", figures.error),
        ("  plain 4-point homography", figures.plain_error),
        ("calibration alone", figures.calibration_error),
        ("  plain 4-point homography", figures.plain_calibration_error),
    )
    for name, spread in rows:
        table.add_row(name, f"{spread.median_m:.2f}", f"{spread.p95_m:.2f}")
    table.add_section()
    table.add_row("calibration's 95 % / plain's", "", f"{figures.calibration_ratio:.2f}")
    table.add_row("truth inside the 95 % ellipse", "", f"{figures.ellipse_coverage:.1%}")
    table.add_row("truth inside the 95 % circle", "", f"{figures.circle_coverage:.1%}")
    table.add_row("refused", "", str(figures.refused))
    return table
