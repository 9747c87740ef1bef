"""The handbook as versioned records: units, working hours, SLAs, rules, holidays, groups of sites."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson

handbook_records = Table(
    "handbook_records",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", CanonicalJson, nullable=False),
    # The revision of the handbook in which a record came, and the one in which it was replaced or retired.
    Column("came_in", Integer, nullable=False),
    Column("ended_in", Integer),
    Column("source", Text, nullable=False),
    Index("ix_handbook_records_ended_in", "ended_in"),
)
