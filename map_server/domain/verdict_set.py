"""Verdicts as a training set: which picture goes where, with which boxes; the same verdicts, the same set.

A picture's split follows from its camera and day alone, so that near-duplicates never lie on both sides.
Confirmed and relabelled finds are boxes; a picture with nothing but rejected finds is a negative. What nobody
could decide is left out. Boxes are those that were judged; other things in a picture may be unlabelled.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from map_server.domain.verdict import Decision, Opinion
from map_server.domain.ward_time import WARD_ZONE
from wire_contract.vocabulary import EventKind

_TRAIN_OF_100, _VAL_OF_100 = 70, 85


class Split(StrEnum):
    """The three parts of the set."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFind:
    """One find of one camera with the verdict that stands. `sha256` of its alarm still, None when no event
    names one; `box_xyxy_px` in pixels of `frame_size_px`.
    """

    verdict_id: str
    event_id: str
    opinion: Opinion
    kind: EventKind
    label: str
    camera: tuple[str, str]
    captured_at: datetime
    sha256: str | None
    box_xyxy_px: tuple[float, float, float, float]
    frame_size_px: tuple[int, int]
    score: float
    model: tuple[str, str] | None

    @property
    def is_there(self) -> bool:
        """Whether the box shows something."""
        return self.opinion.decision in (Decision.CONFIRM, Decision.RELABEL)

    @property
    def category(self) -> tuple[str, str]:
        """Give the true kind and the name of the thing; a thing of another kind has that kind's name."""
        kind = self.opinion.kind or self.kind
        if self.opinion.label:
            return str(kind), self.opinion.label
        return str(kind), self.label if kind is self.kind else str(kind)


@dataclass(frozen=True, slots=True)
class SetPicture:
    """One picture of the set with all finds on it, ordered by event."""

    sha256: str
    split: Split
    finds: tuple[JudgedFind, ...]

    @property
    def boxes(self) -> tuple[JudgedFind, ...]:
        """What is truly there."""
        return tuple(find for find in self.finds if find.is_there)


def split_of(camera: tuple[str, str], captured_at: datetime) -> Split:
    """Give the part that everything of this camera on this day of the ward belongs to: 70, 15, 15 of 100."""
    day = captured_at.astimezone(WARD_ZONE).date().isoformat()
    digest = hashlib.sha256("|".join((*camera, day)).encode()).digest()
    bucket = int.from_bytes(digest[:8], "big") % 100
    if bucket < _TRAIN_OF_100:
        return Split.TRAIN
    return Split.VAL if bucket < _VAL_OF_100 else Split.TEST


def pictures_of(finds: Iterable[JudgedFind]) -> list[SetPicture]:
    """Group finds by picture, in order of the pictures' hashes."""
    on_picture: dict[str, list[JudgedFind]] = {}
    for find in finds:
        if find.sha256 is not None:
            on_picture.setdefault(find.sha256, []).append(find)
    return [
        SetPicture(sha256, split_of(ordered[0].camera, ordered[0].captured_at), tuple(ordered))
        for sha256, each in sorted(on_picture.items())
        if (ordered := sorted(each, key=lambda find: (find.event_id, find.verdict_id)))
    ]


def categories_of(pictures: Iterable[SetPicture]) -> list[tuple[str, str]]:
    """Give kind and name of everything that is there, in order; the place in the list is the class number."""
    return sorted({find.category for picture in pictures for find in picture.boxes})
