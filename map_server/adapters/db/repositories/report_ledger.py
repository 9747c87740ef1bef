"""The ledger of a report inside one transaction: made, summed up, paged, compared, kept."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby, zip_longest
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    delete,
    except_,
    func,
    insert,
    literal,
    or_,
    select,
)

from map_server.adapters.db.queries.report_ledger import build_ledger
from map_server.adapters.db.queries.report_sums import totals
from map_server.adapters.db.tables.kernel import audit_log
from map_server.adapters.db.tables.places import areas
from map_server.adapters.db.tables.reports import ROW_COLUMNS, ledger, report_rows
from map_server.domain.audit_log import canonical_json
from map_server.domain.reach import Reach
from map_server.domain.report import Names, ReportDefinition, ReportRow, RowPage
from map_server.domain.report_figures import Dimension, Drill, Mark, RowSubject
from map_server.domain.report_totals import Totals
from map_server.services.report_ports import LastWord, Progress

_AT_ONCE = 500
_GROUP_COLUMN = {Dimension.CLASS: "kind", Dimension.UNIT: "unit_id", Dimension.COMPOUND: "compound_id"}


class SqlReportLedger:
    """See services.report_ports.ReportLedger."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def build(self, definition: ReportDefinition, progress: Progress) -> None:
        """Make the ledger of a period."""
        build_ledger(self._connection, definition, progress)

    def totals(self) -> Mapping[Dimension | None, Mapping[str, Totals]]:
        """Sum it up."""
        return totals(self._connection)

    def compounds(self, scope: Reach) -> Mapping[str, Names]:
        """Give the compounds of a scope; of one that names grids, those that stand in the ledger too."""
        statement = select(areas.c.area_id, areas.c.name_zh, areas.c.name_en)
        statement = statement.where(areas.c.layer == "compounds").order_by(areas.c.area_id)
        if not scope.is_whole_ward:
            in_ledger = select(ledger.c.compound_id)
            named = areas.c.area_id.in_(sorted(scope.compounds))
            statement = statement.where(or_(named, areas.c.area_id.in_(in_ledger)))
        return {row[0]: Names(row[1], row[2]) for row in self._connection.execute(statement)}

    def page(self, drill: Drill, after: int | None, limit: int) -> RowPage:
        """Give rows behind a figure."""
        return row_page(self._connection, ledger, [], drill, after, limit)

    def set_aside(self, charged: Iterable[tuple[str, str]]) -> None:
        """Take out what units were charged with: pairs of order and unit."""
        for order_id, unit_id in charged:
            is_it = and_(ledger.c.subject_id == order_id, ledger.c.unit_id == unit_id)
            self._connection.execute(delete(ledger).where(is_it))

    def differences(self, report_id: str) -> Sequence[tuple[ReportRow | None, ReportRow | None]]:
        """Compare with the rows kept with a frozen report, by subject and id: what was, what is."""
        kept, present = _columns(report_rows).where(report_rows.c.report_id == report_id), _columns(ledger)
        was = [row_of(row) for row in self._connection.execute(except_(kept, present))]
        now = [row_of(row) for row in self._connection.execute(except_(present, kept))]
        changed = sorted([*((row, True) for row in was), *((row, False) for row in now)], key=_by_subject)
        pairs: list[tuple[ReportRow | None, ReportRow | None]] = []
        for _, rows in groupby(changed, key=lambda each: (each[0].subject, each[0].subject_id)):
            both = list(rows)
            olds = [row for row, is_old in both if is_old]
            pairs += zip_longest(olds, [row for row, is_old in both if not is_old])
        return pairs

    def keep(self, report_id: str) -> str:
        """Keep the rows for a report that is about to be frozen; give the hash that binds them."""
        place = func.row_number().over(order_by=ledger.c.ordinal)
        columns = [ledger.c[name] for name in ROW_COLUMNS]
        rows = select(literal(report_id), place, *columns)
        names = ["report_id", "ordinal", *ROW_COLUMNS]
        self._connection.execute(insert(report_rows).from_select(names, rows))
        return rows_sha256(self._connection, report_id)

    def last_words(self, subjects: Iterable[tuple[str, str]], after_seq: int) -> Mapping[str, LastWord]:
        """Give the newest entries about subjects (kind, id) since an entry, by subject id."""
        wanted, found = sorted(set(subjects)), dict[str, LastWord]()
        for start in range(0, len(wanted), _AT_ONCE):
            ids = [subject_id for _, subject_id in wanted[start : start + _AT_ONCE]]
            log = audit_log.c
            newest = (
                select(func.max(log.seq))
                .where(log.subject_kind.in_(_SUBJECTS), log.subject_id.in_(ids), log.seq > after_seq)
                .group_by(log.subject_id)
            )
            statement = select(log.seq, log.at, log.action, log.subject_id).where(log.seq.in_(newest))
            for row in self._connection.execute(statement):
                found[row.subject_id] = LastWord(row.seq, datetime.fromisoformat(row.at), row.action)
        return found


_SUBJECTS = (str(RowSubject.WORK_ORDER), str(RowSubject.INCIDENT))


def _columns(table: FromClause) -> Select[Any]:
    return select(*(table.c[name] for name in ROW_COLUMNS))


def _by_subject(each: tuple[ReportRow, bool]) -> tuple[str, int, str, str]:
    row = each[0]
    return (row.subject, row.number or 0, row.subject_id, row.unit_id)


def row_page(
    connection: Connection,
    table: FromClause,
    conditions: Sequence[ColumnElement[bool]],
    drill: Drill,
    after: int | None,
    limit: int,
) -> RowPage:
    """Give a piece of the rows behind a figure, of the ledger or of a frozen report."""
    wanted = [
        *conditions,
        table.c.subject == str(drill.subject),
        table.c.marks.bitwise_and(int(drill.mark)) != 0,
    ]
    if drill.dimension is not None:
        wanted.append(table.c[_GROUP_COLUMN[drill.dimension]] == drill.key)
    total = connection.scalar(select(func.count()).select_from(table).where(*wanted)) or 0
    statement = _columns(table).add_columns(table.c.ordinal).where(*wanted)
    if after is not None:
        statement = statement.where(table.c.ordinal > after)
    found = connection.execute(statement.order_by(table.c.ordinal).limit(limit + 1)).all()
    shown = found[:limit]
    return RowPage(
        rows=tuple(row_of(row) for row in shown),
        total=total,
        after=shown[-1].ordinal if len(found) > limit else None,
    )


def row_of(row: Row[Any]) -> ReportRow:
    """Read a row of a ledger."""
    facts = {name: getattr(row, name) for name in ROW_COLUMNS if name not in ("subject", "marks")}
    return ReportRow(subject=RowSubject(row.subject), marks=Mark(row.marks), **facts)


def rows_sha256(connection: Connection, report_id: str) -> str:
    """Hash the rows kept with a report: one line of canonical JSON each, in their order."""
    digest = hashlib.sha256()
    statement = _columns(report_rows).where(report_rows.c.report_id == report_id)
    for row in connection.execute(statement.order_by(report_rows.c.ordinal)):
        digest.update(canonical_json(list(row)).encode() + b"\n")
    return digest.hexdigest()
