"""What the structure watch remembers, across restarts: reference views, and what each day showed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.appearance.masks import Mask, marked
from edge_agent.types import Image

_INDEX = "diary.json"
_JPEG_QUALITY = 95

Counts = npt.NDArray[np.uint16]


@dataclass(slots=True)
class Day:
    """What the usable stills of one day showed.

    `differed` counts at each pixel the stills that looked like no reference, `recoloured` those that had the
    colour of none; `view` is the latest still.
    """

    day: date
    first_at: datetime
    view: Image
    differed: Counts
    recoloured: Counts
    stills: int = 0

    def add(self, changed: Mask, recoloured: Mask, view: Image) -> None:
        """Count one more still."""
        self.differed += (changed > 0).astype(np.uint16)
        self.recoloured += (recoloured > 0).astype(np.uint16)
        self.stills += 1
        self.view = view

    def changed(self, share: float) -> Mask:
        """Mark what differed in at least this part of the stills."""
        return marked(self.differed >= max(1.0, share * self.stills))


def coloured_anew(days: Sequence[Day], share: float) -> Mask:
    """Mark what had another colour in at least this part of the stills of some days."""
    counts = sum((day.recoloured.astype(np.float32) for day in days), start=np.float32(0))
    return marked(np.asarray(counts) >= max(1.0, share * sum(day.stills for day in days)))


@dataclass(slots=True)
class Diary:
    """All that is remembered of one camera. `frame_size_px` is what its frames measured."""

    frame_size_px: tuple[int, int]
    references: list[Image] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    last_still_at: datetime | None = None
    last_reference_at: datetime | None = None

    def day_of(self, day: date, at: datetime, view: Image) -> Day:
        """Give the entry of a day, a new one if it has none."""
        if not self.days or self.days[-1].day != day:
            differed, recoloured = (np.zeros(view.shape[:2], np.uint16) for _ in range(2))
            self.days.append(Day(day, at, view, differed, recoloured))
        return self.days[-1]


class DiaryFolder:
    """Keeps a diary in files. Pictures are written before the index that names them, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Diary | None:
        """Give the stored diary, None if there is none or it cannot be read."""
        try:
            index = json.loads((self._folder / _INDEX).read_text(encoding="utf-8"))
            return self._from_index(index)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, diary: Diary) -> None:
        """Store a diary; what did not change is not written again."""
        self._folder.mkdir(parents=True, exist_ok=True)
        index = {
            "frame_size_px": list(diary.frame_size_px),
            "last_still_at": _text(diary.last_still_at),
            "last_reference_at": _text(diary.last_reference_at),
            "references": [self._keep_reference(image) for image in diary.references],
            "days": [self._keep_day(day, is_latest=day is diary.days[-1]) for day in diary.days],
        }
        self._write(_INDEX, json.dumps(index).encode())
        self._remove_unnamed(index)

    def _keep_reference(self, image: Image) -> str:
        checksum = int(
            np.bitwise_xor.reduce(np.frombuffer(image.tobytes()[: image.size // 8 * 8], np.uint64))
        )
        name = f"reference-{checksum:016x}.png"
        if not (self._folder / name).exists():
            self._write(name, _encoded(image, ".png"))
        return name

    def _keep_day(self, day: Day, is_latest: bool) -> dict[str, Any]:
        view, differed, recoloured = (
            f"{day.day}-{what}" for what in ("view.jpg", "differed.png", "recoloured.png")
        )
        if is_latest or not (self._folder / view).exists():
            self._write(view, _encoded(day.view, ".jpg"))
            self._write(differed, _encoded(day.differed, ".png"))
            self._write(recoloured, _encoded(day.recoloured, ".png"))
        return {
            "day": day.day.isoformat(),
            "first_at": day.first_at.isoformat(),
            "stills": day.stills,
            "view": view,
            "differed": differed,
            "recoloured": recoloured,
        }

    def _from_index(self, index: dict[str, Any]) -> Diary:
        width, height = index["frame_size_px"]
        return Diary(
            (int(width), int(height)),
            [self._picture(name) for name in index["references"]],
            [
                Day(
                    date.fromisoformat(row["day"]),
                    datetime.fromisoformat(row["first_at"]),
                    self._picture(row["view"]),
                    self._counts(row["differed"]),
                    self._counts(row["recoloured"]),
                    int(row["stills"]),
                )
                for row in index["days"]
            ],
            _time(index["last_still_at"]),
            _time(index["last_reference_at"]),
        )

    def _picture(self, name: str) -> Image:
        return np.asarray(self._decoded(name, cv2.IMREAD_COLOR), dtype=np.uint8)

    def _counts(self, name: str) -> Counts:
        return np.asarray(self._decoded(name, cv2.IMREAD_UNCHANGED), dtype=np.uint16)

    def _decoded(self, name: str, mode: int) -> npt.NDArray[Any]:
        picture = cv2.imdecode(np.frombuffer((self._folder / name).read_bytes(), np.uint8), mode)
        if picture is None:
            raise ValueError(f"{name}: not a picture")
        return np.asarray(picture)

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self._folder / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self._folder / name)

    def _remove_unnamed(self, index: dict[str, Any]) -> None:
        named = {_INDEX, *index["references"]}
        named |= {row[key] for row in index["days"] for key in ("view", "differed", "recoloured")}
        for file in self._folder.iterdir():
            if file.name not in named and file.suffix in (".png", ".jpg", ".part"):
                file.unlink(missing_ok=True)


def _encoded(picture: npt.NDArray[Any], suffix: str) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if suffix == ".jpg" else []
    return cv2.imencode(suffix, picture, options)[1].tobytes()


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
