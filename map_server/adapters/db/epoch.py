"""The whole seconds of a stored time since 1970, for arithmetic inside the database."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class epoch_s(GenericFunction[int]):
    """Seconds of a UtcDateTime, rounded down."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch_s, "sqlite")
def _on_sqlite(element: epoch_s, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(epoch_s, "postgresql")
def _on_postgresql(element: epoch_s, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"
