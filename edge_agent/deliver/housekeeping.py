"""Keeps the evidence folder within its cap: evidence goes before events, what nobody needs goes first."""

from datetime import datetime, timedelta
from threading import Lock

import structlog

from edge_agent.encode import without_evidence
from edge_agent.errors import TransientError
from edge_agent.evidence import EvidenceStore
from edge_agent.outbox import Outbox, StoredEvidence

log = structlog.get_logger(__name__)

_ORPHAN_AFTER = timedelta(hours=1)
"""A file that no message names after this time was written just before a power cut."""


class Housekeeping:
    """Works on outbox and evidence folder together; safe to call from the cameras' threads."""

    def __init__(self, outbox: Outbox, store: EvidenceStore) -> None:
        self._outbox = outbox
        self._store = store
        self._lock = Lock()

    def make_room(self, needed_bytes: int) -> None:
        """Drop evidence until so many bytes fit, in the order of `EvidenceLedger.stored`."""
        with self._lock:
            if self._store.surplus_bytes(needed_bytes) <= 0:
                return
            for piece in self._outbox.evidence.stored():
                if self._store.surplus_bytes(needed_bytes) <= 0:
                    return
                self._drop(piece)

    def tidy(self, now: datetime) -> None:
        """Keep to the cap, forget what was delivered long ago, clear away files that belong to nothing."""
        self.make_room(0)
        self._outbox.prune(now)
        with self._lock:
            stored = self._outbox.evidence.stored()
            sent_before = now - timedelta(seconds=self._store.params.keep_sent_s)
            for piece in stored:
                if piece.is_sent and piece.captured_at < sent_before:
                    self._drop(piece)
            known = {piece.sha256 for piece in stored}
            for sha256 in self._store.older_than(now - _ORPHAN_AFTER):
                if sha256 not in known:
                    self._store.delete(sha256)

    def _drop(self, piece: StoredEvidence) -> None:
        """Take a file out of the messages not sent yet, then delete it."""
        try:
            self._outbox.evidence.drop(piece.sha256, without_evidence)
        except TransientError:
            # The disk is so full that not even this can be written: the room of the file itself must do.
            self._store.delete(piece.sha256)
            self._outbox.evidence.drop(piece.sha256, without_evidence)
        self._store.delete(piece.sha256)
        if piece.is_wanted:
            self._store.lost += 1
            log.error("evidence dropped unsent: no room", sha256=piece.sha256, bytes=piece.size_bytes)
