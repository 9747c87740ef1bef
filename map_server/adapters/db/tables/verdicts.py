"""Decisions of auditors. A verdict is never changed, only undone; an undo restores `incident_before`."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

verdicts = Table(
    "verdicts",
    metadata,
    Column("verdict_id", String(36), primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text),
    Column("kind", Text),
    Column("label", Text),
    Column("note", Text, nullable=False),
    Column("decided_by", ForeignKey("accounts.account_id"), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("incident_version", Integer, nullable=False),
    Column("incident_before", CanonicalJson, nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", Text),
    Index("ix_verdicts_incident_id", "incident_id"),
    Index("ix_verdicts_decided_by_decided_at", "decided_by", "decided_at"),
)
