"""Exports verdicts as a versioned COCO and YOLO set in one archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from map_server.domain.audit_log import JsonObject
from map_server.domain.verdict_set import JudgedFind
from map_server.services.ports import Begin


@dataclass(frozen=True, slots=True)
class MadeSet:
    """What an archive holds. `version`: its manifest's hash, short; `missing` finds have no picture."""

    version: str
    sha256: str
    images: int
    boxes: int
    negatives: int
    missing: int


class JudgedFinds(Protocol):
    """A flat read of the verdicts that stand."""

    def until(self, moment: datetime | None) -> list[JudgedFind]:
        """Give the finds behind verdicts given before a moment (None: all), none of them unsure."""


class SetWriter(Protocol):
    """Writes the archive."""

    def __call__(self, finds: Sequence[JudgedFind], out: Path) -> MadeSet:
        """Write a set to a file, replacing what is there only when it is whole."""


class VerdictExport:
    """Puts on record who exported what."""

    def __init__(self, begin: Begin, finds: JudgedFinds, write: SetWriter) -> None:
        self._begin = begin
        self._finds = finds
        self._write = write

    def write(self, out: Path, actor: str, until: datetime | None = None) -> MadeSet:
        """Write the set of all verdicts, or of those given before a moment."""
        made = self._write(self._finds.until(until), out)
        with self._begin() as work:
            facts: JsonObject = {"sha256": made.sha256, "images": made.images, "boxes": made.boxes}
            work.note("verdicts_exported", "verdict_set", made.version, actor, after=facts)
            work.commit()
        return made
