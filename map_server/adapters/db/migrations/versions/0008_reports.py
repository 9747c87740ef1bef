"""Reports."""

revision = "0008_reports"
down_revision = "0007_audit_and_record"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
