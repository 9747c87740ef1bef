"""Puts a report together from the sums of its ledger. Totals -> *Report*."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from map_server.domain.report import Names, Report, ReportDefinition, Section, SectionRow
from map_server.domain.report_figures import (
    COUNTED,
    Dimension,
    Figure,
    FigureKey,
    Mark,
    figure_of,
)
from map_server.domain.report_score import ScoreFormula
from map_server.domain.report_totals import (
    NOTHING,
    Totals,
    counted_figures,
    precision_figures,
    time_figures,
    watch_figures,
)

_ORDER = {key: place for place, key in enumerate(FigureKey)}


@dataclass(frozen=True, slots=True)
class Sums:
    """All sums of one ledger, and what units and compounds are called.

    Every compound of `compounds` gets a row, one where nothing happened too.
    """

    whole: Totals
    by_class: Mapping[str, Totals]
    by_unit: Mapping[str, Totals]
    by_compound: Mapping[str, Totals]
    units: Mapping[str, Names]
    compounds: Mapping[str, Names]


def assembled(definition: ReportDefinition, formula: ScoreFormula, as_of_seq: int, sums: Sums) -> Report:
    """Give the report of these sums."""
    return Report(
        definition=definition,
        formula=formula,
        as_of_seq=as_of_seq,
        headline=headline(sums.whole),
        sections=(
            Section(Dimension.CLASS, tuple(_class_rows(sums.by_class))),
            Section(Dimension.UNIT, _ranked(_unit_rows(sums, formula), FigureKey.SCORE, highest_first=True)),
            Section(
                Dimension.COMPOUND,
                _ranked(_compound_rows(sums), FigureKey.FOUND_PER_1000_HOURS, highest_first=False),
            ),
        ),
    )


def headline(whole: Totals) -> tuple[Figure, ...]:
    """Give the figures over all rows."""
    return _in_order(
        counted_figures(whole, None, "")
        + precision_figures(whole, None, "")
        + time_figures(whole, None, "")
        + watch_figures(whole, None, "")
    )


def _class_rows(by_class: Mapping[str, Totals]) -> Iterable[SectionRow]:
    by = Dimension.CLASS
    for key, totals in sorted(by_class.items()):
        figures = counted_figures(totals, by, key) + precision_figures(totals, by, key)
        yield SectionRow(key, Names(), _in_order(figures + time_figures(totals, by, key)))


def _unit_rows(sums: Sums, formula: ScoreFormula) -> Iterable[SectionRow]:
    by = Dimension.UNIT
    for key, totals in sorted(sums.by_unit.items()):
        counts = {each: totals.count(each) for each in COUNTED}
        score = formula.score(counts) if key else None
        points = figure_of(FigureKey.SCORE, score, by, key)
        figures = [figure for figure in counted_figures(totals, by, key) if _is_of_orders(figure)]
        ordered = _in_order([*figures, *time_figures(totals, by, key), points])
        yield SectionRow(key, sums.units.get(key, Names()), ordered)


def _compound_rows(sums: Sums) -> Iterable[SectionRow]:
    by = Dimension.COMPOUND
    for key in sorted({*sums.compounds, *sums.by_compound}):
        totals = sums.by_compound.get(key, NOTHING)
        figures = counted_figures(totals, by, key) + time_figures(totals, by, key)
        # What lies in no compound is nobody's place in the ranking, whoever looked there.
        watched = watch_figures(totals, by, key)
        yield SectionRow(key, sums.compounds.get(key, Names()), _in_order(figures + watched))


def _is_of_orders(figure: Figure) -> bool:
    return figure.drill.mark < Mark.FOUND


def _in_order(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    return tuple(sorted(figures, key=lambda figure: _ORDER[figure.key]))


def _ranked(rows: Iterable[SectionRow], by: FigureKey, *, highest_first: bool) -> tuple[SectionRow, ...]:
    """Give rows by falling or rising figure; equal figures share a rank, unknown ones and "" have none."""
    everyone = list(rows)
    known = [row for row in everyone if row.key and row.figure(by).value is not None]
    sign = -1.0 if highest_first else 1.0
    known.sort(key=lambda row: (sign * _value(row, by), row.key))
    ranked: list[SectionRow] = []
    for place, row in enumerate(known, start=1):
        is_tie = bool(ranked) and _value(ranked[-1], by) == _value(row, by)
        ranked.append(replace(row, rank=ranked[-1].rank if is_tie else place))
    rest = sorted((row for row in everyone if row not in known), key=lambda row: (not row.key, row.key))
    return (*ranked, *rest)


def _value(row: SectionRow, key: FigureKey) -> float:
    value = row.figure(key).value
    assert value is not None, "only rows with this figure are ranked"
    return value
