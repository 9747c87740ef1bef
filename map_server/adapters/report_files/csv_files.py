"""A frozen report as CSV files, one for each table, in a zip archive.

UTF-8 with a byte order mark, so that spreadsheets read Chinese; numbers are plain, shares run from 0 to 1 and
times are seconds. A text that a spreadsheet would take for a formula gets an apostrophe in front.
Source: OWASP, CSV Injection.
"""

import csv
import io
from collections.abc import Iterator

from map_server.adapters.report_files.archive import zipped
from map_server.domain.report import FrozenReport
from map_server.presentation.i18n import Language
from map_server.presentation.report_document import Cell, Column, Speech, Table, full_tables

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins a formula, wide forms of a Chinese keyboard included."""


def csv_archive(frozen: FrozenReport, language: Language) -> bytes:
    """Write all tables, and the frozen content itself as JSON."""
    speech = Speech(language)
    files = {
        f"{table.name}.csv": (BOM + _table(table)).encode() for table in full_tables(frozen.report, speech)
    }
    return zipped({**files, "report.json": frozen.content.encode()})


def safe_text(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _table(table: Table) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading for column in table.columns for heading in _headings(column)])
    for row in table.rows:
        writer.writerow(
            [
                field
                for column, cell in zip(table.columns, row, strict=True)
                for field in _fields(column, cell)
            ]
        )
    return out.getvalue()


def _headings(column: Column) -> Iterator[str]:
    yield safe_text(column.title if column.unit is None else f"{column.title} ({column.unit})")
    if column.is_figure:
        yield "unit"


def _fields(column: Column, cell: Cell) -> Iterator[str | int | float]:
    if isinstance(cell.value, int | float):
        yield cell.value
    else:
        yield "" if cell.unit is not None else safe_text(cell.text)
    if column.is_figure:
        yield str(cell.unit or "")
