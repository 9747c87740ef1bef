"""Work orders, their steps (append-only), pictures. `open_subject` is unique: one living order per thing."""

from sqlalchemy import (
    BigInteger,
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

_SERIAL = BigInteger().with_variant(Integer, "sqlite")

work_orders = Table(
    "work_orders",
    metadata,
    # The number is what people say on the phone.
    Column("number", _SERIAL, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("open_subject", Text),
    Column("incident_id", ForeignKey("incidents.id")),
    Column("site_id", String(64)),
    Column("recurs_of", String(36)),
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("compound_id", String(64)),
    Column("grid_id", String(64)),
    Column("owner", CanonicalJson, nullable=False),
    Column("owner_unit_id", String(64)),
    Column("lead_unit_id", String(64)),
    Column("coordinator_unit_id", String(64)),
    Column("handlers", CanonicalJson, nullable=False),
    Column("stage_began_at", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("raise_at", UtcDateTime),
    Column("clock", CanonicalJson, nullable=False),
    Column("joint_action", CanonicalJson),
    Column("after_photos", CanonicalJson, nullable=False),
    Column("account", Text, nullable=False),
    Column("feedback", Text, nullable=False),
    Column("score", Integer),
    Column("rework_count", Integer, nullable=False),
    Column("return_count", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("filed_at", UtcDateTime),
    Column("handled_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Index(
        "ux_work_orders_open_subject",
        "open_subject",
        unique=True,
        sqlite_where=text("open_subject IS NOT NULL"),
        postgresql_where=text("open_subject IS NOT NULL"),
    ),
    Index("ix_work_orders_incident_id", "incident_id"),
    Index("ix_work_orders_state_due_at", "state", "due_at"),
    Index("ix_work_orders_lead_unit_id_state", "lead_unit_id", "state"),
    Index("ix_work_orders_compound_id", "compound_id"),
    Index("ix_work_orders_filed_at", "filed_at"),
    Index("ix_work_orders_ended_at", "ended_at"),
    Index("ix_work_orders_raise_at", "raise_at"),
)

work_order_tasks = Table(
    "work_order_tasks",
    metadata,
    Column("work_order_id", ForeignKey("work_orders.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("unit_id", String(64), nullable=False),
    Column("what", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_lead", Integer, nullable=False),
    Index("ix_work_order_tasks_unit_id_state", "unit_id", "state"),
)

work_order_steps = Table(
    "work_order_steps",
    metadata,
    Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    Column("work_order_id", ForeignKey("work_orders.id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("unit_id", String(64)),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("task", Integer),
    # The due time that ran until this step; NULL where no clock ran.
    Column("was_due_at", UtcDateTime),
    Index("ix_work_order_steps_work_order_id_seq", "work_order_id", "seq"),
    Index("ix_work_order_steps_at", "at"),
)

work_order_merges = Table(
    "work_order_merges",
    metadata,
    Column("merge_id", ForeignKey("incident_merges.id"), primary_key=True),
    Column("work_order_id", ForeignKey("work_orders.id"), primary_key=True),
    Column("incident_id", String(36), nullable=False),
    Column("state", Text),
    Column("ended_at", UtcDateTime),
)
