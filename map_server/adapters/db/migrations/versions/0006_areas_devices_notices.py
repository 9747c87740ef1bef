"""Areas of accounts and of what lies in them; the device register; subscriptions and their deliveries."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0006_areas_devices_notices"
down_revision = "0005_sites_and_handbook"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("reach", CanonicalJson))
    op.add_column("accounts", sa.Column("email", sa.String(254)))
    op.add_column("accounts", sa.Column("oidc_subject", sa.String(512)))
    op.create_index("ux_accounts_email", "accounts", ["email"], unique=True)
    op.create_index("ux_accounts_oidc_subject", "accounts", ["oidc_subject"], unique=True)
    op.add_column("one_time_links", sa.Column("reach", CanonicalJson))
    op.add_column("one_time_links", sa.Column("email", sa.String(254)))
    op.add_column("one_time_links", sa.Column("unit_id", sa.String(64)))
    _add_areas()
    _add_device_register()
    _create_notices()


def _add_areas() -> None:
    for table in ("incidents", "devices"):
        op.add_column(table, sa.Column("compound_id", sa.String(64)))
        op.add_column(table, sa.Column("grid_id", sa.String(64)))
        op.create_index(f"ix_{table}_compound_id", table, ["compound_id"])
        op.create_index(f"ix_{table}_grid_id", table, ["grid_id"])


def _add_device_register() -> None:
    op.add_column("devices", sa.Column("name", sa.Text))
    op.add_column("devices", sa.Column("place", sa.Text))
    op.add_column("devices", sa.Column("national_id", sa.String(20)))
    op.create_index("ux_devices_national_id", "devices", ["national_id"], unique=True)
    op.create_index("ix_devices_is_online", "devices", ["is_online", "last_seen_at"])


def _create_notices() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("subscription_id", sa.String(36), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("actions", CanonicalJson, nullable=False),
        sa.Column("reach", CanonicalJson),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("digest_minutes", sa.Integer, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("paused_at", UtcDateTime),
        sa.Column("removed_at", UtcDateTime),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("subscription_id", sa.String(36), sa.ForeignKey("subscriptions.subscription_id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
