"""events.jsonl: one EventMessage per line, complete under its name or not there at all."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from edge_agent.errors import ConfigError
from edge_agent.outbox import OutgoingMessage


class Forgetful:
    """A ledger that keeps nothing, for measurements."""

    def commit_step(
        self, messages: Sequence[OutgoingMessage], state: Mapping[str, str], now: datetime
    ) -> None:
        """Keep nothing."""

    def load_state(self, name: str) -> str | None:
        """Give nothing."""
        del name
        return None


class EventFile:
    """A ledger for replays (`pipeline.Ledger`): keeps messages, forgets the rules' memory.

    Lines go to a hidden file beside `path`, which takes that name when the block ends without an error; an
    older file of that name stays as it was until then. Without a path they go to standard output.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._part = None if path is None else path.with_name(f".{path.name}.part")
        self._file: BinaryIO = sys.stdout.buffer

    def __enter__(self) -> Self:
        if self._part is not None:
            try:
                self._file = self._part.open("wb")
            except OSError as error:
                raise ConfigError(
                    f"{self._path}: cannot be written ({error.strerror}); give a folder that exists"
                ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part is None or self._path is None:
            return
        self._file.close()
        if error is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)

    def commit_step(
        self, messages: Sequence[OutgoingMessage], state: Mapping[str, str], now: datetime
    ) -> None:
        """Write messages as lines."""
        del state, now
        self._file.write(b"".join(message.body + b"\n" for message in messages))
        self._file.flush()

    def load_state(self, name: str) -> str | None:
        """Give nothing: a replay begins with an empty memory."""
        del name
        return None
