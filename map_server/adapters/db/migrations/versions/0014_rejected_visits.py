"""What a supervisor said of a visit, and that an inspection no longer counts because he rejected it."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import UtcDateTime

revision = "0014_rejected_visits"
down_revision = "0013_split_shifts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("field_records", sa.Column("verdict", sa.Text))
    # whoever looked at a visit until now let it stand
    op.execute("UPDATE field_records SET verdict = 'accepted' WHERE reviewed_at IS NOT NULL")
    op.add_column("site_inspections", sa.Column("withdrawn_at", UtcDateTime))
    op.add_column("site_inspections", sa.Column("inspected_before", UtcDateTime))
