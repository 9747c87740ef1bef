"""Event ids: UUID version 7 from time and chance in service, from time and footage in a replay."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

import uuid_utils

IdFactory = Callable[[], str]


def random_id() -> str:
    """Give a fresh UUID version 7 (RFC 9562, section 5.7)."""
    return str(uuid_utils.uuid7())


class _Timed(Protocol):
    @property
    def captured_at(self) -> datetime: ...


TimedItem = TypeVar("TimedItem", bound=_Timed)


class ReplayIds:
    """Gives the same ids for the same footage, so that a replay can be repeated byte by byte and sent twice.

    An id is made of the time of the frame being judged (its 48 bits of milliseconds) and a hash of the
    camera, that time and how many ids the frame has had before; so a replay that was killed and begun anew
    gives a thing the id that it had.
    """

    def __init__(self, camera_id: str) -> None:
        self._camera_id = camera_id
        self._at: datetime | None = None
        self._given = 0

    def following(self, items: Iterable[TimedItem]) -> Iterator[TimedItem]:
        """Yield frames, taking the time of each before anyone can ask for an id."""
        for item in items:
            self._at, self._given = item.captured_at, 0
            yield item

    @property
    def at(self) -> datetime:
        """The time of the present frame."""
        if self._at is None:
            raise RuntimeError("no frame has been followed yet")
        return self._at

    def __call__(self) -> str:
        """Give the next id of the present frame."""
        seed = f"{self._camera_id} {self.at.isoformat()} {self._given}"
        self._given += 1
        chance = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:10])
        milliseconds = int(self.at.timestamp() * 1000)
        return str(_uuid7(milliseconds, chance))


def _uuid7(milliseconds: int, chance: int) -> uuid.UUID:
    """Lay out time (48 bits), version 7, 12 bits, variant 2, 62 bits, after RFC 9562, figure 11."""
    high, low = (chance >> 62) & 0xFFF, chance & ((1 << 62) - 1)
    return uuid.UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
