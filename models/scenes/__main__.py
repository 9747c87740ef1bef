"""Renders the scenes and training pictures: `python -m models.scenes list | render | training-pictures`.

Needs Blender's bpy (`pip install -e .[scenes]` in a Python 3.11 environment of its own) for the last two.
"""

import argparse
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


class SceneError(Exception):
    """Something that the user can mend; the message says how."""


def need_blender() -> None:
    """Raise SceneError where the renderer is not installed."""
    if importlib.util.find_spec("bpy") is None:
        raise SceneError(
            "rendering needs Blender's bpy, which is not installed here: make an environment of Python 3.11 "
            "and run `pip install -e '.[scenes]'` in it (models/scenes/README.md)"
        )


def _list(_: argparse.Namespace) -> None:
    from models.scenes.plots import PLOTS

    for plot in PLOTS.values():
        print(f"{plot.name:24} {plot.seconds:4.0f} s  {plot.about}")


def _render(chosen: argparse.Namespace) -> None:
    from models.scenes.plots import PLOTS

    unknown = [name for name in chosen.names if name not in PLOTS]
    if unknown:
        raise SceneError(f"{unknown[0]}: no such scene; `python -m models.scenes list` names them")
    need_blender()
    from models.scenes.produce import produce

    for name in chosen.names or PLOTS:
        if not (chosen.missing and (chosen.out / f"{name}.mp4").exists()):
            produce(PLOTS[name], chosen.work, chosen.out)


def _training_pictures(chosen: argparse.Namespace) -> None:
    need_blender()
    from models.scenes.cycles.training_pictures import write_pictures

    write_pictures(chosen.out, chosen.count, chosen.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.scenes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name the scenes and say what happens").set_defaults(run=_list)
    render = commands.add_parser(
        "render", help="render scenes to clips with their truth; goes on where it stopped"
    )
    render.add_argument("names", nargs="*", help="which scenes; all when none is named")
    render.add_argument(
        "--work", type=Path, required=True, help="folder for rendered pieces; keep it to resume"
    )
    render.add_argument("--out", type=Path, required=True, help="folder for clips, settings and truth")
    render.add_argument("--missing", action="store_true", help="leave clips that are there as they are")
    render.set_defaults(run=_render)
    training = commands.add_parser("training-pictures", help="render labelled single pictures (YOLO rows)")
    training.add_argument("--out", type=Path, required=True, help="folder for images/ and labels/")
    training.add_argument("--count", type=int, default=100, help="how many; those already there are kept")
    training.add_argument("--seed", type=int, default=1, help="other seeds give other pictures")
    training.set_defaults(run=_training_pictures)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code."""
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = chosen.run
    try:
        run(chosen)
    except SceneError as error:
        print(f"scenes: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
