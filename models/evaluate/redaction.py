"""Measures whether persons are hidden in evidence: annotated persons against what the agent would pixelate.

Each picture goes the way of a still of an event: through the camera's pipeline, which hides whom it sees, and
then past the second look that every still gets before it is written (`edge_agent.evidence`). What else
becomes mosaic is counted too: an agent that hides all would be of no use.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np
import numpy.typing as npt

from edge_agent.appearance.mosaic import pixelate
from edge_agent.types import BoxXyxy, Image
from models.evaluate.fault_pictures import TRUE_COLOUR, address_of, outlined

MIN_COVER = 0.8
"""Part of a person's box that must be mosaic; what is left is margin around the figure."""
MIN_HEIGHT_PX = 24.0
"""Smaller persons cannot be recognised and are not counted."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Redacted:
    """One picture, the persons in it, the reported things in it, and what the agent hides."""

    name: str
    image: Image
    persons: tuple[BoxXyxy, ...]
    hidden: tuple[BoxXyxy, ...]
    things: tuple[BoxXyxy, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlooked:
    """A person who is not hidden; `address` is the picture as it would be written, the person outlined."""

    picture: str
    cover: float
    address: str


@dataclass(frozen=True, slots=True)
class RedactionScore:
    """The figures of one set of pictures."""

    name: str
    frames: int
    persons: int
    hidden: int
    needless_share: float | None
    """Part of the area without persons that is mosaic."""
    thing_hidden_share: float | None
    """Part of the reported things, where no person stands before them, that is mosaic."""
    misses: tuple[Overlooked, ...] = field(repr=False)
    min_cover: float = MIN_COVER
    min_height_px: float = MIN_HEIGHT_PX

    @property
    def share(self) -> float | None:
        """Part of the persons that are hidden."""
        return self.hidden / self.persons if self.persons else None


@dataclass(slots=True)
class _Area:
    """Pixels that could be spared, and those that were not."""

    pixels: int = 0
    mosaic: int = 0

    def add(self, area: Mask, mosaic: Mask) -> None:
        self.pixels += int(area.sum())
        self.mosaic += int((area & mosaic).sum())

    @property
    def share(self) -> float | None:
        return self.mosaic / self.pixels if self.pixels else None


def score_redaction(name: str, pictures: Iterable[Redacted]) -> RedactionScore:
    """Count hidden and overlooked persons, and what was hidden beside them."""
    frames = persons = 0
    misses: list[Overlooked] = []
    rest, things = _Area(), _Area()
    for picture in pictures:
        frames += 1
        mosaic = _mask(picture.image, picture.hidden)
        people = _mask(picture.image, picture.persons)
        rest.add(~people, mosaic)
        things.add(_mask(picture.image, picture.things) & ~people, mosaic)
        tall = [person for person in picture.persons if person[3] - person[1] > MIN_HEIGHT_PX]
        persons += len(tall)
        misses += _overlooked(picture, tall, mosaic)
    return RedactionScore(
        name, frames, persons, persons - len(misses), rest.share, things.share, tuple(misses)
    )


def _overlooked(picture: Redacted, persons: Sequence[BoxXyxy], mosaic: Mask) -> Iterator[Overlooked]:
    for person in persons:
        cover = float(_cut(mosaic, person).mean()) if _cut(mosaic, person).size else 1.0
        if cover < MIN_COVER:
            written = pixelate(picture.image, picture.hidden)
            outlined(written, person, TRUE_COLOUR)
            yield Overlooked(picture.name, cover, address_of(written))


def _mask(image: Image, boxes: Iterable[BoxXyxy]) -> Mask:
    mask = np.zeros(image.shape[:2], np.bool_)
    for box in boxes:
        _cut(mask, box)[:] = True
    return mask


def _cut(mask: Mask, box: BoxXyxy) -> Mask:
    """Give the pixels that `pixelate` would change for a box."""
    return mask[max(0, int(box[1])) : max(0, ceil(box[3])), max(0, int(box[0])) : max(0, ceil(box[2]))]
