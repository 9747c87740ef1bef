"""Photos of people, secrets of subscriptions."""

revision = "0009_photos_and_secrets"
down_revision = "0008_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
