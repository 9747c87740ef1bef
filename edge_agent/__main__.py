"""`edge-agent`: reads the command line, calls the command, turns errors into one line and an exit code.

0 success; 1 a fault at run time; 2 something that the user can mend; 130 stopped by Ctrl-C.
"""

import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from edge_agent.bootstrap.logging import set_up_logging
from edge_agent.commands import replay as replay_command
from edge_agent.detect.manifest import DEFAULT_MODEL
from edge_agent.errors import ConfigError, EdgeError

app = typer.Typer(
    help="Watches cameras and reports left garbage, blocked fire lanes and illegal structures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _edge_agent() -> None:
    """Take global options; there are none, but commands stay commands also while there is only one."""


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; write it like 2026-11-23T08:00:00+08:00") from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no zone; write it like 2026-11-23T08:00:00+08:00 or …Z")
    return at


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and int(width) > 0 and int(height) > 0):
        raise typer.BadParameter(f"{text!r} is no size; write it like 640x540")
    return int(width), int(height)


Model = Annotated[
    str, typer.Option(help="An id of models/registry.toml, the path of an .onnx file, or none.")
]


@app.command()
def replay(  # noqa: PLR0913  a command line is flat
    camera: Annotated[Path, typer.Option(help="The camera.toml to judge by.")],
    source: Annotated[str | None, typer.Option(help="A video file or a folder of images.")] = None,
    detections: Annotated[Path | None, typer.Option(help="MOTChallenge rows instead of pixels.")] = None,
    fps: Annotated[float | None, typer.Option(help="Frames per second; else what the video says.")] = None,
    size: Annotated[
        tuple[int, int] | None,
        typer.Option(parser=_size, metavar="WxH", help="Picture size, for --detections."),
    ] = None,
    start: Annotated[
        datetime | None, typer.Option(parser=_time, metavar="RFC3339", help="Time of the first frame.")
    ] = None,
    model: Model = DEFAULT_MODEL,
    events: Annotated[Path | None, typer.Option(help="Where events go; else to standard output.")] = None,
    annotate: Annotated[Path | None, typer.Option(help="Also write what was seen as a video.")] = None,
) -> None:
    """Put recorded footage through the whole pipeline, as fast as it can."""
    set_up_logging(logging.WARNING)
    options = replay_command.ReplayOptions(
        camera=camera,
        source=source,
        detections=detections,
        fps=fps,
        size_px=size,
        start=start,
        model=model,
        events=events,
        annotate=annotate,
    )
    tally = replay_command.replay(options)
    typer.echo(str(tally), err=True)


def main() -> None:
    """Run a command and exit."""
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as error:
        _end(error.format_message(), 2)
    except ConfigError as error:
        _end(str(error), 2)
    except EdgeError as error:
        _end(str(error), 1)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(line: str, code: int) -> None:
    typer.echo(f"edge-agent: {line}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
