"""Reads of the audit desk: the queue, the counts, and verdicts with the names of those who gave them."""

from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, case, distinct, func, select

from map_server.adapters.db.repositories.verdicts import verdict_from_row
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.domain.incident import IncidentState, Severity
from map_server.domain.verdict import Decision
from map_server.services.verdict_ports import QueueEntry, QueueFilter, Tally, VerdictLine
from wire_contract.vocabulary import EventKind

IS_UNDECIDED: ColumnElement[bool] = and_(
    incidents.c.state.in_((str(IncidentState.OPEN), str(IncidentState.CLEARED))),
    incidents.c.judgement.is_(None),
)
"""The same as domain.verdict.is_undecided; a test compares the two."""

_IS_UNSURE: ColumnElement[bool] = and_(
    verdicts.c.decision == str(Decision.UNSURE), verdicts.c.undone_at.is_(None)
)

_ORDER = (
    case((incidents.c.kind == str(EventKind.CAMERA_HEALTH), 1), else_=0),
    case((incidents.c.severity == str(Severity.URGENT), 0), else_=1),
    case((incidents.c.state == str(IncidentState.OPEN), 0), else_=1),
    incidents.c.first_seen_at,
    incidents.c.number,
)


class SqlVerdictReads:
    """See services.verdict_ports.VerdictReads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queue(self, account_id: str, wanted: QueueFilter, limit: int) -> list[QueueEntry]:
        """Give undecided incidents for this person, in the order of the desk."""
        unsure = select(verdicts.c.incident_id).where(_IS_UNSURE)
        mine = unsure.where(verdicts.c.decided_by == account_id)
        statement = select(incidents.c.id).where(IS_UNDECIDED, incidents.c.id.not_in(mine))
        if wanted.kinds:
            statement = statement.where(incidents.c.kind.in_([str(kind) for kind in wanted.kinds]))
        if wanted.second_opinion_only:
            statement = statement.where(incidents.c.id.in_(unsure))
        with self._engine.connect() as connection:
            ids = connection.scalars(statement.order_by(*_ORDER).limit(limit)).all()
            doubters = select(verdicts.c.incident_id, accounts.c.display_name).join_from(verdicts, accounts)
            rows = connection.execute(doubters.where(_IS_UNSURE, verdicts.c.incident_id.in_(ids))).all()
        return [
            QueueEntry(each, tuple(row.display_name for row in rows if row.incident_id == each))
            for each in ids
        ]

    def tally(self, account_id: str, since: datetime, hour_ago: datetime) -> Tally:
        """Count what waits and what was decided."""
        is_mine = verdicts.c.decided_by == account_id
        stands = verdicts.c.undone_at.is_(None) & (verdicts.c.decided_at >= since)
        lately = verdicts.c.undone_at.is_(None) & (verdicts.c.decided_at >= hour_ago) & is_mine
        mine = select(verdicts.c.incident_id).where(_IS_UNSURE, is_mine)
        with self._engine.connect() as connection:
            waiting = select(func.count()).where(IS_UNDECIDED, incidents.c.id.not_in(mine))
            doubted = (
                select(func.count(distinct(incidents.c.id)))
                .join_from(incidents, verdicts, incidents.c.id == verdicts.c.incident_id)
                .where(IS_UNDECIDED, _IS_UNSURE)
            )
            hour = connection.execute(
                select(func.count(), func.min(verdicts.c.decided_at)).where(lately)
            ).one()
            return Tally(
                waiting=connection.scalar(waiting) or 0,
                second_opinion=connection.scalar(doubted) or 0,
                decided=connection.scalar(select(func.count()).where(stands)) or 0,
                decided_by_me=connection.scalar(select(func.count()).where(stands, is_mine)) or 0,
                by_me_last_hour=hour[0],
                first_by_me_last_hour_at=hour[1],
            )

    def of_incident(self, incident_id: str) -> list[VerdictLine]:
        """Give all verdicts on an incident, newest first."""
        statement = (
            select(verdicts, accounts.c.display_name)
            .join_from(verdicts, accounts)
            .where(verdicts.c.incident_id == incident_id)
            .order_by(verdicts.c.verdict_id.desc())
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
        return [VerdictLine(verdict_from_row(row), row["display_name"]) for row in rows]
