"""The audit log, devices, events, evidence and incidents, with the spatial index of the database at hand."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson, UtcDateTime

revision = "0001_core"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
GENESIS_HASH = "0" * 64


def upgrade() -> None:
    """Create everything that the server core keeps."""
    _create_audit_log()
    _create_devices()
    _create_incidents()
    _create_events()
    _create_spatial_index()


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_subject", "audit_log", ["subject_kind", "subject_id", "seq"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": GENESIS_HASH}])


def _create_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("public_key", sa.String(64)),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("enrolled_at", UtcDateTime),
        sa.Column("last_seen_at", UtcDateTime),
        sa.Column("is_online", sa.Boolean, nullable=False),
        sa.Column("agent_version", sa.String(64)),
        sa.Column("clock_skew_s", sa.Float),
        sa.Column("outbox_pending", sa.Integer),
        sa.Column("outbox_set_aside", sa.Integer),
        sa.Column("outbox_dropped", sa.Integer),
        sa.Column("evidence_bytes", sa.BigInteger),
        sa.Column("evidence_dropped", sa.Integer),
        sa.Column("disk_free_bytes", sa.BigInteger),
        sa.Column("cpu_temperature_c", sa.Float),
        sa.Column("model_id", sa.String(128)),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
    )
    op.create_table(
        "enrolments",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.PrimaryKeyConstraint("token_hash", name="pk_enrolments"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_enrolments_device_id"),
    )
    op.create_index("ix_enrolments_device_id", "enrolments", ["device_id"])
    op.create_table(
        "cameras",
        sa.Column("device_id", sa.String(128), nullable=False),
        sa.Column("camera_id", sa.String(128), nullable=False),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("position_source", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_since", UtcDateTime, nullable=False),
        sa.Column("last_frame_at", UtcDateTime),
        sa.Column("analysed_fps", sa.Float, nullable=False),
        sa.Column("observed_s", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("device_id", "camera_id", name="pk_cameras"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_cameras_device_id"),
    )


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("judgement", sa.Text),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("open_key", sa.Text),
        sa.Column("anchor", sa.Text, nullable=False),
        sa.Column("views", CanonicalJson, nullable=False),
        sa.Column("site_id", sa.String(64)),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("error_m", sa.Float),
        sa.Column("ellipse", CanonicalJson),
        sa.Column("is_surveyed", sa.Boolean),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("last_seen_at", UtcDateTime, nullable=False),
        sa.Column("cleared_at", UtcDateTime),
        sa.Column("event_count", sa.Integer, nullable=False),
        sa.Column("open_event_count", sa.Integer, nullable=False),
        sa.Column("reopened_count", sa.Integer, nullable=False),
        sa.Column("merged_into", sa.String(36)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incidents"),
        sa.UniqueConstraint("id", name="uq_incidents_id"),
    )
    is_open = sa.text("open_key IS NOT NULL")
    op.create_index(
        "ux_incidents_open_key",
        "incidents",
        ["open_key"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_incidents_state_kind", "incidents", ["state", "kind"])
    op.create_index("ix_incidents_last_seen_at", "incidents", ["last_seen_at"])
    op.create_index("ix_incidents_site_id", "incidents", ["site_id"])
    op.create_index("ix_incidents_anchor", "incidents", ["anchor"])
    op.create_table(
        "incident_merges",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("survivor_id", sa.String(36), nullable=False),
        sa.Column("absorbed_id", sa.String(36), nullable=False),
        sa.Column("event_ids", CanonicalJson, nullable=False),
        sa.Column("survivor_before", CanonicalJson, nullable=False),
        sa.Column("survivor_after", CanonicalJson, nullable=False),
        sa.Column("absorbed_before", CanonicalJson, nullable=False),
        sa.Column("merged_at", UtcDateTime, nullable=False),
        sa.Column("undone_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_incident_merges"),
        sa.ForeignKeyConstraint(["survivor_id"], ["incidents.id"], name="fk_incident_merges_survivor_id"),
        sa.ForeignKeyConstraint(["absorbed_id"], ["incidents.id"], name="fk_incident_merges_absorbed_id"),
    )
    op.create_index("ix_incident_merges_survivor_id", "incident_merges", ["survivor_id"])
    op.create_index("ix_incident_merges_absorbed_id", "incident_merges", ["absorbed_id"])


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("device_id", sa.String(128), nullable=False),
        sa.Column("camera_id", sa.String(128), nullable=False),
        sa.Column("zone_id", sa.String(128), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("raised_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("last_seen_at", UtcDateTime, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("picture", CanonicalJson, nullable=False),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("error_m", sa.Float),
        sa.Column("ellipse", CanonicalJson),
        sa.Column("is_surveyed", sa.Boolean),
        sa.Column("attributes", CanonicalJson, nullable=False),
        sa.Column("model", CanonicalJson),
        sa.Column("incident_id", sa.String(36), nullable=False),
        sa.Column("why", CanonicalJson, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_events"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_events_device_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_events_incident_id"),
    )
    op.create_index("ix_events_incident_id", "events", ["incident_id"])
    op.create_index("ix_events_device_id_camera_id", "events", ["device_id", "camera_id"])
    op.create_table(
        "event_messages",
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "digest", name="pk_event_messages"),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"], name="fk_event_messages_event_id"),
    )
    op.create_table(
        "event_evidence",
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("captured_at", UtcDateTime, nullable=False),
        sa.Column("redaction", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "sha256", "role", name="pk_event_evidence"),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"], name="fk_event_evidence_event_id"),
    )
    op.create_index("ix_event_evidence_sha256", "event_evidence", ["sha256"])
    op.create_table(
        "evidence",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("device_id", sa.String(128), nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_evidence"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_evidence_device_id"),
    )


def _create_spatial_index() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _create_rtree()
    else:
        _create_gist()


def _create_rtree() -> None:
    # Triggers keep the boxes in step with the incidents, whoever writes them. R*Tree rounds boxes outward.
    op.execute("CREATE VIRTUAL TABLE incident_boxes USING rtree(number, min_lon, max_lon, min_lat, max_lat)")
    put = "INSERT INTO incident_boxes VALUES (new.number, new.lon, new.lon, new.lat, new.lat)"
    drop = "DELETE FROM incident_boxes WHERE number = old.number"
    op.execute(
        "CREATE TRIGGER incident_boxes_insert AFTER INSERT ON incidents "
        f"WHEN new.lon IS NOT NULL BEGIN {put}; END"
    )
    op.execute(
        "CREATE TRIGGER incident_boxes_move AFTER UPDATE OF lon, lat ON incidents "
        "WHEN old.lon IS NOT new.lon OR old.lat IS NOT new.lat "
        f"BEGIN {drop}; INSERT INTO incident_boxes "
        "SELECT new.number, new.lon, new.lon, new.lat, new.lat WHERE new.lon IS NOT NULL; END"
    )
    op.execute(f"CREATE TRIGGER incident_boxes_delete AFTER DELETE ON incidents BEGIN {drop}; END")


def _create_gist() -> None:
    # PostGIS where the server offers it; where not, PostgreSQL's own points answer the same question.
    offers = sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")
    if op.get_bind().scalar(offers):
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        point = "ST_SetSRID(ST_MakePoint(lon, lat), 4326)"
        op.execute(f"CREATE INDEX gx_incidents_postgis ON incidents USING gist ({point})")
    else:
        op.execute("CREATE INDEX gx_incidents_point ON incidents USING gist (point(lon, lat))")
