"""Incidents and the merges between them. `open_key` is unique: one open incident per place and kind."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

incidents = Table(
    "incidents",
    metadata,
    # The number is the row of the R*Tree on SQLite, and what people say on the phone.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("judgement", Text),
    Column("severity", Text, nullable=False),
    Column("open_key", Text),
    Column("anchor", Text, nullable=False),
    Column("views", CanonicalJson, nullable=False),
    Column("site_id", String(64)),
    Column("lon", Float),
    Column("lat", Float),
    Column("error_m", Float),
    Column("ellipse", CanonicalJson),
    Column("is_surveyed", Boolean),
    Column("label", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
    Column("event_count", Integer, nullable=False),
    Column("open_event_count", Integer, nullable=False),
    Column("reopened_count", Integer, nullable=False),
    Column("merged_into", String(36)),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # Follow from the place and the ward's areas, so that lists can be cut to what a person may see.
    Column("compound_id", String(64)),
    Column("grid_id", String(64)),
    Index(
        "ux_incidents_open_key",
        "open_key",
        unique=True,
        sqlite_where=text("open_key IS NOT NULL"),
        postgresql_where=text("open_key IS NOT NULL"),
    ),
    Index("ix_incidents_state_kind", "state", "kind"),
    Index("ix_incidents_last_seen_at", "last_seen_at"),
    Index("ix_incidents_site_id", "site_id"),
    Index("ix_incidents_anchor", "anchor"),
    Index("ix_incidents_compound_id", "compound_id"),
    Index("ix_incidents_grid_id", "grid_id"),
)

incident_merges = Table(
    "incident_merges",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("survivor_id", ForeignKey("incidents.id"), nullable=False),
    Column("absorbed_id", ForeignKey("incidents.id"), nullable=False),
    Column("event_ids", CanonicalJson, nullable=False),
    Column("survivor_before", CanonicalJson, nullable=False),
    Column("survivor_after", CanonicalJson, nullable=False),
    Column("absorbed_before", CanonicalJson, nullable=False),
    Column("merged_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_incident_merges_survivor_id", "survivor_id"),
    Index("ix_incident_merges_absorbed_id", "absorbed_id"),
)
