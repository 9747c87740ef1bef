"""Teams and campaigns; patrol plans with their routes, stops, what was left out, decided and changed."""

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

teams = Table(
    "teams",
    metadata,
    Column("team_id", String(40), primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("colour", String(7), nullable=False),
    Column("start_lon", Float, nullable=False),
    Column("start_lat", Float, nullable=False),
    Column("end_lon", Float, nullable=False),
    Column("end_lat", Float, nullable=False),
    Column("shift_from", Text, nullable=False),
    Column("shift_until", Text, nullable=False),
    Column("pace_m_s", Float, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("skills", CanonicalJson, nullable=False),
    Column("rest_from", Text),
    Column("rest_until", Text),
    Column("rest_minutes", Integer, nullable=False),
    Column("further_shifts", CanonicalJson, nullable=False),
)

patrol_plans = Table(
    "patrol_plans",
    metadata,
    Column("plan_id", String(36), primary_key=True),
    Column("day", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("origin_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("network", Text, nullable=False),
    Column("report", CanonicalJson, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("value_s", Integer, nullable=False),
    Index("ix_patrol_plans_day", "day"),
    Index("ix_patrol_plans_state", "state"),
)

patrol_routes = Table(
    "patrol_routes",
    metadata,
    Column("plan_id", ForeignKey("patrol_plans.plan_id"), primary_key=True),
    Column("team_id", ForeignKey("teams.team_id"), primary_key=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("start_lon", Float, nullable=False),
    Column("start_lat", Float, nullable=False),
    Column("end_lon", Float, nullable=False),
    Column("end_lat", Float, nullable=False),
    Column("pace_m_s", Float, nullable=False),
    Column("returns_at", UtcDateTime, nullable=False),
    Column("metres", Float, nullable=False),
    Column("legs", CanonicalJson, nullable=False),
    Column("skills", CanonicalJson, nullable=False),
    Column("rest_opens_at", UtcDateTime),
    Column("rest_closes_at", UtcDateTime),
    Column("rest_s", Integer, nullable=False),
    Column("split", CanonicalJson, nullable=False),
)

_VISIT_COLUMNS = (
    ("subject_kind", Text),
    ("subject_id", String(64)),
    ("category", Text),
    ("name_zh", Text),
    ("name_en", Text),
    ("lon", Float),
    ("lat", Float),
    ("service_s", Integer),
    ("prize_s", Integer),
    ("opens_s", Integer),
    ("closes_s", Integer),
    ("is_urgent", Boolean),
    ("is_firm", Boolean),
    ("further_windows", CanonicalJson),
    ("skills", CanonicalJson),
)


def _visit() -> list[Column[object]]:
    return [Column(name, kind, nullable=False) for name, kind in _VISIT_COLUMNS]


patrol_stops = Table(
    "patrol_stops",
    metadata,
    Column("stop_id", String(36), primary_key=True),
    Column("plan_id", ForeignKey("patrol_plans.plan_id"), nullable=False),
    Column("team_id", ForeignKey("teams.team_id"), nullable=False),
    Column("position", Integer, nullable=False),
    *_visit(),
    Column("arrives_at", UtcDateTime, nullable=False),
    Column("begins_at", UtcDateTime, nullable=False),
    Column("leaves_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("checked_in_by", Text, nullable=False),
    # A subject is visited once in a plan, whatever any program believes.
    Index("ux_patrol_stops_subject", "plan_id", "subject_kind", "subject_id", unique=True),
    Index("ix_patrol_stops_subject", "subject_kind", "subject_id"),
)

patrol_left_out = Table(
    "patrol_left_out",
    metadata,
    Column("plan_id", ForeignKey("patrol_plans.plan_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_visit(),
    Column("reason", Text, nullable=False),
    Column("short_s", Integer),
    Column("delay_s", Integer),
    Column("away_m", Float),
)

patrol_hand_rules = Table(
    "patrol_hand_rules",
    metadata,
    Column("plan_id", ForeignKey("patrol_plans.plan_id"), primary_key=True),
    Column("subject_kind", String(16), primary_key=True),
    Column("subject_id", String(64), primary_key=True),
    Column("action", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("team_id", ForeignKey("teams.team_id")),
    Column("at", UtcDateTime),
    Column("reason", Text, nullable=False),
)

patrol_changes = Table(
    "patrol_changes",
    metadata,
    Column("plan_id", ForeignKey("patrol_plans.plan_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject_key", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("team_before", String(40)),
    Column("team_after", String(40)),
    Column("begins_before", UtcDateTime),
    Column("begins_after", UtcDateTime),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("begins", Text, nullable=False),
    Column("service_s", Integer, nullable=False),
    Column("recurrence", CanonicalJson, nullable=False),
    Column("team_ids", CanonicalJson, nullable=False),
    Column("team_count", Integer, nullable=False),
    Column("units", CanonicalJson, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
