"""`edge-agent`: reads the command line, calls the command, turns errors into one line and an exit code.

0 success; 1 a fault at run time; 2 something that the user can mend; 130 stopped by Ctrl-C.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from edge_agent.bootstrap.process import set_up_process
from edge_agent.commands import bench as bench_command
from edge_agent.commands import calibrate as calibrate_command
from edge_agent.commands import doctor as doctor_command
from edge_agent.commands import replay as replay_command
from edge_agent.commands import run as run_command
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


Model = Annotated[
    str, typer.Option(help="An id of models/registry.toml, the path of an .onnx file, or none.")
]


@app.command()
def run(config: Annotated[Path, typer.Option(help="The agent.toml of this box.")]) -> None:
    """Watch the cameras of this box and deliver what is found, until told to stop."""
    set_up_process()
    run_command.run(config)


@app.command()
def replay(  # noqa: PLR0913  a command line is flat
    camera: Annotated[Path, typer.Option(help="The camera.toml to judge by.")],
    source: Annotated[str | None, typer.Option(help="A video file or a folder of images.")] = None,
    detections: Annotated[Path | None, typer.Option(help="MOTChallenge rows instead of pixels.")] = None,
    fps: Annotated[float | None, typer.Option(help="Frames per second; else what the video says.")] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Picture size, for --detections.")] = None,
    start: Annotated[str | None, typer.Option(metavar="RFC3339", help="Time of the first frame.")] = None,
    model: Model = DEFAULT_MODEL,
    events: Annotated[Path | None, typer.Option(help="Where events go; else to standard output.")] = None,
    annotate: Annotated[Path | None, typer.Option(help="Also write what was seen as a video.")] = None,
    deliver: Annotated[
        Path | None, typer.Option(help="An agent.toml: send events by its outbox to its server instead.")
    ] = None,
) -> None:
    """Put recorded footage through the whole pipeline, as fast as it can."""
    set_up_process(logging.WARNING)
    options = replay_command.ReplayOptions(
        camera=camera,
        source=source,
        detections=detections,
        fps=fps,
        size_px=None if size is None else replay_command.parse_size(size),
        start=None if start is None else replay_command.parse_time(start),
        model=model,
        events=events,
        annotate=annotate,
        deliver=deliver,
    )
    tally = replay_command.replay(options)
    typer.echo(str(tally), err=True)


@app.command()
def bench(
    source: Annotated[
        str | None, typer.Option(help="A video file or folder; else three drawn quiet minutes.")
    ] = None,
    camera: Annotated[Path | None, typer.Option(help="The camera.toml to judge by.")] = None,
    model: Model = DEFAULT_MODEL,
    rounds: Annotated[int, typer.Option(help="How often each of the two is run.")] = 2,
) -> None:
    """Measure each stage, and compare with detecting every frame in the same run."""
    set_up_process(logging.WARNING)
    options = bench_command.BenchOptions(source=source, camera=camera, model=model, rounds=rounds)
    typer.echo(bench_command.table_of(bench_command.bench(options)))


@app.command()
def doctor(config: Annotated[Path, typer.Option(help="The agent.toml of this box.")]) -> None:
    """Say what is wrong with this box, and how to mend it."""
    set_up_process(logging.ERROR)
    is_well = True
    for finding in doctor_command.examine(config):
        typer.echo(str(finding))
        is_well = is_well and finding.is_good
    if not is_well:
        raise typer.Exit(1)


@app.command()
def calibrate(
    camera: Annotated[Path, typer.Option(help="The camera.toml with the control points.")],
    source: Annotated[
        str | None, typer.Option(help="Take the still from here instead of the camera.")
    ] = None,
    still: Annotated[
        Path | None, typer.Option(help="Draw the points and a ground grid on a picture.")
    ] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Picture size, without a still.")] = None,
    model: Model = DEFAULT_MODEL,
) -> None:
    """Say how well the control points fix the ground before a camera, in metres."""
    set_up_process(logging.WARNING)
    options = calibrate_command.CalibrateOptions(
        camera=camera,
        source=source,
        still=still,
        size_px=None if size is None else replay_command.parse_size(size),
        model=model,
    )
    typer.echo(calibrate_command.calibrate(options))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit; without `arguments` those of the program."""
    try:
        sys.exit(app(arguments, standalone_mode=False))
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
