"""An index that finds the fixes that came in lately, whatever day they are of: phones may be days late."""

from alembic import op

revision = "0015_track_arrivals"
down_revision = "0014_rejected_visits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_track_fixes_received_at", "track_fixes", ["received_at"])
