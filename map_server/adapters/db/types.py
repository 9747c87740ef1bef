"""Column types that mean the same on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from map_server.domain.audit_log import JsonValue, canonical_json


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; TIMESTAMPTZ on PostgreSQL, fixed-width ISO text on SQLite (which sorts by time)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive times, write UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time reached the database; give aware UTC")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return _iso_text(moment) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read as aware UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        assert isinstance(moment, datetime)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


@lru_cache(maxsize=1024)
def _iso_text(moment: datetime) -> str:
    """Write a UTC time; a batch writes the same instants again and again."""
    return moment.isoformat(timespec="microseconds")


class CanonicalJson(TypeDecorator[JsonValue]):
    """A JSON value as canonical text, byte for byte the same on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JsonValue, dialect: Dialect) -> str | None:
        """Write canonical JSON; None stays NULL."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> JsonValue:
        """Read JSON; NULL stays None."""
        return None if value is None else json.loads(value)
