"""Layers, areas, sites; teams and patrol plans."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0003_places"
down_revision = "0002_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_layers_and_areas()
    _create_sites()
    _create_teams()
    _create_plans()
    _create_routes()
    _create_stops()
    _create_left_out()


def _create_layers_and_areas() -> None:
    op.create_table(
        "layers",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("crs", sa.Text, nullable=False),
        sa.Column("feature_count", sa.Integer, nullable=False),
        sa.Column("bounds", CanonicalJson, nullable=False),
        sa.Column("loaded_at", UtcDateTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_layers"),
    )
    op.create_table(
        "areas",
        sa.Column("layer", sa.String(64), nullable=False),
        sa.Column("area_id", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("geometry_wkb", sa.LargeBinary, nullable=False),
        sa.Column("attributes", CanonicalJson, nullable=False),
        sa.PrimaryKeyConstraint("layer", "area_id", name="pk_areas"),
    )


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("interval_days", sa.Integer, nullable=False),
        sa.Column("inspected_at", UtcDateTime),
        sa.Column("state", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("visit_from", sa.Text),
        sa.Column("visit_until", sa.Text),
        sa.Column("compound_id", sa.String(64)),
        sa.Column("grid_id", sa.String(64)),
        sa.PrimaryKeyConstraint("site_id", name="pk_sites"),
    )
    op.create_index("ix_sites_kind", "sites", ["kind"])


def _create_teams() -> None:
    op.create_table(
        "teams",
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("start_lon", sa.Float, nullable=False),
        sa.Column("start_lat", sa.Float, nullable=False),
        sa.Column("end_lon", sa.Float, nullable=False),
        sa.Column("end_lat", sa.Float, nullable=False),
        sa.Column("shift_from", sa.Text, nullable=False),
        sa.Column("shift_until", sa.Text, nullable=False),
        sa.Column("pace_m_s", sa.Float, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("team_id", name="pk_teams"),
    )


def _create_plans() -> None:
    op.create_table(
        "patrol_plans",
        sa.Column("plan_id", sa.String(36), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("origin_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("report", CanonicalJson, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("value_s", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_patrol_plans"),
    )
    op.create_index("ix_patrol_plans_day", "patrol_plans", ["day"])
    op.create_index("ix_patrol_plans_state", "patrol_plans", ["state"])


def _create_routes() -> None:
    op.create_table(
        "patrol_routes",
        sa.Column("plan_id", sa.String(36), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("start_lon", sa.Float, nullable=False),
        sa.Column("start_lat", sa.Float, nullable=False),
        sa.Column("end_lon", sa.Float, nullable=False),
        sa.Column("end_lat", sa.Float, nullable=False),
        sa.Column("pace_m_s", sa.Float, nullable=False),
        sa.Column("returns_at", UtcDateTime, nullable=False),
        sa.Column("metres", sa.Float, nullable=False),
        sa.Column("legs", CanonicalJson, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "team_id", name="pk_patrol_routes"),
        sa.ForeignKeyConstraint(["plan_id"], ["patrol_plans.plan_id"], name="fk_patrol_routes_plan_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name="fk_patrol_routes_team_id"),
    )


def _visit() -> list[sa.Column]:
    return [
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.String(64), nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("service_s", sa.Integer, nullable=False),
        sa.Column("prize_s", sa.Integer, nullable=False),
        sa.Column("opens_s", sa.Integer, nullable=False),
        sa.Column("closes_s", sa.Integer, nullable=False),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
    ]


def _create_stops() -> None:
    op.create_table(
        "patrol_stops",
        sa.Column("stop_id", sa.String(36), nullable=False),
        sa.Column("plan_id", sa.String(36), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *_visit(),
        sa.Column("arrives_at", UtcDateTime, nullable=False),
        sa.Column("begins_at", UtcDateTime, nullable=False),
        sa.Column("leaves_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("done_at", UtcDateTime),
        sa.Column("checked_in_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("stop_id", name="pk_patrol_stops"),
        sa.ForeignKeyConstraint(["plan_id"], ["patrol_plans.plan_id"], name="fk_patrol_stops_plan_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name="fk_patrol_stops_team_id"),
    )
    subject = ["subject_kind", "subject_id"]
    op.create_index("ux_patrol_stops_subject", "patrol_stops", ["plan_id", *subject], unique=True)
    op.create_index("ix_patrol_stops_subject", "patrol_stops", subject)


def _create_left_out() -> None:
    op.create_table(
        "patrol_left_out",
        sa.Column("plan_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        *_visit(),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("short_s", sa.Integer),
        sa.Column("delay_s", sa.Integer),
        sa.Column("away_m", sa.Float),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_patrol_left_out"),
        sa.ForeignKeyConstraint(["plan_id"], ["patrol_plans.plan_id"], name="fk_patrol_left_out_plan_id"),
    )
