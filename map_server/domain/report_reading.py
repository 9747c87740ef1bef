"""Reads a frozen report's canonical bytes back. Bytes -> *Report*."""

import json
from datetime import date, datetime
from typing import Any

from map_server.domain.audit_log import JsonObject, JsonValue
from map_server.domain.reach import reach_from
from map_server.domain.report import FORMAT_VERSION, Names, Report, ReportDefinition, Section, SectionRow
from map_server.domain.report_figures import Dimension, Figure, FigureKey, figure_of
from map_server.domain.report_period import ReportKind, ReportPeriod
from map_server.domain.report_score import Merit, ScoreFormula


def report_from(content: str) -> Report:
    """Read a report. Raises ValueError for another format."""
    facts = json.loads(content)
    if facts["format"] != FORMAT_VERSION:
        raise ValueError(f"format {facts['format']} of a frozen report is not known; {FORMAT_VERSION} is")
    return Report(
        definition=definition_from(facts),
        formula=formula_from(facts["formula"]),
        as_of_seq=facts["as_of_seq"],
        headline=_figures(facts["headline"], None, ""),
        sections=tuple(_section(each) for each in facts["sections"]),
    )


def definition_from(facts: JsonObject) -> ReportDefinition:
    """Read what `ReportDefinition.facts` wrote."""
    first, last = (date.fromisoformat(str(facts[name])) for name in ("first", "last"))
    period = ReportPeriod(ReportKind(str(facts["kind"])), first, last)
    return ReportDefinition(period, reach_from(facts["scope"]))


def _section(facts: dict[str, JsonValue]) -> Section:
    by = Dimension(str(facts["by"]))
    rows = facts["rows"]
    assert isinstance(rows, list), "sections have rows"
    return Section(by, tuple(_row(each, by) for each in rows))


def _row(facts: dict[str, JsonValue], by: Dimension) -> SectionRow:
    key, figures, rank = str(facts["key"]), facts["figures"], facts["rank"]
    assert isinstance(figures, dict), "a row has figures"
    assert rank is None or isinstance(rank, int), "a rank is a whole number"
    names = Names(str(facts["name_zh"]), str(facts["name_en"]))
    return SectionRow(key, names, _figures(figures, by, key), rank)


def _figures(facts: dict[str, JsonValue], by: Dimension | None, row: str) -> tuple[Figure, ...]:
    return tuple(_figure(key, facts[key], by, row) for key in FigureKey if key in facts)


def _figure(key: FigureKey, told: JsonValue, by: Dimension | None, row: str) -> Figure:
    value, *of = told if isinstance(told, list) else [told]
    assert value is None or isinstance(value, int | float), "figures are numbers"
    return figure_of(key, value, by, row, (_whole(of[0]), _whole(of[1])) if of else None)


def _whole(value: JsonValue) -> int:
    assert isinstance(value, int), "a share has two counts"
    return value


def formula_from(facts: dict[str, Any]) -> ScoreFormula:
    """Read what `ScoreFormula.facts` wrote."""
    return ScoreFormula(
        version=facts["version"],
        weights={Merit(merit): points for merit, points in facts["weights"].items()},
        set_by=facts["set_by"],
        set_at=datetime.fromisoformat(facts["set_at"]),
        reason=facts["reason"],
    )
