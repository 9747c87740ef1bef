"""Sums up the ledger of a report: counts of marks, spreads of times, weights of the audit, camera-hours."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select

from map_server.adapters.db.queries.report_ledger import STATES_OF, has
from map_server.adapters.db.tables.reports import ledger
from map_server.domain.report_figures import COUNTED, Dimension, Mark, RowSubject
from map_server.domain.report_totals import AuditWeights, Phase, Spread, Totals

_GROUPS: Mapping[Dimension, ColumnElement[str]] = {
    Dimension.CLASS: ledger.c.kind,
    Dimension.UNIT: ledger.c.unit_id,
    Dimension.COMPOUND: ledger.c.compound_id,
}
_ROWS_OF = {
    Dimension.CLASS: (RowSubject.WORK_ORDER, RowSubject.INCIDENT),
    Dimension.UNIT: (RowSubject.WORK_ORDER,),
    Dimension.COMPOUND: tuple(RowSubject),
}
"""Which rows have a part in a breakdown: a camera has no class, an incident no unit."""
_MARKS = tuple(COUNTED.values())


def totals(connection: Connection, by: Dimension | None) -> Mapping[str, Totals]:
    """Give the sums by class, unit or compound; of all rows under the key ""."""
    spreads = _spreads(connection, by)
    return {
        row[0]: Totals(
            counts={mark: row[place] or 0 for place, mark in enumerate(_MARKS, start=5)},
            spreads=spreads[row[0]],
            audit=AuditWeights(row[1] or 0.0, row[2] or 0.0, row[3] or 0.0),
            observed_s=None if row[4] is None else float(row[4]),
        )
        for row in connection.execute(_sums(by))
    }


def _sums(by: Dimension | None) -> Select[Any]:
    weight, group = ledger.c.weight, group_of(by)
    columns: list[ColumnElement[Any]] = [
        group,
        func.sum(weight),
        func.sum(case((has(Mark.AUDITED_RIGHT), weight), else_=0.0)),
        func.sum(weight * weight),
        func.sum(ledger.c.observed_s),
        *(func.sum(case((has(mark), 1), else_=0)) for mark in _MARKS),
    ]
    statement = select(*columns)
    if by is None:
        return statement
    subjects = [str(subject) for subject in _ROWS_OF[by]]
    return statement.where(ledger.c.subject.in_(subjects)).group_by(group)


def group_of(by: Dimension | None) -> ColumnElement[str]:
    """Give the column by which a breakdown groups."""
    return literal("") if by is None else _GROUPS[by]


def _spreads(connection: Connection, by: Dimension | None) -> Mapping[str, Mapping[Phase, Spread]]:
    found: defaultdict[str, dict[Phase, Spread]] = defaultdict(dict)
    for phase in Phase:
        for key, median_s, p90_s in connection.execute(_spread(phase, by)):
            found[key][phase] = Spread(median_s, p90_s)
    return found


def _spread(phase: Phase, by: Dimension | None) -> Select[Any]:
    """Rank the times of each group; take the one at half and at nine tenths, rounded up."""
    parts = [ledger.c[f"{each}_s"] for each in STATES_OF]
    seconds = sum(parts[1:], start=parts[0]) if phase is Phase.TOTAL else ledger.c[f"{phase}_s"]
    group = group_of(by)
    ranked = (
        select(
            group.label("key"),
            seconds.label("seconds"),
            func.row_number().over(partition_by=group, order_by=seconds).label("place"),
            func.count().over(partition_by=group).label("cases"),
        )
        .where(has(Mark.TIMED))
        .subquery("ranked")
    )
    place, cases = ranked.c.place, ranked.c.cases
    return select(
        ranked.c.key,
        func.max(case((place == (cases + 1) // 2, ranked.c.seconds))),
        func.max(case((place == (cases * 9 + 9) // 10, ranked.c.seconds))),
    ).group_by(ranked.c.key)
