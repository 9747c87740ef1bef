"""Streets, closures, walked segments."""

revision = "0010_streets"
down_revision = "0009_photos_and_secrets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
