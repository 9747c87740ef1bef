"""The sets to learn from, each with its share of the photos drawn: streets, foreign pavements, COCO, traffic,
renders.

A set that is not there (yet) is left out; a resumed run takes in what has come since. Held-back photos are
given apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.train.classes import FROM_COCO, FROM_STREET_GARBAGE, LABELS, LEFT_TO_GUIDE
from models.train.hand_labels import HandLabelled, read_hand_labels
from models.train.samples import Floats, Sample, no_boxes, no_places, read_picture, read_yolo
from models.train.split import held_back, is_place_held_back
from models.train.teacher import Found, with_teacher

SHARES = {"street": 0.56, "pavements": 0.16, "coco": 0.14, "traffic": 0.04, "rendered": 0.10}
"""How often a photo is drawn from each set; renders stay far below a fifth, so that photos are the heart."""

FULL_SHARE_FROM = 100
"""A set of fewer photos is drawn from less often, so that none of them is learnt by heart."""

_GARBAGE = LABELS.index("garbage")
_PLAIN_WEIGHT, _GARBAGE_WEIGHT = 1.5, 1.8
"""Plain photos against those that their publisher altered; photos with garbage, the rarest and hardest class,
against the rest."""

_OBJECTS_IN_COCO = {class_id: class_id for class_id in range(80) if class_id not in FROM_COCO}


@dataclass(frozen=True, slots=True)
class Source:
    """A set of photos: how often one is drawn from it, and how often each of its photos (N,) is, summing to
    1."""

    name: str
    share: float
    samples: Sequence[Sample]
    chances: Floats


def source(name: str, samples: Sequence[Sample]) -> Source:
    """Weigh the photos of a set."""
    weights = np.array([_weight(sample) for sample in samples])
    share = SHARES[name] * min(1.0, len(samples) / FULL_SHARE_FROM)
    return Source(name, share, samples, weights / weights.sum())


def street_garbage(root: Path, fold: int, teacher: Found) -> list[Sample]:
    """Give the photos of train/street_garbage to learn from: all but those of the fold."""
    paths = pictures_in(root / "images")
    apart = held_back([path.name for path in paths], fold)
    return [
        with_teacher(_yolo_sample(path, root / "labels", FROM_STREET_GARBAGE), teacher.get(path.name, []))
        for path in paths
        if path.name not in apart
    ]


def pavements(root: Path, labels: Path, fold: int, teacher: Found) -> list[Sample]:
    """Give the photos of unlabelled/amsterdam_bins that are labelled by hand, but for the fold's places."""
    return [
        with_teacher(_hand_sample(root / name, entry), teacher.get(name, []))
        for name, entry in read_hand_labels(labels).items()
        if not is_place_held_back(entry.place, fold)
    ]


def coco(root: Path) -> list[Sample]:
    """Give the first half of train/coco256 by name; the second is only ever looked at for scores.

    Its persons and vehicles are left to the guide: 128 photos' labels are learnt by heart, and what the base
    network says of them is worth more.
    """
    return _first_half(root, dict.fromkeys(FROM_COCO, LEFT_TO_GUIDE))


def other_things(root: Path) -> list[Sample]:
    """Give the first half of train/coco256 with the boxes of what the detector shall not report."""
    return _first_half(root, _OBJECTS_IN_COCO)


def traffic(root: Path, teacher: Found) -> list[Sample]:
    """Give unlabelled/junction_traffic, where only the teacher has found anything."""
    paths = pictures_in(root)
    return [
        with_teacher(
            Sample(path.stem, read_picture(path), no_boxes(), no_places()), teacher.get(path.name, [])
        )
        for path in paths
    ]


def rendered(root: Path) -> list[Sample]:
    """Give the rendered pictures, every object of which is labelled in the project's own classes."""
    words = {index: index for index in range(len(LABELS))}
    return [_yolo_sample(path, root / "labels", words) for path in pictures_in(root / "images")]


def pictures_in(folder: Path) -> list[Path]:
    """Give the JPEG pictures of a folder by name. Raises ValueError when there is none."""
    paths = sorted(folder.glob("*.jpg"))
    if not paths:
        raise ValueError(f"{folder}: no .jpg pictures here; point --data at the folder of published data")
    return paths


def _first_half(root: Path, words: dict[int, int]) -> list[Sample]:
    paths = pictures_in(root / "images")
    return [_yolo_sample(path, root / "labels", words) for path in paths[: len(paths) // 2]]


def _yolo_sample(path: Path, labels: Path, words: dict[int, int]) -> Sample:
    picture = read_picture(path)
    boxes = read_yolo(labels / f"{path.stem}.txt", (picture.shape[1], picture.shape[0]), words)
    return Sample(path.stem, picture, boxes, no_places())


def _hand_sample(path: Path, entry: HandLabelled) -> Sample:
    picture = read_picture(path)
    width, height = entry.size
    if picture.shape[:2] != (height, width):
        here = f"{picture.shape[1]}x{picture.shape[0]}"
        raise ValueError(f"{path}: is {here}, its labels are for {width}x{height}")
    rows = [[LABELS.index(label), *corners] for label, *corners in entry.boxes]
    boxes, places = np.array(rows, np.float32), np.array(entry.ignored, np.float32)
    return Sample(path.stem, picture, boxes.reshape(-1, 5), places.reshape(-1, 4))


def _weight(sample: Sample) -> float:
    plain = 1.0 if "_aug" in sample.name else _PLAIN_WEIGHT
    return plain * (_GARBAGE_WEIGHT if (sample.boxes[:, 0] == _GARBAGE).any() else 1.0)
