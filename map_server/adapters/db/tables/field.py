"""What comes from phones in the field: records, the pictures they name, messages to teams, tracks."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

field_records = Table(
    "field_records",
    metadata,
    Column("record_id", String(36), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("phone_id", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("session", String(64), nullable=False),
    Column("uptime_s", Float, nullable=False),
    Column("offset_s", Float),
    Column("sent_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("plan_id", String(36)),
    Column("team_id", String(40)),
    Column("stop_id", String(36)),
    Column("message_id", String(36)),
    Column("subject", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("fix", CanonicalJson),
    Column("recent", CanonicalJson, nullable=False),
    Column("outcome", Text),
    Column("answers", CanonicalJson, nullable=False),
    Column("find_kind", Text),
    Column("note", Text, nullable=False),
    Column("doubts", CanonicalJson, nullable=False),
    Column("is_doubted", Boolean, nullable=False),
    Column("compound_id", String(64)),
    Column("grid_id", String(64)),
    Column("reviewed_at", UtcDateTime),
    Column("reviewed_by", Text),
    Column("review", Text, nullable=False),
    Column("verdict", Text),
    Index("ix_field_records_phone_id", "phone_id", "sequence"),
    Index("ix_field_records_actor", "actor", "made_at"),
    Index("ix_field_records_plan_id", "plan_id", "team_id"),
    Index("ix_field_records_received_at", "received_at"),
)

field_photos = Table(
    "field_photos",
    metadata,
    Column("record_id", ForeignKey("field_records.record_id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("role", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("captured_at", UtcDateTime),
    Column("source_sha256", String(64)),
    Column("kept_sha256", String(64)),
    Column("received_at", UtcDateTime),
    Index("ix_field_photos_sha256", "sha256"),
    Index("ix_field_photos_source_sha256", "source_sha256"),
    Index("ix_field_photos_kept_sha256", "kept_sha256"),
)

team_messages = Table(
    "team_messages",
    metadata,
    Column("message_id", String(36), primary_key=True),
    Column("plan_id", ForeignKey("patrol_plans.plan_id"), nullable=False),
    Column("team_id", ForeignKey("teams.team_id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Index("ix_team_messages_plan_id", "plan_id", "team_id"),
)

track_fixes = Table(
    "track_fixes",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("lon", Float, primary_key=True),
    Column("lat", Float, primary_key=True),
    Column("accuracy_m", Float, nullable=False),
    Column("is_mock", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("plan_id", String(36), nullable=False),
    Column("team_id", String(40), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index("ix_track_fixes_at", "at"),
    Index("ix_track_fixes_plan_id", "plan_id", "team_id"),
    Index("ix_track_fixes_received_at", "received_at"),
)

track_tokens = Table(
    "track_tokens",
    metadata,
    Column("account_id", ForeignKey("accounts.account_id"), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)
