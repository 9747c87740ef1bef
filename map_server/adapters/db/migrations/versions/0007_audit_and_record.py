"""Audit as statistics; signed heads, legal hold and erasure of evidence."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0007_audit_and_record"
down_revision = "0006_areas_devices_notices"
branch_labels = None
depends_on = None

_STRATUM = ("kind", "device_id", "camera_id", "model_id", "model_sha256")


def upgrade() -> None:
    _create_sample()
    _create_answers()
    _create_gold()
    _create_finds()
    _create_record()


def _create_sample() -> None:
    op.create_table(
        "audit_policies",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("policy", CanonicalJson, nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_items",
        sa.Column("incident_id", sa.String(36), sa.ForeignKey("incidents.id"), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("device_id", sa.String(128), nullable=False),
        sa.Column("camera_id", sa.String(128), nullable=False),
        sa.Column("model_id", sa.Text, nullable=False),
        sa.Column("model_sha256", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("is_sampled", sa.Boolean, nullable=False),
        sa.Column("is_uncertain", sa.Boolean, nullable=False),
        sa.Column("needs_second", sa.Boolean, nullable=False),
        sa.Column("drawn_at", UtcDateTime, nullable=False),
        sa.Column("is_opened", sa.Boolean, nullable=False),
    )
    op.create_index("ux_audit_items_number", "audit_items", ["number"], unique=True)
    op.create_index("ux_audit_items_stratum", "audit_items", [*_STRATUM, "ordinal"], unique=True)
    op.create_index("ix_audit_items_drawn_at", "audit_items", ["drawn_at"])


def _create_answers() -> None:
    op.create_table(
        "audit_answers",
        sa.Column("answer_id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(36), sa.ForeignKey("audit_items.incident_id"), nullable=False),
        sa.Column("account_id", sa.String(36), sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("opinion", CanonicalJson, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("withdrawn_at", UtcDateTime),
    )
    op.create_index("ix_audit_answers_incident_id", "audit_answers", ["incident_id"])
    op.create_index(
        "ix_audit_answers_account_id_answered_at", "audit_answers", ["account_id", "answered_at"]
    )


def _create_gold() -> None:
    op.create_table(
        "gold_items",
        sa.Column("incident_id", sa.String(36), sa.ForeignKey("incidents.id"), primary_key=True),
        sa.Column("opinion", CanonicalJson, nullable=False),
        sa.Column("known_by", sa.Text, nullable=False),
        sa.Column("known_since", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("retired_at", UtcDateTime),
    )
    op.create_table(
        "gold_answers",
        sa.Column("alias", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(36), sa.ForeignKey("gold_items.incident_id"), nullable=False),
        sa.Column("account_id", sa.String(36), sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("opinion", CanonicalJson, nullable=False),
        sa.Column("is_right", sa.Boolean, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("incident_id", "account_id", name="ux_gold_answers_incident_id_account_id"),
    )
    op.create_index(
        "ix_gold_answers_account_id_answered_at", "gold_answers", ["account_id", "answered_at"]
    )


def _create_finds() -> None:
    op.create_table(
        "patrol_finds",
        sa.Column("find_id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("found_by", sa.Text, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("is_in_view", sa.Boolean, nullable=False),
        sa.Column("incident_id", sa.String(36), sa.ForeignKey("incidents.id")),
    )
    op.create_index("ix_patrol_finds_found_at", "patrol_finds", ["found_at"])


def _create_record() -> None:
    op.create_table(
        "signed_heads",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("signed_at", sa.String(32), nullable=False),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", sa.String(36), primary_key=True),
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_at", UtcDateTime, nullable=False),
        sa.Column("lifted_at", UtcDateTime),
        sa.Column("lifted_by", sa.Text),
        sa.Column("lift_reason", sa.Text),
    )
    op.create_index("ix_legal_holds_subject", "legal_holds", ["subject_kind", "subject_id"])
    op.add_column("evidence", sa.Column("erased_at", UtcDateTime))
    op.add_column("evidence", sa.Column("erased_by", sa.Text))
    op.add_column("evidence", sa.Column("erased_reason", sa.Text))
