"""The one SQLite file under the outbox: opened durable, checked at start, rebuilt when damaged.

Durability: WAL journal with synchronous=FULL, so that a commit survives a power cut (SQLite documentation,
"PRAGMA synchronous" and "Write-Ahead Logging").
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import RLock

from edge_agent.errors import ConfigError, EdgeError, TransientError
from edge_agent.outbox.records import Recovery

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE message (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'set_aside', 'dropped')),
    changed_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    UNIQUE (event_id, sequence)
);
CREATE INDEX message_by_state ON message (state, position);
CREATE TABLE evidence (
    sha256 TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    captured_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'set_aside', 'dropped')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX evidence_by_state ON evidence (state, captured_at);
CREATE TABLE message_evidence (
    event_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (event_id, sequence, sha256)
) WITHOUT ROWID;
CREATE INDEX message_of_evidence ON message_evidence (sha256);
CREATE TABLE rule_state (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    saved_at REAL NOT NULL
) WITHOUT ROWID;
"""

_TABLES = ("message", "evidence", "message_evidence", "rule_state")

_TRY_AGAIN = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PRIMARY_CODE = 0xFF
"""Extended result codes carry the primary one in their low byte (sqlite.org/rescode.html)."""

_PAGE_BYTES = 4096
_OVERHEAD_BYTES = 32 * 1024 * 1024
"""Room for keys, indexes, tombstones and rule state beside the bodies."""


class Database:
    """A connection for all threads of one agent, one transaction at a time."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self._lock = RLock()
        self._connection = _connect(path)
        pages = (2 * max_bytes + _OVERHEAD_BYTES) // _PAGE_BYTES
        self._connection.execute(f"PRAGMA max_page_count={pages}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block does, or nothing of it.

        Raises TransientError when the disk is full or the file cannot be written just now, EdgeError when
        the file is damaged (the next start rebuilds it).
        """
        with self._lock, _sorted_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Read."""
        with self._lock, _sorted_errors(self.path):
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file; further calls fail."""
        with self._lock:
            self._connection.close()


def open_database(path: Path, max_bytes: int, now: datetime) -> tuple[Database, Recovery | None]:
    """Open the file, make it when it is not there, and rebuild it when it is damaged.

    Raises ConfigError when the folder cannot be used or a newer agent wrote the file.
    """
    recovery = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        damage = _damage(path)
        if damage is not None:
            recovery = _rebuild(path, damage, now)
        return Database(path, max_bytes), recovery
    except (OSError, sqlite3.OperationalError) as error:
        raise ConfigError(
            f"outbox {path}: cannot be opened ({error}); give a folder that the agent may write to"
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA journal_size_limit=4194304")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
        elif version != SCHEMA_VERSION:
            raise ConfigError(
                f"outbox {path}: written by another version of the agent (format {version}, this one knows "
                f"{SCHEMA_VERSION}); install that version, or move the file away to begin anew"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _damage(path: Path) -> str | None:
    """Say in one line what is wrong with the file, None when it is sound or not there."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=5.0)) as connection:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if verdict == "ok" else str(verdict).splitlines()[-1]


def _rebuild(path: Path, damage: str, now: datetime) -> Recovery:
    """Move the damaged file away and copy what can be read of it into a new one."""
    moved = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S}")
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(moved.with_name(moved.name + suffix))
    with closing(_connect(path)) as fresh, closing(sqlite3.connect(moved, timeout=5.0)) as damaged:
        saved = {table: _salvage(damaged, fresh, table) for table in _TABLES}
    return Recovery(
        damage=damage,
        damaged_file=str(moved),
        messages_saved=saved["message"],
        evidence_saved=saved["evidence"],
        states_saved=saved["rule_state"],
    )


def _salvage(damaged: sqlite3.Connection, fresh: sqlite3.Connection, table: str) -> int:
    """Copy rows until the damage is met, from both ends of the table. Gives the number of rows saved."""
    fresh.execute("BEGIN IMMEDIATE")
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.DatabaseError):
            for row in damaged.execute(f"SELECT * FROM {table} ORDER BY 1 {order}"):  # noqa: S608 - own names
                marks = ",".join("?" * len(row))
                fresh.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)  # noqa: S608 - own names
    saved: int = fresh.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - own names
    fresh.execute("COMMIT")
    return saved


@contextmanager
def _sorted_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & _PRIMARY_CODE in _TRY_AGAIN:
            raise TransientError(f"outbox {path}: cannot be written just now ({error})") from error
        if code is not None and code & _PRIMARY_CODE in _DAMAGED:
            raise EdgeError(f"outbox {path}: damaged ({error}); restart the agent to rebuild it") from error
        raise
