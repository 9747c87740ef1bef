"""Says what each fold holds back, and writes the lists of one: `python -m models.train.folds --data DIR`.

A tenth of 383 plain photos is few, and the folds differ: a figure measured on one is read beside what is in
it.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.train.classes import FROM_STREET_GARBAGE, LABELS
from models.train.hand_labels import LABELS_FOLDER, read_hand_labels
from models.train.params import TrainingParams
from models.train.samples import read_yolo
from models.train.sources import pictures_in
from models.train.split import FOLDS, held_back, is_place_held_back

_SHOWN_AT_PX = 416.0
"""Sides are given as the detector sees them: the photos are square, and it looks at squares of this size."""


@dataclass(frozen=True, slots=True)
class Held:
    """The plain photos of a fold, and the sides of their boxes by class (square root of the area), in px."""

    photos: tuple[str, ...]
    sides_px: dict[str, list[float]]


def street_fold(root: Path, fold: int) -> Held:
    """Look at the plain photos of street_garbage that a fold holds back; augmented copies are not measured
    on."""
    names = held_back([path.name for path in pictures_in(root / "images")], fold)
    plain = tuple(sorted(name for name in names if "_aug" not in name))
    sides: dict[str, list[float]] = {LABELS[index]: [] for index in sorted(FROM_STREET_GARBAGE.values())}
    for name in plain:
        boxes = read_yolo(root / "labels" / f"{Path(name).stem}.txt", (1, 1), FROM_STREET_GARBAGE)
        for label, x1, y1, x2, y2 in boxes.tolist():
            sides[LABELS[int(label)]].append(_SHOWN_AT_PX * float(np.sqrt((x2 - x1) * (y2 - y1))))
    return Held(plain, sides)


def pavement_fold(labels: Path, fold: int) -> list[str]:
    """Give the photos of amsterdam_bins whose places a fold holds back."""
    found = read_hand_labels(labels)
    return sorted(name for name, entry in found.items() if is_place_held_back(entry.place, fold))


def table(root: Path) -> str:
    """Tell of each fold its photos and, by class, its objects and their median side in pixels."""
    rows = [
        "fold  photos  " + "".join(f"{LABELS[index]:>22}" for index in sorted(FROM_STREET_GARBAGE.values()))
    ]
    for fold in range(FOLDS):
        held = street_fold(root, fold)
        cells = [
            f"{len(sides):>8} of {np.median(sides or [0]):>4.0f} px   " for sides in held.sides_px.values()
        ]
        rows.append(f"{fold:>4}  {len(held.photos):>6}  " + "".join(cells))
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; write the lists of a fold when asked to."""
    parser = argparse.ArgumentParser(prog="python -m models.train.folds", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of published data, with train/")
    parser.add_argument("--fold", type=int, choices=range(FOLDS), default=TrainingParams().fold)
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the fold's lists here")
    given = parser.parse_args(arguments)
    root = given.data / "train" / "street_garbage"
    try:
        print(table(root))
        if given.write is not None:
            _write(given.write / "held_back_street.txt", street_fold(root, given.fold).photos)
            _write(given.write / "held_back_pavements.txt", pavement_fold(LABELS_FOLDER, given.fold))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _write(path: Path, names: Sequence[str]) -> None:
    path.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    print(f"{path}: {len(names)} photos")


if __name__ == "__main__":
    sys.exit(main())
