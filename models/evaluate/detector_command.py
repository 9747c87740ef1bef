"""`python -m models.evaluate detector`: what a model sees in a folder of pictures, and how right it is."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge_agent.detect import DEFAULT_MODEL
from edge_agent.errors import ConfigError
from models.evaluate.detector_figures import SIZES, Confusion, Figures, confusion_of, figures_of
from models.evaluate.detector_look import Eye, is_night, open_eye
from models.evaluate.detector_page import write_report
from models.evaluate.detector_precision import Looked, Precision
from models.evaluate.detector_truth import Labels, Truth, open_labels, picture_paths, read_image


def detector(  # noqa: PLR0913  a command line is flat
    images: Annotated[Path, typer.Option(help="The folder of pictures.")],
    results: Annotated[
        Path, typer.Option(help="Write what is seen: image, label, score, bbox [x, y, w, h].")
    ],
    labels: Annotated[
        Path | None,
        typer.Option(help="Folder of YOLO .txt files (with --classes), or of hand labels (.json)."),
    ] = None,
    classes: Annotated[
        Path | None, typer.Option(help="Class names, one per line, in order of the ids.")
    ] = None,
    model: Annotated[str, typer.Option(help="Registry id, or path of a .onnx file.")] = DEFAULT_MODEL,
    names: Annotated[Path | None, typer.Option(help="Take only the files that this text file names.")] = None,
    shrink: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="Show each picture so much smaller inside its frame.")
    ] = 1.0,
    json_out: Annotated[Path | None, typer.Option("--json", help="With --labels: write the figures.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="With --labels: folder for confusion.png and a page of the worst mistakes."),
    ] = None,
) -> None:
    """Run a detector over pictures; with labels, print its average precision."""
    for path in (results, json_out):
        if path is not None and not path.parent.is_dir():
            raise ConfigError(f"{path}: there is no folder {path.parent}; give one that exists")
    if labels is None and (classes or json_out or report):
        raise ConfigError(
            "--classes, --json and --report need --labels: without truth there is nothing to score"
        )
    paths = picture_paths(images, names)
    truths = None if labels is None else open_labels(labels, classes)
    eye = open_eye(model, shrink)
    pictures, night = _look(paths, eye, truths)
    _write(results, rows_of(pictures))
    if truths is None:
        print(f"{len(pictures)} pictures, {sum(len(picture.seen) for picture in pictures)} boxes: {results}")
        return
    known = [word for word in eye.detector.labels if word in truths.words]
    figures = figures_of(pictures, known, night, shrink)
    confusion = confusion_of(pictures, known, eye.model_score)
    print_figures(Console(width=150), figures, len(pictures), sum(night.values()))
    if json_out is not None:
        _write(json_out, json_of(figures, len(pictures), confusion))
    if report is not None:
        print(write_report(report, pictures, confusion, known, {path.name: path for path in paths}))


def rows_of(pictures: Sequence[Looked]) -> list[dict[str, object]]:
    """Give the rows of the results file; boxes as x, y, width, height in pixels of the picture's file."""
    return [
        {
            "image": picture.name,
            "label": each.label,
            "score": round(each.score, 5),
            "bbox": _bbox(each.box_xyxy_px),
        }
        for picture in pictures
        for each in picture.seen
    ]


def json_of(figures: Figures, pictures: int, confusion: Confusion) -> dict[str, object]:
    """Give the figures for a file."""
    counts = [
        {"truth": truth, "said": said, "count": count} for (truth, said), count in confusion.counts.items()
    ]
    return {
        "pictures": pictures,
        "by_class": {
            label: {
                name: {"objects": each.objects, "AP50": each.ap50, "AP": each.ap}
                for name, each in rows.items()
            }
            for label, rows in figures.items()
        },
        "confusion": counts,
    }


def print_figures(console: Console, figures: Figures, pictures: int, nights: int) -> None:
    """Print a row per class: AP50 and AP, then AP50 by size and by light."""
    console.print(
        f"{pictures} pictures, {nights} of them dark. AP50 (AP at 0.50 to 0.95) / number of objects"
    )
    columns = [
        name for name in (*SIZES, "day", "night") if any(rows[name].objects for rows in figures.values())
    ]
    table = Table("class", *columns)
    for label, rows in figures.items():
        table.add_row(label, *(_cell(name, rows[name]) for name in columns))
    console.print(table)


def _cell(name: str, precision: Precision) -> str:
    if precision.ap50 is None or precision.ap is None:
        return "-"
    whole = f" ({precision.ap:.3f})" if name == "all" else ""
    return f"{precision.ap50:.3f}{whole} / {precision.objects}"


def _look(paths: Sequence[Path], eye: Eye, labels: Labels | None) -> tuple[list[Looked], dict[str, bool]]:
    pictures: list[Looked] = []
    night: dict[str, bool] = {}
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("pictures", total=len(paths))
        for path in paths:
            image = read_image(path)
            size_px = (image.shape[1], image.shape[0])
            truth = Truth(()) if labels is None else labels.truth_of(path, size_px)
            pictures.append(Looked(path.name, eye.look(image), truth))
            night[path.name] = is_night(image)
            progress.advance(task)
    return pictures, night


def _bbox(box: tuple[float, float, float, float]) -> list[float]:
    return [round(box[0], 2), round(box[1], 2), round(box[2] - box[0], 2), round(box[3] - box[1], 2)]


def _write(path: Path, content: object) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content) + "\n", encoding="utf-8")
    partial.replace(path)
