"""Who is told of which changes, and how far it has come. `cursor` and `seq` are of the audit log."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscription_id", String(36), primary_key=True),
    Column("name", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("secret", Text),
    Column("actions", CanonicalJson, nullable=False),
    Column("reach", CanonicalJson),
    Column("language", String(2), nullable=False),
    Column("digest_minutes", Integer, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("paused_at", UtcDateTime),
    Column("removed_at", UtcDateTime),
    Column("version", Integer, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("subscription_id", ForeignKey("subscriptions.subscription_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("answer", Text, nullable=False),
    Index("ix_deliveries_state_due_at", "state", "due_at"),
)
