"""`python -m models.evaluate detector-time`: how long models take for a picture on one thread, side by side.

The models take turns picture by picture, so that whatever else the machine does falls on all of them alike.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from edge_agent.detect import OnnxDetector, find_model
from edge_agent.errors import ConfigError
from edge_agent.types import Image
from models.evaluate.detector_truth import picture_paths, read_image

_PICTURES = 8


def detector_time(
    images: Annotated[Path, typer.Option(help="A folder of pictures.")],
    model: Annotated[
        list[str], typer.Option(help="Registry id or path; give two or more. The first is 1.0.")
    ],
    rounds: Annotated[int, typer.Option(min=1, help="How often each picture is shown.")] = 10,
) -> None:
    """Compare the time that models take on one thread."""
    if len(model) < 2:
        raise ConfigError("--model: give two or more, to compare them")
    pictures = [read_image(path) for path in picture_paths(images)[:_PICTURES]]
    times = side_by_side([OnnxDetector(find_model(name)) for name in model], pictures, rounds)
    table = Table("model", "ms for a picture", "against the first")
    for name, took in zip(model, times, strict=True):
        ratios = [mine / first for mine, first in zip(took, times[0], strict=True)]
        table.add_row(name, f"{1000 * median(took):.2f}", f"{median(ratios):.3f}")
    Console(width=120).print(table)


def side_by_side(
    detectors: Sequence[OnnxDetector], pictures: Sequence[Image], rounds: int
) -> list[list[float]]:
    """Give the CPU seconds of each look, per detector; look number n of all is at the same picture."""
    times: list[list[float]] = [[] for _ in detectors]
    for _ in range(rounds):
        for picture in pictures:
            for took, each in zip(times, detectors, strict=True):
                began = time.thread_time()
                each.detect(picture)
                took.append(time.thread_time() - began)
    return times
