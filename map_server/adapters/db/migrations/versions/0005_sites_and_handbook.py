"""The register of sites with its history, the handbook, and how long cameras could judge each day."""

from datetime import UTC, datetime, timedelta

import shapely
import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0005_sites_and_handbook"
down_revision = "0004_work_orders"
branch_labels = None
depends_on = None

_NEVER_LOOKED = datetime(2000, 1, 1, tzinfo=UTC)
_FIRE_LANE_DAYS = 30


def upgrade() -> None:
    _widen_sites()
    _fill_sites()
    _register_fire_lanes()
    _create_inspections()
    _create_observations_and_tasks()
    _create_camera_days()
    _create_handbook()


def _widen_sites() -> None:
    with op.batch_alter_table("sites") as sites:
        sites.alter_column("interval_days", existing_type=sa.Integer, nullable=True)
        sites.add_column(sa.Column("has_own_interval", sa.Boolean, nullable=False, server_default=sa.true()))
        sites.add_column(sa.Column("listed_due_at", UtcDateTime))
        sites.add_column(sa.Column("footprint_wkb", sa.LargeBinary))
        sites.add_column(sa.Column("incident_id", sa.String(36)))
        sites.add_column(sa.Column("is_decided", sa.Boolean, nullable=False, server_default=sa.false()))
        sites.add_column(sa.Column("withdrawn_at", UtcDateTime))
        sites.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    with op.batch_alter_table("sites") as sites:
        for name, kind in (
            ("has_own_interval", sa.Boolean),
            ("is_decided", sa.Boolean),
            ("version", sa.Integer),
        ):
            sites.alter_column(name, existing_type=kind(), existing_nullable=False, server_default=None)
    op.create_index("ix_sites_listed_due_at", "sites", ["listed_due_at"])


def _sites() -> sa.Table:
    return sa.Table(
        "sites",
        sa.MetaData(),
        sa.Column("site_id", sa.String),
        sa.Column("kind", sa.Text),
        sa.Column("name_zh", sa.Text),
        sa.Column("name_en", sa.Text),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("interval_days", sa.Integer),
        sa.Column("inspected_at", UtcDateTime),
        sa.Column("state", sa.Text),
        sa.Column("compound_id", sa.String),
        sa.Column("has_own_interval", sa.Boolean),
        sa.Column("listed_due_at", UtcDateTime),
        sa.Column("footprint_wkb", sa.LargeBinary),
        sa.Column("is_decided", sa.Boolean),
        sa.Column("version", sa.Integer),
    )


def _fill_sites() -> None:
    """A point that was "watched" is one that was cleared and must stay free."""
    sites, connection = _sites(), op.get_bind()
    connection.execute(sa.update(sites).where(sites.c.state == "watched").values(state="cleared"))
    for row in connection.execute(
        sa.select(sites.c.site_id, sites.c.inspected_at, sites.c.interval_days)
    ).all():
        looked = row.inspected_at
        due = _NEVER_LOOKED if looked is None else looked + timedelta(days=row.interval_days)
        connection.execute(
            sa.update(sites).where(sites.c.site_id == row.site_id).values(listed_due_at=due)
        )


def _register_fire_lanes() -> None:
    """Fire lanes were areas alone; now each is a site as well."""
    sites, connection = _sites(), op.get_bind()
    areas = sa.table("areas", *map(sa.column, ("layer", "area_id", "name_zh", "name_en")))
    shapes = sa.column("geometry_wkb", sa.LargeBinary)
    attributes = sa.column("attributes", CanonicalJson)
    lanes = sa.select(areas, shapes, attributes).where(areas.c.layer == "fire_lanes")
    for lane in connection.execute(lanes).all():
        inside = shapely.from_wkb(lane.geometry_wkb).representative_point()
        connection.execute(
            sa.insert(sites).values(
                site_id=lane.area_id,
                kind="fire_lane",
                name_zh=lane.name_zh,
                name_en=lane.name_en,
                lon=inside.x,
                lat=inside.y,
                interval_days=_FIRE_LANE_DAYS,
                compound_id=lane.attributes.get("compound_id"),
                has_own_interval=False,
                listed_due_at=_NEVER_LOOKED,
                footprint_wkb=lane.geometry_wkb,
                is_decided=False,
                version=1,
            )
        )


def _create_inspections() -> None:
    op.create_table(
        "site_inspections",
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("inspector", sa.Text, nullable=False),
        sa.Column("inspected_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("photos", CanonicalJson, nullable=False),
        sa.Column("stop_id", sa.String(36)),
        sa.PrimaryKeyConstraint("inspection_id", name="pk_site_inspections"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_site_inspections_site_id"),
    )
    op.create_index("ix_site_inspections_site_id", "site_inspections", ["site_id", "inspected_at"])
    op.create_index("ix_site_inspections_inspected_at", "site_inspections", ["inspected_at"])


def _create_observations_and_tasks() -> None:
    op.create_table(
        "site_observations",
        sa.Column("incident_id", sa.String(36), nullable=False),
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("observed_at", UtcDateTime, nullable=False),
        sa.Column("distance_m", sa.Float, nullable=False),
        sa.Column("reach_m", sa.Float, nullable=False),
        sa.Column("state_then", sa.Text),
        sa.Column("withdrawn_at", UtcDateTime),
        sa.PrimaryKeyConstraint("incident_id", name="pk_site_observations"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_site_observations_incident_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_site_observations_site_id"),
    )
    op.create_index("ix_site_observations_site_id", "site_observations", ["site_id", "observed_at"])
    op.create_index("ix_site_observations_observed_at", "site_observations", ["observed_at"])
    op.create_table(
        "verify_tasks",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("incident_id", sa.String(36), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("outcome", sa.Text),
        sa.PrimaryKeyConstraint("site_id", name="pk_verify_tasks"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name="fk_verify_tasks_site_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_verify_tasks_incident_id"),
    )
    op.create_index("ix_verify_tasks_ended_at", "verify_tasks", ["ended_at", "due_at"])
    op.create_table(
        "site_watch",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_site_watch"),
    )


def _create_camera_days() -> None:
    op.create_table(
        "camera_days",
        sa.Column("device_id", sa.String(128), nullable=False),
        sa.Column("camera_id", sa.String(128), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("observed_s", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("device_id", "camera_id", "day", name="pk_camera_days"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_camera_days_device_id"),
    )
    op.create_index("ix_camera_days_day", "camera_days", ["day"])


def _create_handbook() -> None:
    op.create_table(
        "handbook_records",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("record_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("content", CanonicalJson, nullable=False),
        sa.Column("came_in", sa.Integer, nullable=False),
        sa.Column("ended_in", sa.Integer),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", "version", name="pk_handbook_records"),
    )
    op.create_index("ix_handbook_records_ended_in", "handbook_records", ["ended_in"])
