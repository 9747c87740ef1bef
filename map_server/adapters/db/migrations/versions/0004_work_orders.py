"""Work orders; the unit of an account; pictures from people; answers kept for repeated requests."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0004_work_orders"
down_revision = "0003_places"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_work_orders()
    _create_tasks_and_steps()
    _create_photos_and_merges()
    _create_idempotency_keys()
    op.add_column("accounts", sa.Column("unit_id", sa.String(64)))
    with op.batch_alter_table("evidence") as evidence:
        evidence.alter_column("device_id", existing_type=sa.String(128), nullable=True)
        evidence.add_column(sa.Column("uploaded_by", sa.Text))


def _create_work_orders() -> None:
    op.create_table(
        "work_orders",
        sa.Column("number", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("open_subject", sa.Text),
        sa.Column("incident_id", sa.String(36)),
        sa.Column("site_id", sa.String(64)),
        sa.Column("recurs_of", sa.String(36)),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("compound_id", sa.String(64)),
        sa.Column("grid_id", sa.String(64)),
        sa.Column("owner", CanonicalJson, nullable=False),
        sa.Column("owner_unit_id", sa.String(64)),
        sa.Column("lead_unit_id", sa.String(64)),
        sa.Column("coordinator_unit_id", sa.String(64)),
        sa.Column("handlers", CanonicalJson, nullable=False),
        sa.Column("stage_began_at", UtcDateTime),
        sa.Column("due_at", UtcDateTime),
        sa.Column("raise_at", UtcDateTime),
        sa.Column("clock", CanonicalJson, nullable=False),
        sa.Column("joint_action", CanonicalJson),
        sa.Column("after_photos", CanonicalJson, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("rework_count", sa.Integer, nullable=False),
        sa.Column("return_count", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("filed_at", UtcDateTime),
        sa.Column("handled_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_work_orders"),
        sa.UniqueConstraint("id", name="uq_work_orders_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_work_orders_incident_id"),
    )
    is_held = sa.text("open_subject IS NOT NULL")
    op.create_index(
        "ux_work_orders_open_subject",
        "work_orders",
        ["open_subject"],
        unique=True,
        sqlite_where=is_held,
        postgresql_where=is_held,
    )
    for columns in (
        ["incident_id"],
        ["state", "due_at"],
        ["lead_unit_id", "state"],
        ["compound_id"],
        ["filed_at"],
        ["ended_at"],
        ["raise_at"],
    ):
        op.create_index("_".join(("ix_work_orders", *columns)), "work_orders", columns)


def _create_tasks_and_steps() -> None:
    op.create_table(
        "work_order_tasks",
        sa.Column("work_order_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("is_lead", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("work_order_id", "number", name="pk_work_order_tasks"),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_orders.id"], name="fk_work_order_tasks_work_order_id"
        ),
    )
    op.create_index("ix_work_order_tasks_unit_id_state", "work_order_tasks", ["unit_id", "state"])
    op.create_table(
        "work_order_steps",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("work_order_id", sa.String(36), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("unit_id", sa.String(64)),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("task", sa.Integer),
        sa.PrimaryKeyConstraint("seq", name="pk_work_order_steps"),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_orders.id"], name="fk_work_order_steps_work_order_id"
        ),
    )
    op.create_index("ix_work_order_steps_work_order_id_seq", "work_order_steps", ["work_order_id", "seq"])
    op.create_index("ix_work_order_steps_at", "work_order_steps", ["at"])


def _create_photos_and_merges() -> None:
    op.create_table(
        "work_order_photos",
        sa.Column("work_order_id", sa.String(36), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("work_order_id", "sha256", name="pk_work_order_photos"),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_orders.id"], name="fk_work_order_photos_work_order_id"
        ),
    )
    op.create_table(
        "work_order_merges",
        sa.Column("merge_id", sa.String(36), nullable=False),
        sa.Column("work_order_id", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.String(36), nullable=False),
        sa.Column("state", sa.Text),
        sa.Column("ended_at", UtcDateTime),
        sa.PrimaryKeyConstraint("merge_id", "work_order_id", name="pk_work_order_merges"),
        sa.ForeignKeyConstraint(["merge_id"], ["incident_merges.id"], name="fk_work_order_merges_merge_id"),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_orders.id"], name="fk_work_order_merges_work_order_id"
        ),
    )


def _create_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.String(160), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", CanonicalJson),
        sa.Column("body", sa.LargeBinary),
        sa.Column("path", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_done_at", "idempotency_keys", ["done_at"])
