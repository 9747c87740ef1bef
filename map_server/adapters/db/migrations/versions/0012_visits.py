"""Records and pictures from phones in the field, messages to teams, tracks."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0012_visits"
down_revision = "0011_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_records()
    _create_photos()
    _create_messages()
    _create_tracks()


def _create_records() -> None:
    op.create_table(
        "field_records",
        sa.Column("record_id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("phone_id", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("uptime_s", sa.Float, nullable=False),
        sa.Column("offset_s", sa.Float),
        sa.Column("sent_at", UtcDateTime),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("plan_id", sa.String(36)),
        sa.Column("team_id", sa.String(40)),
        sa.Column("stop_id", sa.String(36)),
        sa.Column("message_id", sa.String(36)),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("fix", CanonicalJson),
        sa.Column("recent", CanonicalJson, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("answers", CanonicalJson, nullable=False),
        sa.Column("find_kind", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("doubts", CanonicalJson, nullable=False),
        sa.Column("is_doubted", sa.Boolean, nullable=False),
        sa.Column("compound_id", sa.String(64)),
        sa.Column("grid_id", sa.String(64)),
        sa.Column("reviewed_at", UtcDateTime),
        sa.Column("reviewed_by", sa.Text),
        sa.Column("review", sa.Text, nullable=False),
    )
    op.create_index("ix_field_records_phone_id", "field_records", ["phone_id", "sequence"])
    op.create_index("ix_field_records_actor", "field_records", ["actor", "made_at"])
    op.create_index("ix_field_records_plan_id", "field_records", ["plan_id", "team_id"])
    op.create_index("ix_field_records_received_at", "field_records", ["received_at"])


def _create_photos() -> None:
    op.create_table(
        "field_photos",
        sa.Column("record_id", sa.String(36), sa.ForeignKey("field_records.record_id"), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("captured_at", UtcDateTime),
        sa.Column("source_sha256", sa.String(64)),
        sa.Column("kept_sha256", sa.String(64)),
        sa.Column("received_at", UtcDateTime),
    )
    op.create_index("ix_field_photos_sha256", "field_photos", ["sha256"])
    op.create_index("ix_field_photos_source_sha256", "field_photos", ["source_sha256"])
    op.create_index("ix_field_photos_kept_sha256", "field_photos", ["kept_sha256"])


def _create_messages() -> None:
    op.create_table(
        "team_messages",
        sa.Column("message_id", sa.String(36), primary_key=True),
        sa.Column("plan_id", sa.String(36), sa.ForeignKey("patrol_plans.plan_id"), nullable=False),
        sa.Column("team_id", sa.String(40), sa.ForeignKey("teams.team_id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sent_by", sa.Text, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_team_messages_plan_id", "team_messages", ["plan_id", "team_id"])


def _create_tracks() -> None:
    op.create_table(
        "track_fixes",
        sa.Column("actor", sa.Text, primary_key=True),
        sa.Column("at", UtcDateTime, primary_key=True),
        sa.Column("lon", sa.Float, primary_key=True),
        sa.Column("lat", sa.Float, primary_key=True),
        sa.Column("accuracy_m", sa.Float, nullable=False),
        sa.Column("is_mock", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("plan_id", sa.String(36), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_track_fixes_at", "track_fixes", ["at"])
    op.create_index("ix_track_fixes_plan_id", "track_fixes", ["plan_id", "team_id"])
    op.create_table(
        "track_tokens",
        sa.Column("account_id", sa.String(36), sa.ForeignKey("accounts.account_id"), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
    )
