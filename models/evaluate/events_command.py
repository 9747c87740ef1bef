"""`python -m models.evaluate events`: scores a file of events, or agent and rivals over the scenes."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge_agent.bootstrap.agent import person_finder
from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.commands.replay import parse_time
from edge_agent.detect import DEFAULT_MODEL, open_detector
from edge_agent.errors import ConfigError
from edge_agent.types import Image
from models.evaluate.events import evaluate, unplaced
from models.evaluate.fault_pictures import FindPersons, fault_pictures
from models.evaluate.output import figures_of
from models.evaluate.page import page
from models.evaluate.reports import read_reports
from models.evaluate.results import Results
from models.evaluate.scene_run import SceneOptions, run_scenes
from models.evaluate.scored_clips import ScoredClip, clips_of, with_footage
from models.evaluate.tables import print_tables
from models.evaluate.truth import read_truth

TABLE_WIDTH = 170
PERSON_MARGIN = 0.15
"""Around persons in the page's pictures."""


def events(  # noqa: PLR0913  a command line is flat
    truth: Annotated[
        Path | None, typer.Option(help="The truth file of one or more clips; with --scenes: in place of all.")
    ] = None,
    events: Annotated[Path | None, typer.Option(help="What edge-agent replay --events wrote.")] = None,
    scenes: Annotated[
        bool, typer.Option("--scenes", help="Run the agent and its rivals over the clips.")
    ] = False,
    clip: Annotated[
        list[str] | None, typer.Option(help="With --scenes: this clip alone; repeatable.")
    ] = None,
    model: Annotated[str, typer.Option(help="With --scenes: registry id, path, or none.")] = DEFAULT_MODEL,
    rivals: Annotated[bool, typer.Option(help="With --scenes: run the rivals too.")] = True,
    redaction: Annotated[bool, typer.Option(help="With --scenes: look for persons in evidence.")] = True,
    json_out: Annotated[Path | None, typer.Option("--json", help="Also write the figures as JSON.")] = None,
    html_out: Annotated[Path | None, typer.Option("--html", help="Also write a page with pictures.")] = None,
    start: Annotated[
        str | None, typer.Option(metavar="RFC3339", help="As given to edge-agent replay.")
    ] = None,
) -> None:
    """Score events against truth."""
    for path in (json_out, html_out):
        if path is not None and not path.parent.is_dir():
            raise ConfigError(f"{path}: there is no folder {path.parent}; give one that exists")
    if scenes:
        if events is not None:
            raise ConfigError("--events: --scenes makes its own events; leave one of the two away")
        clips = with_footage(clips_of(truth, clip or []))
        results = run_scenes(clips, SceneOptions(model, rivals, redaction))
    elif truth is None or events is None:
        raise ConfigError("events: give --truth FILE and --events FILE, or --scenes")
    else:
        clips = clips_of(truth) if html_out is not None else []
        results = score_file(truth, events, start)
    if json_out is not None:
        json_out.write_text(json.dumps(figures_of(results), indent=2) + "\n", encoding="utf-8")
    if html_out is not None:
        html_out.write_text(_page(results, clips, model), encoding="utf-8")
    print_tables(Console(width=TABLE_WIDTH), results)


def score_file(truth: Path, events: Path, start: str | None) -> Results:
    """Score a file of events. Raises ConfigError naming what is wrong in which file."""
    clips, reports = read_truth(truth), read_reports(events)
    strangers = unplaced(clips, reports)
    if strangers:
        known = ", ".join(clip.name for clip in clips.clips)
        names = ", ".join(sorted(strangers))
        raise ConfigError(f"{events}: camera_id {names} is no clip of {truth}; its clips are {known}")
    start_at = DEFAULT_START if start is None else parse_time(start)
    return Results(f"Events of {events.name}", clips.clips, evaluate(clips, reports, start_at))


def _page(results: Results, clips: list[ScoredClip], model: str) -> str:
    by_name = {clip.name: clip for clip in clips if clip.footage.exists()}

    def picture_of(name: str, frame: int) -> Image | None:
        return by_name[name].picture(frame) if name in by_name else None

    findings, hide = results.evaluation.findings, _find_persons(model)
    return page(results, fault_pictures(results.clips, findings, picture_of, hide))


def _find_persons(model: str) -> FindPersons | None:
    """Give what finds persons in pictures; None where no model is at hand."""
    try:
        finder = person_finder(open_detector(model), PERSON_MARGIN)
    except ConfigError:
        return None
    return None if finder is None else finder.to_hide
