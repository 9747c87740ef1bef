"""`python -m models.evaluate events`: scores a file of events, or agent and rivals over the scenes."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.commands.replay import parse_time
from edge_agent.detect import DEFAULT_MODEL, open_detector
from edge_agent.errors import ConfigError
from models.evaluate.contest import Contest, hold_contest, runs_needed
from models.evaluate.events import Evaluation, evaluate, unplaced
from models.evaluate.output import Figures, figures_of
from models.evaluate.reports import read_reports
from models.evaluate.scored_clips import all_clips, chosen, clips_of
from models.evaluate.tables import print_tables
from models.evaluate.truth import read_truth

TABLE_WIDTH = 170


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
        contest = _scenes(truth, clip or [], model, rivals)
        _show(figures_of(contest.agent, contest.rivalries), json_out)
        print_tables(Console(width=TABLE_WIDTH), contest.agent, contest.rivalries)
        return
    if truth is None or events is None:
        raise ConfigError("events: give --truth FILE and --events FILE, or --scenes")
    evaluation = _score_file(truth, events, start)
    _show(figures_of(evaluation, {}), json_out)
    print_tables(Console(width=TABLE_WIDTH), evaluation, {})


def _score_file(truth: Path, events: Path, start: str | None) -> Evaluation:
    clips, reports = read_truth(truth), read_reports(events)
    strangers = unplaced(clips, reports)
    if strangers:
        known = ", ".join(clip.name for clip in clips.clips)
        names = ", ".join(sorted(strangers))
        raise ConfigError(f"{events}: camera_id {names} is no clip of {truth}; its clips are {known}")
    return evaluate(clips, reports, DEFAULT_START if start is None else parse_time(start))


def _scenes(truth: Path | None, names: list[str], model: str, with_rivals: bool) -> Contest:
    clips = chosen(all_clips() if truth is None else clips_of(truth), names)
    detector = open_detector(model)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=runs_needed(clips, detector, with_rivals))

        def step(what: str) -> None:
            progress.update(task, advance=1, description=what)

        return hold_contest(clips, detector, with_rivals, step)


def _show(figures: Figures, json_out: Path | None) -> None:
    if json_out is not None:
        json_out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
