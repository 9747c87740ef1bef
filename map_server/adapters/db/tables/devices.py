"""Devices, their one-time enrolment tokens, and their cameras."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import UtcDateTime

devices = Table(
    "devices",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("token_hash", String(64)),
    Column("public_key", String(64)),
    Column("registered_at", UtcDateTime, nullable=False),
    Column("enrolled_at", UtcDateTime),
    Column("last_seen_at", UtcDateTime),
    Column("is_online", Boolean, nullable=False),
    Column("agent_version", String(64)),
    Column("clock_skew_s", Float),
    Column("outbox_pending", Integer),
    Column("outbox_set_aside", Integer),
    Column("outbox_dropped", Integer),
    Column("evidence_bytes", BigInteger),
    Column("evidence_dropped", Integer),
    Column("disk_free_bytes", BigInteger),
    Column("cpu_temperature_c", Float),
    Column("model_id", String(128)),
    Column("name", Text),
    Column("place", Text),
    Column("national_id", String(20)),
    Column("compound_id", String(64)),
    Column("grid_id", String(64)),
    Index("ux_devices_national_id", "national_id", unique=True),
    Index("ix_devices_compound_id", "compound_id"),
    Index("ix_devices_grid_id", "grid_id"),
    Index("ix_devices_is_online", "is_online", "last_seen_at"),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_enrolments_device_id", "device_id"),
)

cameras = Table(
    "cameras",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("camera_id", String(128), primary_key=True),
    Column("lon", Float),
    Column("lat", Float),
    Column("position_source", Text),
    Column("state", Text, nullable=False),
    Column("state_since", UtcDateTime, nullable=False),
    Column("last_frame_at", UtcDateTime),
    Column("analysed_fps", Float, nullable=False),
    Column("observed_s", Float, nullable=False),
)
