"""The pictures of a detector's report: the confusion matrix, and a page of its worst mistakes to be looked
at.

The page shows photos with persons and vehicles (number plates) pixelated where the detector or the labels see
them; it is still meant for those who may see the photos, not for publishing.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

from edge_agent.boxes import area_px2
from edge_agent.types import BoxXyxy, Image
from models.evaluate.detector_figures import NOTHING, Confusion, Mistake
from models.evaluate.detector_precision import Looked
from models.evaluate.detector_truth import read_image

MISTAKES_SHOWN = 24
"""Of each kind."""

_PRIVATE = frozenset({"person", "car", "large_vehicle", "two_wheeler"})
_PRIVATE_SCORE = 0.15
_CELL_PX, _MARGIN_PX = 92, 170
_STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em}figure{display:inline-block;margin:6px}img{height:220px}"
)


def write_report(
    folder: Path,
    pictures: Sequence[Looked],
    confusion: Confusion,
    labels: Sequence[str],
    paths: Mapping[str, Path],
) -> Path:
    """Write confusion.png and mistakes.html into the folder; give the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "confusion.png"), confusion_picture(confusion, labels))
    by_name = {picture.name: picture for picture in pictures}
    sections = "".join(
        f"<h2>{escape(title)}</h2>"
        + "".join(_figure(each, by_name[each.picture], paths) for each in mistakes)
        for title, mistakes in worst(confusion.mistakes).items()
    )
    page = folder / "mistakes.html"
    head = f"<!doctype html><meta charset=utf-8><title>Worst mistakes</title><style>{_STYLE}</style>"
    page.write_text(
        f"{head}<h1>Worst mistakes</h1><img src=confusion.png style='height:auto'>{sections}", "utf-8"
    )
    return page


def worst(mistakes: Iterable[Mistake]) -> dict[str, list[Mistake]]:
    """Sort mistakes by kind: called something else and seen where nothing is by score, missed by size."""
    every = list(mistakes)
    kinds = {
        "Called something else": [each for each in every if NOTHING not in (each.truth, each.said)],
        "Seen where nothing is labelled": [each for each in every if each.truth == NOTHING],
        "Missed": [each for each in every if each.said == NOTHING],
    }
    return {
        f"{title} ({len(found)})": sorted(found, key=lambda each: (-each.score, -area_px2(each.box_xyxy_px)))[
            :MISTAKES_SHOWN
        ]
        for title, found in kinds.items()
    }


def confusion_picture(confusion: Confusion, labels: Sequence[str]) -> Image:
    """Draw the matrix: a row per true class, a column per word said, shaded by the row's share."""
    names = [*labels, NOTHING]
    side = _MARGIN_PX + _CELL_PX * len(names)
    image = np.full((side, side + 10, 3), 255, dtype=np.uint8)
    for row, truth in enumerate(names):
        total = max(1, sum(confusion.counts.get((truth, said), 0) for said in names))
        y = _MARGIN_PX + row * _CELL_PX
        _text(image, truth, (8, y + _CELL_PX // 2 + 5))
        _text(image, names[row], (_MARGIN_PX + row * _CELL_PX + 4, _MARGIN_PX - 12 - 22 * (row % 2)))
        for column, said in enumerate(names):
            count = confusion.counts.get((truth, said), 0)
            x, share = _MARGIN_PX + column * _CELL_PX, count / total
            shade = (255, int(255 - 110 * share), int(255 - 190 * share))
            cv2.rectangle(image, (x, y), (x + _CELL_PX - 2, y + _CELL_PX - 2), shade, -1)
            _text(image, "" if (truth, said) == (NOTHING, NOTHING) else str(count), (x + 28, y + 50))
    _text(image, "truth (rows) / said (columns), IoU 0.5", (8, 24))
    return image


def _figure(mistake: Mistake, picture: Looked, paths: Mapping[str, Path]) -> str:
    image = _hidden(read_image(paths[mistake.picture]).copy(), picture)
    for thing in picture.truth.things:
        _frame(image, thing.box_xyxy_px, (0, 170, 0), 1)
    _frame(image, mistake.box_xyxy_px, (0, 0, 255), 3)
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])
    data = base64.b64encode(coded.tobytes()).decode()
    said = f"{mistake.truth} → {mistake.said} {mistake.score:.2f}"
    caption = f"<figcaption>{escape(said)}<br>{escape(mistake.picture)}</figcaption>"
    return f'<figure><img src="data:image/jpeg;base64,{data}" alt="{escape(said)}">{caption}</figure>'


def _hidden(image: Image, picture: Looked) -> Image:
    """Pixelate persons and vehicles, as far as they are seen or labelled."""
    seen = [
        each.box_xyxy_px for each in picture.seen if each.label in _PRIVATE and each.score >= _PRIVATE_SCORE
    ]
    labelled = [thing.box_xyxy_px for thing in picture.truth.things if thing.label in _PRIVATE]
    for box in (*seen, *labelled):
        x1, y1, x2, y2 = (max(0, int(value)) for value in box)
        part = image[y1 : y2 + 1, x1 : x2 + 1]
        if part.size:
            coarse = cv2.resize(part, (max(1, part.shape[1] // 14), max(1, part.shape[0] // 14)))
            part[:] = cv2.resize(coarse, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_NEAREST)
    return image


def _frame(image: Image, box: BoxXyxy, colour: tuple[int, int, int], width: int) -> None:
    x1, y1, x2, y2 = (round(value) for value in box)
    cv2.rectangle(image, (x1, y1), (x2, y2), colour, width)


def _text(image: Image, text: str, place: tuple[int, int]) -> None:
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
