"""Frozen reports with the rows of their ledgers, the versions of the score, appeals. Triggers of the
migration keep reports, rows and versions from ever being changed.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime


def _row_columns() -> list[Column[object]]:
    """See domain.report.ReportRow; "" stands for no unit or compound."""
    return [
        Column("subject", String(16), nullable=False),
        Column("subject_id", Text, nullable=False),
        Column("unit_id", String(64), nullable=False),
        Column("number", BigInteger),
        Column("kind", Text, nullable=False),
        Column("compound_id", String(64), nullable=False),
        Column("marks", BigInteger, nullable=False),
        Column("waiting_s", BigInteger),
        Column("travel_s", BigInteger),
        Column("work_s", BigInteger),
        Column("checking_s", BigInteger),
        Column("observed_s", BigInteger),
        Column("weight", Float),
    ]


ROW_COLUMNS = tuple(column.name for column in _row_columns())

reports = Table(
    "reports",
    metadata,
    Column("report_id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("scope", CanonicalJson, nullable=False),
    Column("formula_version", Integer, nullable=False),
    Column("as_of_seq", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rows_sha256", String(64), nullable=False),
    Column("frozen_at", UtcDateTime, nullable=False),
    Column("frozen_by", Text, nullable=False),
    UniqueConstraint("kind", "first_day", "last_day", "scope", name="ux_reports_definition"),
    Index("ix_reports_last_day", "last_day"),
)

report_rows = Table(
    "report_rows",
    metadata,
    # Written before their report, whose row closes the door behind them; so no foreign key.
    Column("report_id", String(36), primary_key=True),
    Column("ordinal", BigInteger, primary_key=True, autoincrement=False),
    *_row_columns(),
    Index("ix_report_rows_subject", "report_id", "subject", "subject_id"),
)

score_formulas = Table(
    "score_formulas",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("weights", CanonicalJson, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)

report_appeals = Table(
    "report_appeals",
    metadata,
    Column("appeal_id", String(36), primary_key=True),
    Column("report_id", ForeignKey("reports.report_id"), nullable=False),
    Column("work_order_id", ForeignKey("work_orders.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("unit_id", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("raised_by", Text, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("decision", Text),
    Column("decided_by", Text),
    Column("decided_at", UtcDateTime),
    Column("decision_reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("report_id", "work_order_id", "unit_id", name="ux_report_appeals_row"),
    Index("ix_report_appeals_decided_at", "decided_at", "raised_at"),
)

ledger = Table(
    "report_ledger",
    MetaData(),  # not of the schema: it lives in one transaction of one connection
    Column("ordinal", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    *_row_columns(),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""The rows of a report while it is made."""
