"""SQLAlchemy Core on SQLite or PostgreSQL: tables, repositories, flat queries, migrations."""
