"""`python -m models.evaluate parked-vehicles`: scores the fire lane rule on published detections."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from models.evaluate import parked_vehicles
from models.evaluate.parked_vehicles import ParkedScore


def parked(
    data: Annotated[Path, typer.Option(help="The unpacked archive, with parked/ and normal/.")],
    alarm_after_s: Annotated[float, typer.Option(min=1.0, help="Dwell of the rule in seconds.")] = 10.0,
) -> None:
    """Replay the published detections of parked vehicles and score the fire lane rule."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("sequences", total=len(parked_vehicles.sequences(data)))
        scores = parked_vehicles.score_folder(data, alarm_after_s, lambda: progress.advance(task))
    table = Table("camera", "vehicles", "found", "recall", "unmatched", "on empty", "false/h", "delay s")
    for camera, score in parked_vehicles.by_camera(scores).items():
        table.add_row(camera, *_cells(score))
    table.add_section()
    table.add_row("all", *_cells(parked_vehicles.total(scores)))
    Console(width=100).print(table)


def _cells(score: ParkedScore) -> list[str]:
    recall = "-" if score.recall is None else f"{score.recall:.3f}"
    delay = "-" if score.delay_s_median is None else f"{score.delay_s_median:.1f}"
    counts = (score.unmatched, score.events_on_empty)
    return [
        str(score.vehicles),
        str(score.found),
        recall,
        *(str(count) for count in counts),
        f"{score.false_alarms_per_hour:.1f}",
        delay,
    ]
