"""What keeps the record honest: signed heads of the audit log, and what may not be erased."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import UtcDateTime

signed_heads = Table(
    "signed_heads",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signed_at", String(32), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("hold_id", String(36), primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("lifted_at", UtcDateTime),
    Column("lifted_by", Text),
    Column("lift_reason", Text),
    Index("ix_legal_holds_subject", "subject_kind", "subject_id"),
)
