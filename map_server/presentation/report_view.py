"""What the pages of reports show: figures with the addresses of their rows, rows, corrections, the map."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from map_server.domain.report import Report, ReportRow
from map_server.domain.report_appeal import COSTLY
from map_server.domain.report_corrections import APPEAL_ACCEPTED, Correction, CorrectionList
from map_server.domain.report_figures import (
    Dimension,
    Drill,
    FigureKey,
    FigureUnit,
    Mark,
    RowSubject,
    subject_of,
)
from map_server.presentation.formats import DASH
from map_server.presentation.report_document import Speech
from map_server.presentation.report_words import DIMENSIONS, FIGURES, MARKS, SUBJECTS
from map_server.presentation.words import WORDS

RowsAddress = Callable[[str], str]
"""From the name of rows (Drill.text) to the page that lists them."""

LEVELS = 5
"""Shades of the map."""


def rows_key(rows: str) -> str:
    """Write the name of rows as one segment of an address; a slash becomes ~1, as in JSON Pointer."""
    return quote(rows.replace("~", "~0").replace("/", "~1"), safe=":@")


def drill_from(key: str) -> Drill | None:
    """Read what `rows_key` wrote, after the server decoded it; None for what names no rows."""
    name, is_broken_down, group = key.replace("~1", "/").replace("~0", "~").partition("@")
    subject, _, mark_name = name.partition(".")
    mark = Mark.__members__.get(mark_name.upper())
    if mark is None or subject_of(mark) != subject:
        return None
    if not is_broken_down:
        return Drill(RowSubject(subject), mark)
    dimension, has_row, row = group.partition(":")
    if not has_row or dimension not in set(Dimension):
        return None
    return Drill(RowSubject(subject), mark, Dimension(dimension), row)


@dataclass(frozen=True, slots=True)
class RowView:
    """One row behind a figure. `href` leads to the thing itself."""

    row: ReportRow
    label: str
    href: str
    kind: str
    unit: str
    compound: str
    marks: tuple[str, ...]
    times: tuple[str, ...]
    observed: str
    is_costly: bool


class Names:
    """What a report calls its classes, units and compounds."""

    def __init__(self, report: Report, speech: Speech) -> None:
        self._names: Mapping[tuple[Dimension, str], str] = {
            (section.dimension, row.key): speech.name(row, section.dimension)
            for section in report.sections
            for row in section.rows
        }

    def __call__(self, dimension: Dimension, key: str) -> str:
        """Give a name; nothing for nothing."""
        return self._names.get((dimension, key), key) if key else ""


def row_view(row: ReportRow, names: Names, speech: Speech) -> RowView:
    """Write one row."""
    _ = speech
    label = _("No. {number}").format(number=row.number) if row.number is not None else row.subject_id
    spans = (row.waiting_s, row.travel_s, row.work_s, row.checking_s)
    times = [DASH if span is None else speech.value(FigureUnit.SECONDS, span) for span in spans]
    return RowView(
        row=row,
        label=label,
        href=address_of(row),
        kind=speech.word("case_class", row.kind),
        unit=names(Dimension.UNIT, row.unit_id),
        compound=names(Dimension.COMPOUND, row.compound_id),
        marks=tuple(_(MARKS[mark]) for mark in Mark if mark in row.marks),
        times=tuple(times),
        observed="" if row.observed_s is None else speech.value(FigureUnit.HOURS, row.observed_s / 3600),
        is_costly=bool(row.unit_id and row.marks & COSTLY),
    )


def address_of(row: ReportRow) -> str:
    """Give the page of what a row is about."""
    if row.subject is RowSubject.CAMERA:
        return f"/devices/{quote(row.subject_id.partition('/')[0], safe='')}"
    folder = "work-orders" if row.subject is RowSubject.WORK_ORDER else "incidents"
    return f"/{folder}/{quote(row.subject_id, safe='')}"


def drill_title(drill: Drill, names: Names, speech: Speech) -> str:
    """Say what rows these are: Closed · By class: Left garbage."""
    _ = speech
    title = f"{_(SUBJECTS[drill.subject])}: {_(MARKS[drill.mark])}"
    if drill.dimension is None:
        return title
    return f"{title} · {_(DIMENSIONS[drill.dimension][1])}: {names(drill.dimension, drill.key) or DASH}"


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """One row that would read otherwise now: what it gained and lost, why, and since when."""

    view: RowView
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    are_times_changed: bool
    because: str
    known_at: datetime | None


def correction_view(correction: Correction, names: Names, speech: Speech) -> CorrectionView:
    """Write one correction."""
    was = correction.was.marks if correction.was else Mark(0)
    now = correction.now.marks if correction.now else Mark(0)
    marks = [(mark, speech(MARKS[mark])) for mark in Mark]
    return CorrectionView(
        view=row_view(correction.row, names, speech),
        gained=tuple(word for mark, word in marks if mark in now and mark not in was),
        lost=tuple(word for mark, word in marks if mark in was and mark not in now),
        are_times_changed=was == now,
        because=_because(correction.because, speech),
        known_at=correction.known_at,
    )


def _because(action: str | None, speech: Speech) -> str:
    _ = speech
    if action is None:
        return _("the record does not say")
    if action == APPEAL_ACCEPTED:
        return _("an appeal was accepted")
    group = next((name for name in ("work_step", "notice") if action in WORDS[name]), "notice")
    return speech.word(group, action)


@dataclass(frozen=True, slots=True)
class Shift:
    """A headline figure that would read otherwise now."""

    name: str
    was: str
    now: str


def shifts(report: Report, corrections: CorrectionList, speech: Speech) -> tuple[Shift, ...]:
    """Give the headline figures that late facts would change."""
    return tuple(
        Shift(speech(FIGURES[now.key][0]), speech.figure(was).text, speech.figure(now).text)
        for was, now in zip(report.headline, corrections.headline_now, strict=True)
        if (was.value, was.of) != (now.value, now.of)
    )


@dataclass(frozen=True, slots=True)
class Shade:
    """A compound on the map: `level` 0 (fewest finds) to 4 by fifths; None where nobody watched."""

    id: str
    level: int | None
    text: str
    href: str


def map_shades(report: Report, speech: Speech, rows_at: RowsAddress) -> tuple[Shade, ...]:
    """Give the compounds for the map."""
    rows = report.section(Dimension.COMPOUND).rows
    known = [row.figure(FigureKey.FOUND_PER_1000_HOURS).value for row in rows]
    rates = sorted(value for value in known if value is not None)
    shades = []
    for row in rows:
        rate, found = row.figure(FigureKey.FOUND_PER_1000_HOURS), row.figure(FigureKey.FOUND_STANDING)
        level = None if rate.value is None else LEVELS * rates.index(rate.value) // len(rates)
        text = f"{speech.name(row, Dimension.COMPOUND)}: {speech.figure(rate).text}"
        shades.append(Shade(row.key, level, text, rows_at(found.drill.text)))
    return tuple(shades)
