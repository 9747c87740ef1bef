"""Reads detections from a file instead of pixels: MOTChallenge rows become the detections of timed frames.

Rows: `frame,-1,x,y,w,h,confidence,class_id,-1,-1`; frames count from 1, x and y are the top left corner in
pixels. A row of -1 after the frame number is a frame without detections, and so is a frame number that no row
names.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path

from edge_agent.boxes import clip
from edge_agent.errors import ConfigError
from edge_agent.types import Detection

COLUMNS = "frame,-1,x,y,w,h,confidence,class_id,-1,-1"
MIN_COLUMNS = 8

MAX_FRAMES = 100_000_000
"""A frame number beyond this (four months at 10 frames per second) is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class DetectedFrame:
    """The detections of one frame; `sequence` counts from 0."""

    sequence: int
    captured_at: datetime
    detections: tuple[Detection, ...]


@dataclass(frozen=True, slots=True)
class DetectionFile:
    """A file of MOTChallenge rows and how to read it.

    `label_of` gives the word for a class id, None for classes that no rule knows. The time of a frame is
    `start_at` plus its place divided by `fps`.
    """

    path: Path
    fps: float
    frame_size_px: tuple[int, int]
    start_at: datetime
    label_of: Callable[[int], str | None]

    def frames(self) -> Iterator[DetectedFrame]:
        """Yield every frame from the first to the last that a row names, in order.

        Raises ConfigError naming file, line and column for a malformed row.
        """
        found = self._read()
        for number in range(1, max(found, default=0) + 1):
            yield DetectedFrame(
                sequence=number - 1,
                captured_at=self.start_at + timedelta(seconds=(number - 1) / self.fps),
                detections=tuple(found.get(number, ())),
            )

    def _read(self) -> dict[int, list[Detection]]:
        found: dict[int, list[Detection]] = {}
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise ConfigError(f"{self.path}: cannot be read ({error.strerror}); check the path") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self.path}: is no text file; rows must be {COLUMNS}") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                frame, detection = self._parse(line)
            except ValueError as error:
                raise ConfigError(f"{self.path}: line {number}: {error}") from error
            rows = found.setdefault(frame, [])
            if detection is not None:
                rows.append(detection)
        if not found:
            raise ConfigError(f"{self.path}: holds no rows; each must be {COLUMNS}")
        return found

    def _parse(self, line: str) -> tuple[int, Detection | None]:
        """Read one row. Raises ValueError that says which column is wrong and what is allowed."""
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) < MIN_COLUMNS:
            raise ValueError(f"has {len(cells)} columns, {MIN_COLUMNS} or more are needed: {COLUMNS}")
        frame = _whole(cells[0], "frame")
        if not 1 <= frame <= MAX_FRAMES:
            raise ValueError(f"frame: {frame} is not in 1..{MAX_FRAMES}; frames count from 1")
        if all(cell in ("-1", "-1.0") for cell in cells[2:6]):
            return frame, None
        x, y, width, height = (
            _number(cells[i], name) for i, name in ((2, "x"), (3, "y"), (4, "w"), (5, "h"))
        )
        if not (width > 0 and height > 0):
            raise ValueError(f"w, h: {width:g} x {height:g} must both be greater than 0")
        score = _number(cells[6], "confidence")
        if not 0 <= score <= 1:
            raise ValueError(f"confidence: {score:g} is not in 0..1")
        label = self.label_of(_whole(cells[7], "class_id"))
        return frame, None if label is None else self._detection(label, score, x, y, width, height)

    def _detection(
        self, label: str, score: float, x: float, y: float, width: float, height: float
    ) -> Detection:
        frame_width, frame_height = self.frame_size_px
        if x >= frame_width or y >= frame_height or x + width <= 0 or y + height <= 0:
            picture = f"{frame_width}x{frame_height} picture"
            raise ValueError(f"x, y: box at {x:g}, {y:g} lies outside the {picture}; check --size")
        return Detection(label, score, clip((x, y, x + width, y + height), self.frame_size_px))


def _number(cell: str, name: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"{name}: {cell!r} is not a number") from None
    if not isfinite(value):
        raise ValueError(f"{name}: {cell!r} is not a finite number")
    return value


def _whole(cell: str, name: str) -> int:
    value = _number(cell, name)
    if value != int(value):
        raise ValueError(f"{name}: {cell!r} is not a whole number")
    return int(value)
