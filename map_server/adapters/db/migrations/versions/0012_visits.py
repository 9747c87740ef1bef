"""Visits in the field, tracks."""

revision = "0012_visits"
down_revision = "0011_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
