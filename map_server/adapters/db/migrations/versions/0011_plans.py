"""Plans of a whole day."""

revision = "0011_plans"
down_revision = "0010_streets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
