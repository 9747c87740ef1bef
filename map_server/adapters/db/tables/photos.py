"""Pictures that people added, and to what; the bytes are evidence."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import UtcDateTime

photos = Table(
    "photos",
    metadata,
    Column("subject_kind", String(32), primary_key=True),
    Column("subject_id", String(64), primary_key=True),
    Column("sha256", ForeignKey("evidence.sha256"), primary_key=True),
    Column("kept_as", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Index("ix_photos_sha256", "sha256"),
)
