"""Reads the pictures and labels that a detector is scored on: YOLO rows with a file of class names, or hand
labels as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge_agent.detect.coco import COCO_WORDS
from edge_agent.errors import ConfigError
from edge_agent.types import BoxXyxy, Image
from models.train.hand_labels import HandLabelled, read_hand_labels

PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


@dataclass(frozen=True, slots=True)
class TrueThing:
    """One labelled object, in pixels of the picture's file."""

    label: str
    box_xyxy_px: BoxXyxy


@dataclass(frozen=True, slots=True)
class Truth:
    """What stands in one picture; in `ignored` places nothing is counted, neither right nor wrong."""

    things: tuple[TrueThing, ...]
    ignored: tuple[BoxXyxy, ...] = ()


def picture_paths(folder: Path, names: Path | None = None) -> list[Path]:
    """Give the pictures of a folder by name; with `names`, a text file of one file name per line, those
    alone.

    Raises ConfigError when there is no folder, no picture, or a named one is missing.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; give --images a folder of pictures")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_ENDINGS)
    if names is not None:
        by_name = {path.name: path for path in paths}
        wanted = [line.strip() for line in _lines(names) if line.strip()]
        missing = [name for name in wanted if name not in by_name]
        if missing:
            raise ConfigError(f"{names}: names {missing[0]}, which is not in {folder}")
        paths = [by_name[name] for name in wanted]
    if not paths:
        endings = ", ".join(sorted(PICTURE_ENDINGS))
        raise ConfigError(f"{folder}: holds no pictures ({endings})")
    return paths


def read_image(path: Path) -> Image:
    """Read a picture. Raises ConfigError when it cannot be read."""
    image = cv2.imread(str(path))
    if image is None:
        raise ConfigError(f"{path}: is not a picture that can be read; mend or remove it")
    return np.asarray(image, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class YoloLabels:
    """A folder of YOLO rows, one text file per picture; COCO's names are read as the project's words."""

    folder: Path
    classes: tuple[str, ...]

    @classmethod
    def open(cls, folder: Path, classes: Path) -> "YoloLabels":
        """Read the class names. Raises ConfigError when a part is missing."""
        if not folder.is_dir():
            raise ConfigError(f"{folder}: no such folder; give --labels a folder of YOLO .txt files")
        names = tuple(line.strip() for line in _lines(classes) if line.strip())
        if not names:
            raise ConfigError(f"{classes}: holds no class names")
        return cls(folder, names)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that these labels can say, each once."""
        return tuple(dict.fromkeys(COCO_WORDS.get(name, name) for name in self.classes))

    def truth_of(self, path: Path, size_px: tuple[int, int]) -> Truth:
        """Give what stands in a picture of `size_px` (width, height); no file means nothing."""
        file = self.folder / f"{path.stem}.txt"
        if not file.exists():
            return Truth(())
        rows = enumerate(_lines(file), start=1)
        return Truth(tuple(self._thing(file, number, line, size_px) for number, line in rows if line.strip()))

    def _thing(self, file: Path, number: int, line: str, size_px: tuple[int, int]) -> TrueThing:
        where, (width, height) = f"{file}, line {number}", size_px
        try:
            class_id, x, y, w, h = (float(part) for part in line.split())
        except ValueError:
            raise ConfigError(
                f"{where}: is not a YOLO row (class cx cy w h): {line.strip()[:60]!r}"
            ) from None
        if not (class_id.is_integer() and 0 <= class_id < len(self.classes)):
            raise ConfigError(
                f"{where}: class {class_id:g}, but --classes names {len(self.classes)} (from 0)"
            )
        name = self.classes[int(class_id)]
        box = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
        return TrueThing(COCO_WORDS.get(name, name), box)


@dataclass(frozen=True, slots=True)
class HandLabels:
    """A folder of labels made by hand, as the trainer reads it; nothing is counted in their ignored
    places."""

    folder: Path
    entries: Mapping[str, HandLabelled]

    @classmethod
    def open(cls, folder: Path) -> "HandLabels":
        """Read the files. Raises ConfigError when there is none, or one is wrong."""
        try:
            return cls(folder, read_hand_labels(folder))
        except ValueError as error:
            raise ConfigError(f"{error}; YOLO labels need --classes FILE") from error

    @property
    def words(self) -> tuple[str, ...]:
        """The words that these labels say."""
        return tuple(sorted({box[0] for entry in self.entries.values() for box in entry.boxes}))

    def truth_of(self, path: Path, size_px: tuple[int, int]) -> Truth:
        """Give what stands in a picture. Raises ConfigError when it is not labelled, or has another size."""
        entry = self.entries.get(path.name)
        if entry is None:
            raise ConfigError(f"{self.folder}: does not label {path.name}; name those labelled with --names")
        if entry.size != size_px:
            here = f"{size_px[0]}x{size_px[1]}"
            raise ConfigError(f"{path}: is {here}, {self.folder} labels {entry.size[0]}x{entry.size[1]}")
        return Truth(
            tuple(TrueThing(label, (x1, y1, x2, y2)) for label, x1, y1, x2, y2 in entry.boxes), entry.ignored
        )


Labels = YoloLabels | HandLabels


def open_labels(labels: Path, classes: Path | None) -> Labels:
    """Open a folder of YOLO rows with its class names, or without them a folder of hand labels (.json)."""
    return HandLabels.open(labels) if classes is None else YoloLabels.open(labels, classes)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as text: {error}") from error
