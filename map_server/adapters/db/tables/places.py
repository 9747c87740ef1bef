"""Layers of the ward: areas, and sites under inspection."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

layers = Table(
    "layers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("crs", Text, nullable=False),
    Column("feature_count", Integer, nullable=False),
    Column("bounds", CanonicalJson, nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("attribution", Text, nullable=False, server_default=""),
    Column("licence", Text, nullable=False, server_default=""),
    Column("data_at", UtcDateTime),
)

areas = Table(
    "areas",
    metadata,
    Column("layer", String(64), primary_key=True),
    Column("area_id", String(64), primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("geometry_wkb", LargeBinary, nullable=False),
    Column("attributes", CanonicalJson, nullable=False),
)

sites = Table(
    "sites",
    metadata,
    Column("site_id", String(64), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("interval_days", Integer),
    Column("has_own_interval", Boolean, nullable=False),
    Column("inspected_at", UtcDateTime),
    # For lists: when a look is due, long ago where nobody ever looked, NULL where none is needed.
    Column("listed_due_at", UtcDateTime),
    Column("state", Text),
    Column("level", Text),
    Column("visit_from", Text),
    Column("visit_until", Text),
    Column("compound_id", String(64)),
    Column("grid_id", String(64)),
    Column("footprint_wkb", LargeBinary),
    Column("incident_id", String(36)),
    Column("is_decided", Boolean, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Index("ix_sites_kind", "kind"),
    Index("ix_sites_listed_due_at", "listed_due_at"),
)
