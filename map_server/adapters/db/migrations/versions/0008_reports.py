"""Reports that never change, the score's versions, appeals; steps know the due time that ran until them."""

import json
from collections import defaultdict, deque
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0008_reports"
down_revision = "0007_audit_and_record"
branch_labels = None
depends_on = None

_NEVER = "a frozen report never changes"
_WITHOUT_CLOCK = ("draft", "suspended", "closed", "void")


def upgrade() -> None:
    _add_due_times()
    op.create_index(
        "ix_camera_days_of_camera", "camera_days", ["device_id", "camera_id", "day", "observed_s"]
    )
    _create_reports()
    _create_rows()
    _create_score()
    for table in ("reports", "report_rows", "score_formulas"):
        _keep_from_change(table)
    _close_rows_of_frozen_reports()


def _add_due_times() -> None:
    """Give each step the due time that ran until it; the log has an entry for each step, in order."""
    op.add_column("work_order_steps", sa.Column("was_due_at", UtcDateTime))
    connection = op.get_bind()
    entries = sa.text(
        "SELECT subject_id, before FROM audit_log WHERE subject_kind = 'work_order' ORDER BY seq"
    )
    due_times: defaultdict[str, deque[str | None]] = defaultdict(deque)
    for order_id, before in connection.execute(entries):
        facts = json.loads(before) if before else {}
        has_clock = facts.get("state") not in _WITHOUT_CLOCK
        due_times[order_id].append(facts.get("due_at") if has_clock else None)
    steps = connection.execute(sa.text("SELECT seq, work_order_id FROM work_order_steps ORDER BY seq")).all()
    change = sa.text("UPDATE work_order_steps SET was_due_at = :due_at WHERE seq = :seq").bindparams(
        sa.bindparam("due_at", type_=UtcDateTime)
    )
    for seq, order_id in steps:
        due_at = due_times[order_id].popleft() if due_times[order_id] else None
        if due_at is not None:
            connection.execute(change, {"seq": seq, "due_at": datetime.fromisoformat(due_at)})


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("scope", CanonicalJson, nullable=False),
        sa.Column("formula_version", sa.Integer, nullable=False),
        sa.Column("as_of_seq", sa.BigInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows_sha256", sa.String(64), nullable=False),
        sa.Column("frozen_at", UtcDateTime, nullable=False),
        sa.Column("frozen_by", sa.Text, nullable=False),
        sa.UniqueConstraint("kind", "first_day", "last_day", "scope", name="ux_reports_definition"),
    )
    op.create_index("ix_reports_last_day", "reports", ["last_day"])


def _create_rows() -> None:
    op.create_table(
        "report_rows",
        sa.Column("report_id", sa.String(36), primary_key=True),
        sa.Column("ordinal", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("compound_id", sa.String(64), nullable=False),
        sa.Column("marks", sa.BigInteger, nullable=False),
        sa.Column("waiting_s", sa.BigInteger),
        sa.Column("travel_s", sa.BigInteger),
        sa.Column("work_s", sa.BigInteger),
        sa.Column("checking_s", sa.BigInteger),
        sa.Column("observed_s", sa.BigInteger),
        sa.Column("weight", sa.Float),
    )
    op.create_index("ix_report_rows_subject", "report_rows", ["report_id", "subject", "subject_id"])


def _create_score() -> None:
    op.create_table(
        "score_formulas",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("weights", CanonicalJson, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "report_appeals",
        sa.Column("appeal_id", sa.String(36), primary_key=True),
        sa.Column("report_id", sa.String(36), sa.ForeignKey("reports.report_id"), nullable=False),
        sa.Column("work_order_id", sa.String(36), sa.ForeignKey("work_orders.id"), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("raised_by", sa.Text, nullable=False),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("decision_reason", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("report_id", "work_order_id", "unit_id", name="ux_report_appeals_row"),
    )
    op.create_index("ix_report_appeals_decided_at", "report_appeals", ["decided_at", "raised_at"])


def _keep_from_change(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
            )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION lilong_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_NEVER}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION lilong_never_changes()"
    )


def _close_rows_of_frozen_reports() -> None:
    is_frozen = "EXISTS (SELECT 1 FROM reports WHERE report_id = NEW.report_id)"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER report_rows_no_insert BEFORE INSERT ON report_rows WHEN {is_frozen} "
            f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION lilong_rows_are_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {is_frozen} THEN RAISE EXCEPTION '{_NEVER}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER report_rows_no_insert BEFORE INSERT ON report_rows "
        "FOR EACH ROW EXECUTE FUNCTION lilong_rows_are_closed()"
    )
