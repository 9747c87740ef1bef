"""Sums up the ledger of a report: counts of marks, spreads of times, weights of the audit, camera-hours."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select

from map_server.adapters.db.queries.report_ledger import STATES_OF, has
from map_server.adapters.db.tables.reports import ledger
from map_server.domain.report_figures import COUNTED, Dimension, Mark, RowSubject
from map_server.domain.report_totals import AuditWeights, Phase, Spread, Totals, spread

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


def totals(connection: Connection) -> Mapping[Dimension | None, Mapping[str, Totals]]:
    """Give the sums by class, by unit, by compound, and under None, with the key "", of all rows."""
    spreads = _spreads(connection)
    return {by: _totals(connection, by, spreads[by]) for by in (None, *Dimension)}


def _totals(
    connection: Connection, by: Dimension | None, spreads: Mapping[str, Mapping[Phase, Spread]]
) -> Mapping[str, Totals]:
    return {
        row[0]: Totals(
            counts={mark: row[place] or 0 for place, mark in enumerate(_MARKS, start=5)},
            spreads=spreads.get(row[0], {}),
            audit=AuditWeights(row[1] or 0.0, row[2] or 0.0, row[3] or 0.0),
            observed_s=None if row[4] is None else float(row[4]),
        )
        for row in connection.execute(_sums(by))
    }


def _sums(by: Dimension | None) -> Select[Any]:
    weight, group = ledger.c.weight, literal("") if by is None else _GROUPS[by]
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


def _spreads(connection: Connection) -> Mapping[Dimension | None, Mapping[str, Mapping[Phase, Spread]]]:
    """Give the spread of each phase. Sorted here: windows of the database take four times as long."""
    parts = [ledger.c[f"{phase}_s"] for phase in STATES_OF]
    orders = connection.execute(select(*_GROUPS.values(), *parts).where(has(Mark.TIMED))).all()
    columns = [*zip(*orders, strict=True)] or [()] * (len(_GROUPS) + len(parts))
    keys, times = columns[: len(_GROUPS)], columns[len(_GROUPS) :]
    times.append(tuple(map(sum, zip(*times, strict=True))))
    by_phase = dict(zip(Phase, times, strict=True))
    found: dict[Dimension | None, Mapping[str, Mapping[Phase, Spread]]] = {
        by: _grouped(key, by_phase) for by, key in zip(_GROUPS, keys, strict=True)
    }
    found[None] = {"": {phase: spread(each) for phase, each in by_phase.items()}} if orders else {}
    return found


def _grouped(
    keys: Sequence[str], by_phase: Mapping[Phase, Sequence[int]]
) -> Mapping[str, Mapping[Phase, Spread]]:
    found: defaultdict[str, dict[Phase, Spread]] = defaultdict(dict)
    for phase, seconds in by_phase.items():
        of_key: defaultdict[str, list[int]] = defaultdict(list)
        for key, time_s in zip(keys, seconds, strict=True):
            of_key[key].append(time_s)
        for key, times in of_key.items():
            found[key][phase] = spread(times)
    return found
