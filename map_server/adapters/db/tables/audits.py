"""How detections are audited: who looks at which, sealed and known answers, what patrols found by themselves.

`audit_items` has a row per incident; a sealed answer is told to nobody until its item is opened.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

audit_policies = Table(
    "audit_policies",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("policy", CanonicalJson, nullable=False),
    Column("seed", String(64), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("set_by", Text, nullable=False),
)

audit_items = Table(
    "audit_items",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("device_id", String(128), nullable=False),
    Column("camera_id", String(128), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("model_sha256", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    Column("is_sampled", Boolean, nullable=False),
    Column("is_uncertain", Boolean, nullable=False),
    Column("needs_second", Boolean, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
    Column("is_opened", Boolean, nullable=False),
    Index("ux_audit_items_number", "number", unique=True),
    Index(
        "ux_audit_items_stratum",
        "kind",
        "device_id",
        "camera_id",
        "model_id",
        "model_sha256",
        "ordinal",
        unique=True,
    ),
    Index("ix_audit_items_drawn_at", "drawn_at"),
)

audit_answers = Table(
    "audit_answers",
    metadata,
    Column("answer_id", String(36), primary_key=True),
    Column("incident_id", ForeignKey("audit_items.incident_id"), nullable=False),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("opinion", CanonicalJson, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("salt", Text, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Index("ix_audit_answers_incident_id", "incident_id"),
    Index("ix_audit_answers_account_id_answered_at", "account_id", "answered_at"),
)

gold_items = Table(
    "gold_items",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("opinion", CanonicalJson, nullable=False),
    Column("known_by", Text, nullable=False),
    Column("known_since", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("retired_at", UtcDateTime),
)

gold_answers = Table(
    "gold_answers",
    metadata,
    Column("alias", String(36), primary_key=True),
    Column("incident_id", ForeignKey("gold_items.incident_id"), nullable=False),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("opinion", CanonicalJson, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    UniqueConstraint("incident_id", "account_id", name="ux_gold_answers_incident_id_account_id"),
    Index("ix_gold_answers_account_id_answered_at", "account_id", "answered_at"),
)

patrol_finds = Table(
    "patrol_finds",
    metadata,
    Column("find_id", String(36), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("found_by", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("is_in_view", Boolean, nullable=False),
    Column("incident_id", ForeignKey("incidents.id")),
    Index("ix_patrol_finds_found_at", "found_at"),
)
