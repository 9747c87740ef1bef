"""`python -m models.evaluate`: reads the command line, scores, prints; exit code 2 for what the user can
mend.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.commands.replay import parse_time
from edge_agent.errors import ConfigError
from models.evaluate import parked_vehicles
from models.evaluate.events import evaluate, unplaced
from models.evaluate.parked_vehicles import ParkedScore
from models.evaluate.reports import read_reports
from models.evaluate.truth import read_truth

app = typer.Typer(help="Scores what the agent reports.", no_args_is_help=True, add_completion=False)


@app.command()
def events(
    truth: Annotated[Path, typer.Option(help="The truth file of one or more clips.")],
    events: Annotated[Path, typer.Option(help="What edge-agent replay --events wrote.")],
    json_out: Annotated[Path | None, typer.Option("--json", help="Also write the figures as JSON.")] = None,
    start: Annotated[
        str | None, typer.Option(metavar="RFC3339", help="As given to edge-agent replay.")
    ] = None,
) -> None:
    """Score events against truth."""
    start_at: datetime = DEFAULT_START if start is None else parse_time(start)
    clips, reports = read_truth(truth), read_reports(events)
    strangers = unplaced(clips, reports)
    if strangers:
        known = ", ".join(clip.name for clip in clips.clips)
        names = ", ".join(sorted(strangers))
        raise ConfigError(f"{events}: camera_id {names} is no clip of {truth}; its clips are {known}")
    figures = evaluate(clips, reports, start_at)
    text = json.dumps(figures, indent=2)
    if json_out is not None:
        json_out.write_text(text + "\n", encoding="utf-8")
    print(text)


@app.command("parked-vehicles")
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


def main() -> None:
    """Run the command line."""
    try:
        app()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
