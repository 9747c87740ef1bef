"""Events as devices sent them: the state of each, every message behind it, the evidence it names."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

events = Table(
    "events",
    metadata,
    Column("event_id", String(36), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("camera_id", String(128), nullable=False),
    Column("zone_id", String(128), nullable=False),
    Column("kind", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("score", Float, nullable=False),
    Column("label", Text, nullable=False),
    Column("picture", CanonicalJson, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("error_m", Float),
    Column("ellipse", CanonicalJson),
    Column("is_surveyed", Boolean),
    Column("attributes", CanonicalJson, nullable=False),
    Column("model", CanonicalJson),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("why", CanonicalJson, nullable=False),
    Index("ix_events_incident_id", "incident_id"),
    Index("ix_events_device_id_camera_id", "device_id", "camera_id"),
)

event_messages = Table(
    "event_messages",
    metadata,
    Column("event_id", ForeignKey("events.event_id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("phase", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("content", Text, nullable=False),
)

event_evidence = Table(
    "event_evidence",
    metadata,
    Column("event_id", ForeignKey("events.event_id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("captured_at", UtcDateTime, nullable=False),
    Column("redaction", Text, nullable=False),
    Index("ix_event_evidence_sha256", "sha256"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("device_id", ForeignKey("devices.id")),
    Column("received_at", UtcDateTime, nullable=False),
    Column("uploaded_by", Text),
    Column("erased_at", UtcDateTime),
    Column("erased_by", Text),
    Column("erased_reason", Text),
)
