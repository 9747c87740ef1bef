"""Split shifts: a team with several shifts in a day, and the shifts of a route with their own places."""

import sqlalchemy as sa
from alembic import op

from map_server.adapters.db.types import CanonicalJson

revision = "0013_split_shifts"
down_revision = "0012_visits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("further_shifts", CanonicalJson, nullable=False, server_default="[]"))
    op.add_column("patrol_routes", sa.Column("split", CanonicalJson, nullable=False, server_default="[]"))
