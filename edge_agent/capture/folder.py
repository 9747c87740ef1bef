"""A folder of images, in the order in which a person would count them."""

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import structlog

from edge_agent.capture.pictures import held
from edge_agent.capture.timeline import Shot
from edge_agent.errors import ConfigError
from edge_agent.types import Image

_log = structlog.get_logger()

FOLDER_FPS = 25.0
"""Frames per second of a folder when none is given; images carry no time."""

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


class ImageFolder:
    """A Recording. An unreadable image is left out; its place in time stays empty."""

    def __init__(self, path: Path, fps: float | None = None) -> None:
        """Raises ConfigError when the folder holds no image, or its first one cannot be read."""
        self._files = sorted(_images_in(path), key=_natural_order)
        self._interval_s = 1.0 / (fps or FOLDER_FPS)
        if not self._files:
            known = " ".join(sorted(_SUFFIXES))
            raise ConfigError(f"{path}: no images in this folder; it must hold files that end in {known}")
        if _read(self._files[0]) is None:
            raise ConfigError(f"{self._files[0]}: is not a readable image")

    @property
    def total_frames(self) -> int | None:
        """Number of images."""
        return len(self._files)

    def shots(self) -> Iterator[Shot]:
        """Yield the images, evenly spaced in time."""
        for index, file in enumerate(self._files):
            image = _read(file)
            if image is None:
                _log.warning("image_left_out", file=str(file), reason="not a readable image")
                continue
            yield Shot(index * self._interval_s, held(image))


def _images_in(path: Path) -> list[Path]:
    try:
        return [file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES and file.is_file()]
    except OSError as error:
        raise ConfigError(f"{path}: the folder cannot be read ({error.strerror})") from error


def _natural_order(file: Path) -> list[tuple[int, int, str]]:
    """Digits count as numbers: frame9 comes before frame10."""
    parts = re.split(r"(\d+)", file.name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _read(file: Path) -> Image | None:
    try:
        data = np.fromfile(file, dtype=np.uint8)
    except OSError:
        return None
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    return None if image is None else np.asarray(image, dtype=np.uint8)
