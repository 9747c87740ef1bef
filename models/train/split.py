"""Which photos are held back: whole places, never single files, so that one place does not stand on both
sides."""

import re
from collections.abc import Sequence
from zlib import crc32

BLOCKS, FOLDS = 20, 10
"""The range of photo ids is cut into so many blocks; a fold is every tenth of them, so two stretches far
apart."""


def photo_id(name: str) -> int:
    """Give the id of a street_garbage photo; an augmented copy has the id of its photo."""
    return int(re.split(r"[_.]", name)[0])


def held_back(names: Sequence[str], fold: int) -> set[str]:
    """Choose the street_garbage names of one fold (0 to 9): those whose id lies in its blocks."""
    if not names:
        return set()
    low, high = min(map(photo_id, names)), max(map(photo_id, names)) + 1
    width = (high - low) / BLOCKS
    return {name for name in names if int((photo_id(name) - low) / width) % FOLDS == fold}


def is_place_held_back(place: str, fold: int) -> bool:
    """Tell whether a named place belongs to the fold; the answer does not change when other places join."""
    return crc32(place.encode()) % FOLDS == fold
