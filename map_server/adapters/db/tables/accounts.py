"""People: accounts, sessions, one-time links and the brake on guessed passwords. Tokens only as hashes."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from map_server.adapters.db.tables import metadata
from map_server.adapters.db.types import CanonicalJson, UtcDateTime

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String(36), primary_key=True),
    Column("login_name", String(40), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Column("unit_id", String(64)),
    Column("reach", CanonicalJson),
    Column("email", String(254)),
    Column("oidc_subject", String(512)),
    Index("ux_accounts_email", "email", unique=True),
    Index("ux_accounts_oidc_subject", "oidc_subject", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Index("ix_sessions_account_id", "account_id"),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("account_id", ForeignKey("accounts.account_id")),
    Column("note", Text, nullable=False),
    Column("used_at", UtcDateTime),
    Column("reach", CanonicalJson),
    Column("email", String(254)),
    Column("unit_id", String(64)),
)

login_brakes = Table(
    "login_brakes",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_failed_at", UtcDateTime, nullable=False),
)
