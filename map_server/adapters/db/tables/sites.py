"""What happened at sites: inspections, observations, tasks to verify; and how long cameras could judge."""

from sqlalchemy import BigInteger, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

site_inspections = Table(
    "site_inspections",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("site_id", ForeignKey("sites.site_id"), nullable=False),
    Column("inspector", Text, nullable=False),
    Column("inspected_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("result", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("photos", CanonicalJson, nullable=False),
    Column("stop_id", String(36)),
    Column("withdrawn_at", UtcDateTime),
    Column("inspected_before", UtcDateTime),
    Index("ix_site_inspections_site_id", "site_id", "inspected_at"),
    Index("ix_site_inspections_inspected_at", "inspected_at"),
)

site_observations = Table(
    "site_observations",
    metadata,
    # One incident is at one site, however often it is looked at.
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("site_id", ForeignKey("sites.site_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("observed_at", UtcDateTime, nullable=False),
    Column("distance_m", Float, nullable=False),
    Column("reach_m", Float, nullable=False),
    Column("state_then", Text),
    Column("withdrawn_at", UtcDateTime),
    Index("ix_site_observations_site_id", "site_id", "observed_at"),
    Index("ix_site_observations_observed_at", "observed_at"),
)

verify_tasks = Table(
    "verify_tasks",
    metadata,
    Column("site_id", ForeignKey("sites.site_id"), primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("outcome", Text),
    Index("ix_verify_tasks_ended_at", "ended_at", "due_at"),
)

site_watch = Table(
    "site_watch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)

camera_days = Table(
    "camera_days",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("camera_id", String(128), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("observed_s", Float, nullable=False),
    Index("ix_camera_days_day", "day"),
    # Holds all that a report of many days needs, in the order in which it sums up.
    Index("ix_camera_days_of_camera", "device_id", "camera_id", "day", "observed_s"),
)
