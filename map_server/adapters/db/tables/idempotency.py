"""Requests that were carried out under an Idempotency-Key, each committed with its effect."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", String(160), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("done_at", UtcDateTime, nullable=False),
    Column("status", Integer),
    Column("headers", CanonicalJson),
    Column("body", LargeBinary),
    Column("path", Text, nullable=False),
    Index("ix_idempotency_keys_done_at", "done_at"),
)
