"""Closed streets, and which segments were walked when."""

from sqlalchemy import Column, Date, Float, Index, LargeBinary, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

street_closures = Table(
    "street_closures",
    metadata,
    Column("closure_id", String(36), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("segment_ids", CanonicalJson, nullable=False),
    Column("area_wkb", LargeBinary),
    Column("created_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
)

segment_walks = Table(
    "segment_walks",
    metadata,
    Column("team_id", String(64), primary_key=True),
    Column("segment_id", String(16), primary_key=True),
    Column("entered_at", UtcDateTime, primary_key=True),
    Column("left_at", UtcDateTime, nullable=False),
    Column("day", Date, nullable=False),
    Column("begin", Float, nullable=False),
    Column("end", Float, nullable=False),
    Index("ix_segment_walks_day", "day"),
)
