"""The evidence folder: files named by the hash of their bytes, written whole or not at all."""

import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import structlog

from edge_agent.errors import ConfigError, PermanentError, TransientError
from edge_agent.evidence.params import EvidenceStoreParams

log = structlog.get_logger(__name__)

_UNFINISHED = ".part"
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "video/mp4": ".mp4"}


class EvidenceStore:
    """One folder for all cameras of an agent; safe to use from several threads."""

    def __init__(self, directory: Path, params: EvidenceStoreParams) -> None:
        """Open the folder, clear away what a crash left. Raises ConfigError if it cannot be used."""
        self.directory = directory
        self.params = params
        self.lost = 0
        """Pieces since start that the server will never get, because there was no room for them."""
        self._lock = Lock()
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for unfinished in directory.glob(f"*{_UNFINISHED}"):
                unfinished.unlink()
            self._bytes = sum(file.stat().st_size for file in self._files())
        except OSError as error:
            raise ConfigError(
                f"evidence folder {directory}: cannot be used ({error}); give one that the agent may write to"
            ) from error

    @property
    def total_bytes(self) -> int:
        """Bytes of all files."""
        return self._bytes

    def surplus_bytes(self, more: int = 0) -> int:
        """Give how many bytes must go before `more` fit in; 0 or less when they fit."""
        over_cap = self._bytes + more - self.params.max_bytes
        over_disk = self.params.min_free_bytes + more - shutil.disk_usage(self.directory).free
        return max(over_cap, over_disk)

    def save(self, content: bytes, media_type: str) -> tuple[str, Path]:
        """Write a file durably and give its hash and path. A file that is there already is left as it is.

        Raises TransientError when there is no room for it, OSError when the disk fails.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.directory / f"{sha256}{_SUFFIXES[media_type]}"
        with self._lock:
            if path.exists():
                return sha256, path
            if self.surplus_bytes(len(content)) > 0:
                raise TransientError(f"evidence folder {self.directory}: no room for {len(content)} bytes")
            self._write(path, content)
            self._bytes += len(content)
        return sha256, path

    def read(self, sha256: str) -> bytes:
        """Give the bytes of a file. Raises PermanentError when it is gone or was changed on the disk."""
        path = self._path(sha256)
        if path is None:
            raise PermanentError(f"evidence {sha256}: the file is gone")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PermanentError(f"evidence {sha256}: cannot be read ({error})") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise PermanentError(f"evidence {sha256}: the file was damaged on the disk")
        return content

    def delete(self, sha256: str) -> None:
        """Delete a file; one that is gone already is no fault."""
        with self._lock:
            path = self._path(sha256)
            if path is None:
                return
            size = path.stat().st_size
            path.unlink()
            self._bytes -= size

    def older_than(self, at: datetime) -> list[str]:
        """Give the hashes of files last written before a time."""
        hashes = []
        for file in self._files():
            try:
                if datetime.fromtimestamp(file.stat().st_mtime, UTC) < at:
                    hashes.append(file.stem)
            except FileNotFoundError:
                continue
        return hashes

    def _files(self) -> list[Path]:
        return [file for file in self.directory.iterdir() if file.suffix in _SUFFIXES.values()]

    def _path(self, sha256: str) -> Path | None:
        candidates = (self.directory / f"{sha256}{suffix}" for suffix in _SUFFIXES.values())
        return next((path for path in candidates if path.exists()), None)

    def _write(self, path: Path, content: bytes) -> None:
        """Write beside, flush, rename, flush the folder: after a power cut the file is whole or not there."""
        unfinished = path.with_suffix(_UNFINISHED)
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        folder = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
