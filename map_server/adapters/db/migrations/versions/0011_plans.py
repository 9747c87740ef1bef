"""Plans of a whole day: skills, breaks, several windows, decisions by hand, campaigns, what changed."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0011_plans"
down_revision = "0010_streets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("teams", "patrol_routes"):
        op.add_column(table, sa.Column("skills", CanonicalJson, nullable=False, server_default="[]"))
    op.add_column("teams", sa.Column("rest_from", sa.Text))
    op.add_column("teams", sa.Column("rest_until", sa.Text))
    op.add_column("teams", sa.Column("rest_minutes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("patrol_routes", sa.Column("rest_opens_at", UtcDateTime))
    op.add_column("patrol_routes", sa.Column("rest_closes_at", UtcDateTime))
    op.add_column("patrol_routes", sa.Column("rest_s", sa.Integer, nullable=False, server_default="0"))
    for table in ("patrol_stops", "patrol_left_out"):
        op.add_column(table, sa.Column("is_firm", sa.Boolean, nullable=False, server_default=sa.false()))
        op.add_column(table, sa.Column("further_windows", CanonicalJson, nullable=False, server_default="[]"))
        op.add_column(table, sa.Column("skills", CanonicalJson, nullable=False, server_default="[]"))
    _create_hand_rules()
    _create_changes()
    _create_campaigns()


def _create_hand_rules() -> None:
    op.create_table(
        "patrol_hand_rules",
        sa.Column("plan_id", sa.String(36), sa.ForeignKey("patrol_plans.plan_id"), primary_key=True),
        sa.Column("subject_kind", sa.String(16), primary_key=True),
        sa.Column("subject_id", sa.String(64), primary_key=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("team_id", sa.String(40), sa.ForeignKey("teams.team_id")),
        sa.Column("at", UtcDateTime),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _create_changes() -> None:
    op.create_table(
        "patrol_changes",
        sa.Column("plan_id", sa.String(36), sa.ForeignKey("patrol_plans.plan_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_key", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("team_before", sa.String(40)),
        sa.Column("team_after", sa.String(40)),
        sa.Column("begins_before", UtcDateTime),
        sa.Column("begins_after", UtcDateTime),
    )


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", sa.String(36), primary_key=True),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("begins", sa.Text, nullable=False),
        sa.Column("service_s", sa.Integer, nullable=False),
        sa.Column("recurrence", CanonicalJson, nullable=False),
        sa.Column("team_ids", CanonicalJson, nullable=False),
        sa.Column("team_count", sa.Integer, nullable=False),
        sa.Column("units", CanonicalJson, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
