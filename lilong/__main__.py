"""`lilong`: the product in one command. Exit codes: 0 success, 1 run-time fault, 2 what the user can mend."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer.exceptions import TyperException

from lilong.demo import Demo, DemoOptions
from lilong.errors import DemoError, DemoFault

app = typer.Typer(
    help="Lilong: cameras find what is wrong in the lanes; people see it on a map and put it right.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _lilong() -> None:
    """Keep `demo` a command of its own."""


@app.command()
def demo(
    exit_when_done: Annotated[
        bool, typer.Option("--exit-when-done", help="Stop when all footage has been seen and delivered.")
    ] = False,
    clip: Annotated[
        list[Path] | None, typer.Option(help="Your own footage; give --camera with each, in the same order.")
    ] = None,
    camera: Annotated[list[Path] | None, typer.Option(help="The camera.toml of each --clip.")] = None,
    data: Annotated[Path, typer.Option(help="Folder that the demo makes anew each time.")] = Path("var/demo"),
    port: Annotated[int, typer.Option(help="Port of the map server; 0 lets the system choose.")] = 8000,
    model: Annotated[
        str | None, typer.Option(help="Detector: id or path; default: the one that the project ships.")
    ] = None,
) -> None:
    """Run the map server and an edge agent with three cameras on footage, in one terminal."""
    options = DemoOptions(data.resolve(), port, exit_when_done, tuple(clip or ()), tuple(camera or ()), model)
    Demo(options, Console()).run()


def main() -> None:
    """Run a command and exit."""
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as error:
        _end(error.format_message(), 2)
    except DemoError as error:
        _end(str(error), 2)
    except DemoFault as error:
        _end(str(error), 1)
    except KeyboardInterrupt:
        sys.exit(130)


def _end(line: str, code: int) -> None:
    typer.echo(f"lilong: {line}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
