"""A report as tables in one language: what the page, the spreadsheet, the CSV files and the print share.

Report (figures) -> tables of cells -> one of the faces. A cell has its value for machines, its text for
people, and names the rows behind it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from gettext import NullTranslations

from map_server.domain.report import Report, Section, SectionRow
from map_server.domain.report_figures import Dimension, Figure, FigureKey, FigureUnit
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.presentation import formats
from map_server.presentation.i18n import Language, translations
from map_server.presentation.report_words import (
    DIMENSIONS,
    FIGURES,
    KIND_TITLES,
    MERITS,
    NO_KEY,
    PHASES,
    TOTAL_PHASE,
    UNKNOWN,
)
from map_server.presentation.words import speaker

F = FigureKey
COLUMNS: dict[Dimension, tuple[FigureKey, ...]] = {
    Dimension.CLASS: (
        F.FOUND_STANDING,
        F.FILED,
        F.TO_CLOSE,
        F.CLOSED,
        F.COMPLETION_RATE,
        F.ON_TIME_RATE,
        F.OVERDUE_AT_END,
        F.REWORK_RATE,
        F.PRECISION,
        F.TOTAL_MEDIAN,
    ),
    Dimension.UNIT: (
        F.SCORE,
        F.TO_CLOSE,
        F.CLOSED,
        F.COMPLETION_RATE,
        F.ON_TIME_RATE,
        F.OVERDUE_AT_END,
        F.REWORK_RATE,
        F.RETURN_RATE,
        F.WAITING_MEDIAN,
        F.TOTAL_MEDIAN,
    ),
    Dimension.COMPOUND: (
        F.FOUND_PER_1000_HOURS,
        F.FOUND_STANDING,
        F.CAMERA_HOURS,
        F.FILED,
        F.TO_CLOSE,
        F.CLOSED,
        F.COMPLETION_RATE,
        F.OVERDUE_AT_END,
    ),
}
"""What pages and prints show of each breakdown; spreadsheets have every figure."""

TILES = (
    F.COMPLETION_RATE,
    F.ON_TIME_RATE,
    F.FOUND_STANDING,
    F.PRECISION,
    F.TOTAL_MEDIAN,
    F.OVERDUE_AT_END,
    F.REWORK_RATE,
    F.CAMERA_HOURS,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `unit` None: plain text. `rows` names the rows behind a figure (Drill.text)."""

    text: str
    value: int | float | str | None = None
    unit: FigureUnit | None = None
    rows: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right."""
        return self.unit is not None or isinstance(self.value, int | float)


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading. `is_figure` where cells may be of several units."""

    title: str
    unit: FigureUnit | None = None
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `name` is for files and sheets, `note` says how to read it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    @property
    def numbers(self) -> tuple[bool, ...]:
        """Tell of each column whether it holds numbers, which stand at the right."""
        return tuple(any(cell.is_number for cell in cells) for cells in zip(*self.rows, strict=True))


class Speech:
    """Writes figures, names and headings in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.spoken: NullTranslations = translations(language)
        self.word = speaker(self.spoken)

    def __call__(self, message: str) -> str:
        """Translate."""
        return self.spoken.gettext(message)

    def figure(self, figure: Figure) -> Cell:
        """Write one figure."""
        return Cell(self.value(figure.unit, figure.value), figure.value, figure.unit, figure.drill.text)

    def value(self, unit: FigureUnit, value: float | None) -> str:
        """Write a value: 8,112 · 99.2 % · 3 h 05 min · 12.3; "unknown" for none."""
        if value is None:
            return self(UNKNOWN)
        return _WRITERS[unit](value, self)

    def name(self, row: SectionRow, dimension: Dimension) -> str:
        """Name a class, unit or compound."""
        if not row.key:
            return self(NO_KEY[dimension])
        if dimension is Dimension.CLASS:
            return self.word("case_class", row.key)
        return (row.names.zh if self.language == "zh" else row.names.en) or row.names.zh or row.key


def percent(share: float) -> str:
    """Write 99.2 %; what is not all is never written as 100 %, nor something as 0 %."""
    rounded = round(share * 100, 1)
    if rounded == 100 and share < 1:
        rounded = 99.9
    if rounded == 0 and share > 0:
        rounded = 0.1
    return f"{rounded:.1f} %"


MANY_HOURS = 100
"""From here on nobody asks for minutes."""

_Writer = Callable[[float, Speech], str]
_WRITERS: dict[FigureUnit, _Writer] = {
    FigureUnit.COUNT: lambda value, speech: f"{value:,.0f}",
    FigureUnit.SHARE: lambda value, speech: percent(value),
    FigureUnit.SECONDS: lambda value, speech: formats.duration(value, speech),
    FigureUnit.HOURS: lambda value, speech: f"{value:,.0f}" if value >= MANY_HOURS else f"{value:.1f}",
    FigureUnit.PER_1000_HOURS: lambda value, speech: f"{value:,.2f}",
    FigureUnit.POINTS: lambda value, speech: f"{value:.1f}",
}


def period_text(period: ReportPeriod) -> str:
    """Write 2026-11-22, or 2026-11-16 – 2026-11-22."""
    if period.kind is ReportKind.DAILY:
        return period.first.isoformat()
    return f"{period.first.isoformat()} – {period.last.isoformat()}"


def title_of(period: ReportPeriod, speech: Speech) -> str:
    """Write the title, such as 日反馈 2026-11-22."""
    return f"{speech(KIND_TITLES[period.kind])} {period_text(period)}"


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures that stand on top, with a line below it."""

    title: str
    cell: Cell
    below: str = ""


def tiles(report: Report, speech: Speech) -> tuple[Tile, ...]:
    """Give the figures that a reader looks for first."""
    return tuple(
        Tile(speech(FIGURES[key][0]), speech.figure(report.figure(key)), _below(report, key, speech))
        for key in TILES
    )


def _below(report: Report, key: FigureKey, speech: Speech) -> str:
    _ = speech
    figure = report.figure(key)
    if key is F.PRECISION and figure.value is not None:
        low, high = (speech.figure(report.figure(each)).text for each in (F.PRECISION_LOW, F.PRECISION_HIGH))
        return _("{low} to {high} in 95 of 100 cases").format(low=low, high=high)
    if figure.of is not None:
        return _("{part} of {whole}").format(part=f"{figure.of[0]:,}", whole=f"{figure.of[1]:,}")
    if key is F.TOTAL_MEDIAN:
        return _("9 of 10 within {time}").format(time=speech.figure(report.figure(F.TOTAL_P90)).text)
    return ""


def tables(report: Report, speech: Speech) -> tuple[Table, ...]:
    """Give the tables of a page or a print, in their order."""
    return (
        times_table(report, speech),
        *(section_table(section, COLUMNS[section.dimension], speech) for section in report.sections),
        formula_table(report, speech),
    )


def full_tables(report: Report, speech: Speech) -> tuple[Table, ...]:
    """Give the tables of a spreadsheet: every figure of every row."""
    return (
        headline_table(report, speech),
        *(
            section_table(section, [figure.key for figure in section.rows[0].figures], speech)
            for section in report.sections
            if section.rows
        ),
        formula_table(report, speech),
    )


def headline_table(report: Report, speech: Speech) -> Table:
    """Give every headline figure with its two counts and how it is counted."""
    _ = speech
    rows = []
    for figure in report.headline:
        name, how = FIGURES[figure.key]
        counts = [Cell(f"{count:,}", count) for count in figure.of] if figure.of else [Cell(""), Cell("")]
        rows.append((Cell(_(name)), speech.figure(figure), *counts, Cell(_(how))))
    columns = (
        Column(_("Figure")),
        Column(_("Value"), is_figure=True),
        Column(_("Part")),
        Column(_("Whole")),
        Column(_("How it is counted")),
    )
    return Table("figures", _("Figures"), columns, tuple(rows))


def times_table(report: Report, speech: Speech) -> Table:
    """Give the time of an order split into its phases."""
    _ = speech
    rows = [
        (
            Cell(_(name)),
            speech.figure(report.figure(median)),
            speech.figure(report.figure(p90)),
            Cell(_(FIGURES[median][1])),
        )
        for name, median, p90 in (*PHASES, TOTAL_PHASE)
    ]
    note = _("By the clock on the wall, of orders that a person checked. Medians do not add up.")
    columns = (
        Column(_("Phase")),
        Column(_("Median"), FigureUnit.SECONDS),
        Column(_("9 of 10 within"), FigureUnit.SECONDS),
        Column(_("What it is")),
    )
    return Table("times", _("Where the time goes"), columns, tuple(rows), note)


def section_table(section: Section, wanted: Sequence[FigureKey], speech: Speech) -> Table:
    """Give a breakdown with its ranks."""
    _ = speech
    heading, first = DIMENSIONS[section.dimension]
    figures = {figure.key: figure.unit for row in section.rows[:1] for figure in row.figures}
    keys = [key for key in wanted if key in figures]
    is_ranked = section.dimension is not Dimension.CLASS
    rows = [tuple(_section_cells(row, section.dimension, keys, is_ranked, speech)) for row in section.rows]
    ranks = (Column(_("Rank")),) if is_ranked else ()
    columns = (*ranks, Column(_(first)), *(Column(_(FIGURES[key][0]), figures[key]) for key in keys))
    return Table(section.dimension, _(heading), columns, tuple(rows), _note(section, speech))


def _section_cells(
    row: SectionRow, dimension: Dimension, keys: Sequence[FigureKey], is_ranked: bool, speech: Speech
) -> Iterator[Cell]:
    if is_ranked:
        yield Cell(formats.DASH if row.rank is None else str(row.rank), row.rank)
    yield Cell(speech.name(row, dimension))
    for key in keys:
        yield speech.figure(row.figure(key))


def _note(section: Section, speech: Speech) -> str:
    _ = speech
    if section.dimension is Dimension.UNIT:
        return _("Equal scores share a rank. An order counts for the unit that had it last.")
    if section.dimension is Dimension.COMPOUND:
        return _(
            "The fewest finds for each hour of watching come first, so that more cameras cost no place; "
            "where nobody watched there is no rank, and not a zero."
        )
    return ""


def formula_table(report: Report, speech: Speech) -> Table:
    """Give the weights of the score."""
    _ = speech
    rows = [
        (Cell(_(MERITS[merit][0])), Cell(str(points), points), Cell(_(MERITS[merit][1])))
        for merit, points in report.formula.weights.items()
    ]
    title = _("Score formula, version {version}").format(version=report.formula.version)
    note = _("A merit without cases is left out, and the others weigh more.")
    columns = (Column(_("Merit")), Column(_("Points")), Column(_("Share of them")))
    return Table("formula", title, columns, tuple(rows), note)
