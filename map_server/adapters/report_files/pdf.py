"""A frozen report as PDF: A4, Chinese type embedded as a subset, page numbers and the hash on every page."""

import io
from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid
from reportlab.platypus.tables import TableStyle

from map_server.adapters.report_files.print_charts import ChartDrawing
from map_server.adapters.report_files.print_type import ACCENT, BAND, FACE, LINE, SOFT, load_face, style
from map_server.domain.report import FrozenReport
from map_server.presentation.formats import date_time
from map_server.presentation.i18n import Language
from map_server.presentation.report_charts import charts
from map_server.presentation.report_document import (
    Cell,
    Column,
    Speech,
    Table,
    Tile,
    headline_table,
    tables,
    tiles,
    title_of,
)

MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
TILES_PER_ROW = 4
NAME_WEIGHT, TEXT_WEIGHT, SHORT_WEIGHT = 2.1, 5.0, 0.7
"""Of columns of names, sentences and ranks, against 1 for a column of figures."""
SHORT_TEXT, LONG_TEXT = 3, 24
"""Characters."""
HEADING_SIZE, CELL_SIZE, SMALL_SIZE = 6.0, 7.0, 6.0
MANY_COLUMNS = 10
"""A table of more is set smaller."""


def pdf(frozen: FrozenReport, language: Language) -> bytes:
    """Print it. Raises Unavailable where the build did not install the type."""
    load_face()
    speech = Speech(language)
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title_of(frozen.report.definition.period, speech),
        author="Lilong",
        lang="zh-CN" if language == "zh" else "en",
        invariant=1,  # no time of printing, no random number: the same bytes whenever it is printed
        pageCompression=1,
    )
    frame = Frame(MARGIN, MARGIN + 8 * mm, WIDTH, A4[1] - 2 * MARGIN - 8 * mm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=_Foot(frozen, speech)))
    document.build(_story(frozen, speech))
    return out.getvalue()


class _Foot:
    """Writes the foot of each page."""

    def __init__(self, frozen: FrozenReport, speech: Speech) -> None:
        _ = speech
        self._left = f"{title_of(frozen.report.definition.period, speech)} · SHA-256 {frozen.sha256}"
        self._page = _("page {number}")

    def __call__(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, MARGIN + 5 * mm, MARGIN + WIDTH, MARGIN + 5 * mm)
        canvas.setFont(FACE, 6.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, MARGIN, self._left)
        canvas.drawRightString(MARGIN + WIDTH, MARGIN, self._page.format(number=document.page))
        canvas.restoreState()


def _story(frozen: FrozenReport, speech: Speech) -> list[Flowable]:
    report = frozen.report
    story: list[Flowable] = [*_head(frozen, speech), _tiles(tiles(report, speech)), Spacer(1, 5 * mm)]
    for pair in _in_pairs([ChartDrawing(chart) for chart in charts(report, speech)]):
        story += [pair, Spacer(1, 3 * mm)]
    for table in (*tables(report, speech), headline_table(report, speech)):
        story += _table(table, speech)
    return story


def _head(frozen: FrozenReport, speech: Speech) -> list[Flowable]:
    _ = speech
    report = frozen.report
    lines = (
        _("Frozen {when}; it never changes again.").format(when=date_time(frozen.frozen_at)),
        _("Number {report}, audit log up to entry {seq}, score formula {version}.").format(
            report=frozen.report_id, seq=report.as_of_seq, version=report.formula.version
        ),
        f"SHA-256 {frozen.sha256}",
    )
    return [
        _paragraph(title_of(report.definition.period, speech), 18, speech),
        Spacer(1, 2 * mm),
        *(Paragraph(escape(line), style(7.5, SOFT)) for line in lines),
        Spacer(1, 4 * mm),
    ]


def _tiles(shown: Sequence[Tile]) -> Flowable:
    cells = [
        [
            Paragraph(escape(tile.title), style(7.5, SOFT)),
            Paragraph(escape(tile.cell.text), style(15, ACCENT)),
            Paragraph(escape(tile.below) or "&nbsp;", style(6.5, SOFT)),
        ]
        for tile in shown
    ]
    rows = [cells[first : first + TILES_PER_ROW] for first in range(0, len(cells), TILES_PER_ROW)]
    grid = Grid(rows, colWidths=[WIDTH / TILES_PER_ROW] * TILES_PER_ROW)
    grid.setStyle(
        TableStyle([("BOX", (0, 0), (-1, -1), 0.5, LINE), ("INNERGRID", (0, 0), (-1, -1), 0.5, LINE)])
    )
    return grid


def _in_pairs(drawings: Sequence[Flowable]) -> list[Flowable]:
    """Put charts side by side, two to a line."""
    pairs = []
    for first in range(0, len(drawings), 2):
        pair = [*drawings[first : first + 2], ""][:2]
        grid = Grid([pair], colWidths=[WIDTH / 2, WIDTH / 2])
        top, left = ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)
        grid.setStyle(TableStyle([top, left, ("RIGHTPADDING", (0, 0), (0, -1), 6 * mm)]))
        pairs.append(grid)
    return pairs


def _table(table: Table, speech: Speech) -> list[Flowable]:
    if not table.rows:
        return []
    heading = [
        Paragraph(escape(column.title), _style(HEADING_SIZE, speech, is_right))
        for column, is_right in zip(table.columns, table.numbers, strict=True)
    ]
    size = SMALL_SIZE if len(table.columns) > MANY_COLUMNS else CELL_SIZE
    body = [[_cell(cell, size, speech) for cell in row] for row in table.rows]
    grid = Grid([heading, *body], colWidths=_widths(table), repeatRows=1)
    lines = [("LINEBELOW", (0, 0), (-1, -1), 0.25, LINE), ("BACKGROUND", (0, 0), (-1, 0), BAND)]
    inner = [("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 1)]
    tight = [("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5)]
    grid.setStyle(TableStyle([*lines, *inner, *tight, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
    title = [Spacer(1, 4 * mm), _paragraph(table.title, 11, speech)]
    note = [Paragraph(escape(table.note), style(7, SOFT))] if table.note else []
    return [KeepTogether([*title, *note, Spacer(1, 1.5 * mm)]), grid]


def _widths(table: Table) -> list[float]:
    weights = [
        _weight(column, [row[place] for row in table.rows]) for place, column in enumerate(table.columns)
    ]
    edges = [0.0]
    for weight in weights:
        edges.append(edges[-1] + weight)
    return [(right - left) / edges[-1] * WIDTH for left, right in pairwise(edges)]


def _weight(column: Column, cells: Sequence[Cell]) -> float:
    longest = max(len(cell.text) for cell in cells)
    if column.unit is None and longest <= SHORT_TEXT:
        return SHORT_WEIGHT
    if column.unit is not None or column.is_figure or all(cell.is_number or not cell.text for cell in cells):
        return 1.0
    return TEXT_WEIGHT if longest > LONG_TEXT else NAME_WEIGHT


def _cell(cell: Cell, size: float, speech: Speech) -> Flowable:
    text = cell.text.replace(" ", "\u00a0") if cell.is_number else cell.text
    return Paragraph(escape(text), _style(size, speech, cell.is_number))


def _paragraph(text: str, size: float, speech: Speech) -> Flowable:
    return Paragraph(escape(text), _style(size, speech))


def _style(size: float, speech: Speech, is_right: bool = False) -> ParagraphStyle:
    return style(size, is_right=is_right, is_chinese=speech.language == "zh")
