"""Where layers come from and under which licence; closed streets; walked segments."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0010_streets"
down_revision = "0009_photos_and_secrets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("layers") as layers:
        layers.add_column(sa.Column("attribution", sa.Text, nullable=False, server_default=""))
        layers.add_column(sa.Column("licence", sa.Text, nullable=False, server_default=""))
        layers.add_column(sa.Column("data_at", UtcDateTime))
    op.create_table(
        "street_closures",
        sa.Column("closure_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime),
        sa.Column("segment_ids", CanonicalJson, nullable=False),
        sa.Column("area_wkb", sa.LargeBinary),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.PrimaryKeyConstraint("closure_id", name="pk_street_closures"),
    )
    op.create_table(
        "segment_walks",
        sa.Column("team_id", sa.String(64), nullable=False),
        sa.Column("segment_id", sa.String(16), nullable=False),
        sa.Column("entered_at", UtcDateTime, nullable=False),
        sa.Column("left_at", UtcDateTime, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("begin", sa.Float, nullable=False),
        sa.Column("end", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "segment_id", "entered_at", name="pk_segment_walks"),
    )
    op.create_index("ix_segment_walks_day", "segment_walks", ["day"])
