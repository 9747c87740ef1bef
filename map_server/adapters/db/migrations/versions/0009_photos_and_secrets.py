"""Pictures that people added, in one table for all that they are added to; subscriptions sealed."""

import json
from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import UtcDateTime

revision = "0009_photos_and_secrets"
down_revision = "0008_reports"
branch_labels = None
depends_on = None

_CLASSES = {
    "drop_point": "garbage_drop",
    "bin_house": "garbage_drop",
    "fire_lane": "blocked_fire_lane",
    "structure_point": "illegal_structure",
}
_photos = sa.table(
    "photos",
    *(sa.column(name) for name in ("subject_kind", "subject_id", "sha256", "kept_as", "added_by")),
    sa.column("added_at", UtcDateTime),
)


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("subject_kind", sa.String(32), primary_key=True),
        sa.Column("subject_id", sa.String(64), primary_key=True),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("evidence.sha256"), primary_key=True),
        sa.Column("kept_as", sa.Text, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_photos_sha256", "photos", ["sha256"])
    _take_over_those_of_orders()
    _take_over_those_of_sites()
    op.drop_table("work_order_photos")
    _seal_subscriptions()


def _take_over_those_of_orders() -> None:
    old = sa.table(
        "work_order_photos",
        *(sa.column(name) for name in ("work_order_id", "sha256", "added_by")),
        sa.column("added_at", UtcDateTime),
    ).c
    orders = sa.table("work_orders", sa.column("id"), sa.column("kind")).c
    for row in op.get_bind().execute(
        sa.select(old.work_order_id, old.sha256, old.added_by, old.added_at, orders.kind).where(
            orders.id == old.work_order_id
        )
    ):
        _add("work_order", row.work_order_id, row.sha256, row.kind, row.added_by, row.added_at)


def _take_over_those_of_sites() -> None:
    """Which site a picture is of stands in the log alone."""
    evidence = sa.table(
        "evidence", sa.column("sha256"), sa.column("uploaded_by"), sa.column("received_at", UtcDateTime)
    ).c
    log = sa.table(
        "audit_log", *(sa.column(name) for name in ("action", "subject_kind", "subject_id", "after"))
    ).c
    kinds = _site_kinds()
    for row in op.get_bind().execute(
        sa.select(evidence.sha256, evidence.uploaded_by, evidence.received_at, log.after).where(
            log.subject_kind == "evidence",
            log.action == "evidence_received",
            log.subject_id == evidence.sha256,
            evidence.uploaded_by.is_not(None),
        )
    ):
        site_id = json.loads(row.after).get("site")
        if site_id in kinds:
            _add("site", site_id, row.sha256, kinds[site_id], row.uploaded_by, row.received_at)


def _site_kinds() -> Mapping[str, str]:
    sites = sa.table("sites", sa.column("site_id"), sa.column("kind")).c
    return {row.site_id: row.kind for row in op.get_bind().execute(sa.select(sites.site_id, sites.kind))}


def _add(subject_kind: str, subject_id: str, sha256: str, kind: str, by: str, at: object) -> None:
    op.get_bind().execute(
        sa.insert(_photos).values(
            subject_kind=subject_kind,
            subject_id=subject_id,
            sha256=sha256,
            kept_as=_CLASSES.get(kind, kind),
            added_by=by,
            added_at=at,
        )
    )


def _seal_subscriptions() -> None:
    named = sa.table("subscriptions", *(sa.column(name) for name in ("subscription_id", "target", "secret")))
    rows = op.get_bind().execute(sa.select(named)).all()
    if not rows:
        return
    box = op.get_context().config.attributes["box"]
    if box is None:
        raise RuntimeError("subscriptions must be sealed: start the server on its own data folder")
    for row in rows:
        sealed = {
            name: None if text is None else box.seal(text, f"{row.subscription_id}.{name}")
            for name, text in (("target", row.target), ("secret", row.secret))
        }
        own = named.c.subscription_id == row.subscription_id
        op.get_bind().execute(sa.update(named).where(own).values(sealed))
