"""Evidence as files `ab/cd/<sha256>`, written beside and moved into place when their hash is right."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from map_server.domain.errors import Conflict, Unavailable

_PIECE_BYTES = 1 << 20


def sha256_of(path: Path) -> str:
    """Give the hash of a file's bytes, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


class EvidenceFolder:
    """See services.evidence.EvidenceFiles. One process writes; a lock keeps its threads apart."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._partial = root / "partial"
        self._lock = threading.Lock()

    def received(self, sha256: str) -> int:
        """Give the number of bytes of a piece on the way; 0 when nothing came yet."""
        part = self._partial / sha256
        return part.stat().st_size if part.exists() else 0

    def append(self, sha256: str, offset: int, content: bytes) -> int:
        """Add bytes at the end of a piece on the way. Offset 0 begins anew. Raises Conflict for another
        offset.
        """
        with self._lock:
            received = self.received(sha256)
            if offset not in (0, received):
                raise Conflict(
                    f"{received} bytes of this piece are here; go on from there, not from {offset}"
                )
            try:
                self._partial.mkdir(parents=True, exist_ok=True)
                with (self._partial / sha256).open("wb" if offset == 0 else "ab") as file:
                    file.write(content)
            except OSError as error:
                raise Unavailable(
                    f"evidence cannot be written just now ({error.strerror}); try again"
                ) from error
            return offset + len(content)

    def has_all(self, sha256: str) -> bool:
        """Tell whether the bytes of a piece on the way have its hash already."""
        part = self._partial / sha256
        return part.exists() and sha256_of(part) == sha256

    def complete(self, sha256: str) -> bool:
        """Make a piece whole and durable if its bytes have this hash; else throw them away and say False."""
        with self._lock:
            part = self._partial / sha256
            if not part.exists():
                return self.path(sha256) is not None
            if sha256_of(part) != sha256:
                part.unlink()
                return False
            place = self._place(sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            _sync(part)
            part.replace(place)
            _sync(place.parent)
            return True

    def path(self, sha256: str) -> Path | None:
        """Give the file of a whole piece, or None."""
        place = self._place(sha256)
        return place if place.is_file() else None

    def is_intact(self, sha256: str) -> bool:
        """Tell whether a whole piece is there and still has its hash."""
        path = self.path(sha256)
        return path is not None and sha256_of(path) == sha256

    def remove(self, sha256: str) -> bool:
        """Remove a whole piece; False when there is none."""
        place = self._place(sha256)
        if not place.is_file():
            return False
        place.unlink()
        _sync(place.parent)
        return True

    def names(self) -> Iterator[str]:
        """Give the names of all whole pieces, in order."""
        for path in sorted(self._root.glob("??/??/*")):
            yield path.name

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
