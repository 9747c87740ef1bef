"""A frozen report as a workbook (XLSX): one sheet for each table, real numbers, headings that stay in view.

Times are durations, shares percentages. Texts are stored as texts, whatever they begin with.
"""

import io
import re
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from map_server.adapters.report_files.archive import unzipped, zipped
from map_server.domain.report import FrozenReport
from map_server.domain.report_figures import FigureUnit
from map_server.presentation.formats import date_time
from map_server.presentation.i18n import Language
from map_server.presentation.report_document import Cell, Speech, Table, full_tables, title_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SECONDS_PER_DAY = 86_400
NUMBER_FORMATS = {
    FigureUnit.COUNT: "#,##0",
    FigureUnit.SHARE: "0.0%",
    FigureUnit.SECONDS: "[h]:mm:ss",
    FigureUnit.HOURS: "#,##0.0",
    FigureUnit.PER_1000_HOURS: "#,##0.00",
    FigureUnit.POINTS: "0.0",
}
MAX_SHEET_TITLE = 31
PROPERTIES = "docProps/core.xml"
MOST_FROZEN_COLUMNS = 2
"""Rank and name."""
MIN_WIDTH, MAX_WIDTH = 9, 48
WIDE = re.compile(r"[\u2e80-\uffef]")
"""Characters as wide as two Latin ones."""

_HEADING = Font(bold=True, color="FFFFFF")
_BAND = PatternFill("solid", fgColor="0B6B63")
_TOP = Alignment(vertical="top", wrap_text=True)


def workbook(frozen: FrozenReport, language: Language) -> bytes:
    """Write the workbook."""
    speech = Speech(language)
    book = Workbook()
    cover = book.active
    assert cover is not None
    _write_cover(cover, frozen, speech)
    for table in full_tables(frozen.report, speech):
        _write_table(book.create_sheet(_sheet_title(table.title)), table)
    book.properties.title = title_of(frozen.report.definition.period, speech)
    book.properties.creator = "Lilong"
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue(), frozen.frozen_at)


def _write_cover(sheet: "Worksheet", frozen: FrozenReport, speech: Speech) -> None:
    _ = speech
    sheet.title = _sheet_title(_("About this report"))
    facts = (
        (_("Title"), title_of(frozen.report.definition.period, speech)),
        (_("Report number"), frozen.report_id),
        (_("Frozen"), date_time(frozen.frozen_at)),
        (_("Frozen by"), frozen.frozen_by),
        (_("SHA-256 of the content"), frozen.sha256),
        (_("SHA-256 of its rows"), frozen.rows_sha256),
        (_("Entry of the audit log up to which it knows"), str(frozen.report.as_of_seq)),
        (_("Score formula, version"), str(frozen.report.formula.version)),
    )
    for row, (name, value) in enumerate(facts, start=1):
        _put(sheet, row, 1, Cell(name))
        _put(sheet, row, 2, Cell(value))
        sheet.cell(row, 1).font = Font(bold=True)
    sheet.column_dimensions["A"].width = 44
    sheet.column_dimensions["B"].width = 72


def _write_table(sheet: "Worksheet", table: Table) -> None:
    for number, column in enumerate(table.columns, start=1):
        _put(sheet, 1, number, Cell(column.title))
        heading = sheet.cell(1, number)
        heading.font, heading.fill, heading.alignment = _HEADING, _BAND, _TOP
        shown = [column.title, *(row[number - 1].text for row in table.rows)]
        width = max(len(text) + len(WIDE.findall(text)) for text in shown)
        sheet.column_dimensions[get_column_letter(number)].width = min(max(width + 2, MIN_WIDTH), MAX_WIDTH)
    for place, row in enumerate(table.rows, start=2):
        for number, cell in enumerate(row, start=1):
            _put(sheet, place, number, cell)
    named = list(takewhile(lambda column: column.unit is None and not column.is_figure, table.columns))
    sheet.freeze_panes = sheet.cell(2, min(len(named), MOST_FROZEN_COLUMNS) + 1)
    sheet.auto_filter.ref = sheet.dimensions


def _put(sheet: "Worksheet", row: int, column: int, cell: Cell) -> None:
    target = sheet.cell(row, column)
    if isinstance(cell.value, int | float):
        is_time = cell.unit is FigureUnit.SECONDS
        target.value = cell.value / SECONDS_PER_DAY if is_time else cell.value
        target.number_format = NUMBER_FORMATS[cell.unit or FigureUnit.COUNT]
        return
    text = ILLEGAL_CHARACTERS_RE.sub("", cell.text)
    target.value = text
    if text:
        target.data_type = "s"  # not a formula, even where it begins like one
        target.quotePrefix = text.startswith(("=", "+", "-", "@"))


def _sheet_title(title: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", " ", title)[:MAX_SHEET_TITLE]


def _undated(content: bytes, at: datetime) -> bytes:
    """Put the time of freezing in place of the time of writing, in the properties and in the archive."""
    files = unzipped(content)
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    stamps = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
    files[PROPERTIES] = stamps.sub(rb"\g<1>" + moment.encode(), files[PROPERTIES])
    return zipped(files)
