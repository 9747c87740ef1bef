"""Reads of the audit desk: the queue, the counts, and verdicts with the names of those who gave them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Engine,
    and_,
    case,
    distinct,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)

from map_server.adapters.db.repositories.verdicts import verdict_from_row
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.audits import audit_answers, audit_items, gold_answers
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.adapters.db.ward_areas import within
from map_server.domain.audit_sample import Stratum
from map_server.domain.incident import IncidentState, Severity
from map_server.domain.verdict import Decision
from map_server.services.verdict_ports import QueueEntry, QueueFilter, Tally, VerdictLine, Watcher
from wire_contract.vocabulary import EventKind

IS_UNDECIDED: ColumnElement[bool] = and_(
    incidents.c.state.in_((str(IncidentState.OPEN), str(IncidentState.CLEARED))),
    incidents.c.judgement.is_(None),
)
"""The same as domain.verdict.is_undecided; a test compares the two."""

_IS_UNSURE: ColumnElement[bool] = and_(
    verdicts.c.decision == str(Decision.UNSURE), verdicts.c.undone_at.is_(None)
)

_DRAWN = incidents.outerjoin(audit_items, audit_items.c.incident_id == incidents.c.id)

_ORDER = (
    case((incidents.c.kind == str(EventKind.CAMERA_HEALTH), 1), else_=0),
    case((incidents.c.severity == str(Severity.URGENT), 0), else_=1),
    case((incidents.c.state == str(IncidentState.OPEN), 0), else_=1),
    case((audit_items.c.is_sampled | audit_items.c.is_uncertain, 0), else_=1),
    incidents.c.first_seen_at,
    incidents.c.number,
)


class SqlVerdictReads:
    """See services.verdict_ports.VerdictReads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queue(
        self, account_id: str, wanted: QueueFilter, limit: int, passed: Sequence[Stratum]
    ) -> list[QueueEntry]:
        """Give undecided incidents for this person, in the order of the desk."""
        unsure = select(verdicts.c.incident_id).where(_IS_UNSURE)
        statement = (
            select(incidents.c.id)
            .select_from(_DRAWN)
            .where(_waits_for(account_id, passed), within(wanted.reach, incidents))
        )
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

    def tally(self, who: Watcher, since: datetime, hour_ago: datetime, passed: Sequence[Stratum]) -> Tally:
        """Count what waits and what was decided."""
        stands = verdicts.c.undone_at.is_(None) & (verdicts.c.decided_at >= since)
        mine = _answers_of(who.account_id).subquery()
        is_near = within(who.reach, incidents)
        with self._engine.connect() as connection:
            waiting = (
                select(func.count()).select_from(_DRAWN).where(_waits_for(who.account_id, passed), is_near)
            )
            doubted = (
                select(func.count(distinct(incidents.c.id)))
                .join_from(incidents, verdicts, incidents.c.id == verdicts.c.incident_id)
                .where(IS_UNDECIDED, _IS_UNSURE, is_near)
            )
            hour = connection.execute(
                select(func.count(), func.min(mine.c.at)).where(mine.c.at >= hour_ago)
            ).one()
            return Tally(
                waiting=connection.scalar(waiting) or 0,
                second_opinion=connection.scalar(doubted) or 0,
                decided=connection.scalar(select(func.count()).where(stands)) or 0,
                decided_by_me=connection.scalar(select(func.count()).where(mine.c.at >= since)) or 0,
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


def _waits_for(account_id: str, passed: Sequence[Stratum]) -> ColumnElement[bool]:
    """What this person may decide on now."""
    doubted = select(verdicts.c.incident_id).where(_IS_UNSURE, verdicts.c.decided_by == account_id)
    answered = select(audit_answers.c.incident_id).where(
        audit_answers.c.account_id == account_id, audit_answers.c.withdrawn_at.is_(None)
    )
    waits = and_(IS_UNDECIDED, incidents.c.id.not_in(doubted), incidents.c.id.not_in(answered))
    if not passed:
        return waits
    files_itself = tuple_(
        audit_items.c.kind,
        audit_items.c.device_id,
        audit_items.c.camera_id,
        audit_items.c.model_id,
        audit_items.c.model_sha256,
    ).in_([(str(s.kind), s.device_id, s.camera_id, s.model_id, s.model_sha256) for s in passed])
    is_wanted = or_(
        audit_items.c.incident_id.is_(None),
        audit_items.c.is_sampled,
        audit_items.c.is_uncertain,
        not_(files_itself),
    )
    return and_(waits, is_wanted)


def _answers_of(account_id: str) -> CompoundSelect[tuple[datetime]]:
    """When this person answered: verdicts, sealed answers (which become one verdict later), known items."""
    sealed = select(audit_answers.c.incident_id).where(
        audit_answers.c.account_id == account_id, audit_answers.c.withdrawn_at.is_(None)
    )
    return union_all(
        select(verdicts.c.decided_at.label("at")).where(
            verdicts.c.decided_by == account_id,
            verdicts.c.undone_at.is_(None),
            verdicts.c.incident_id.not_in(sealed),
        ),
        select(audit_answers.c.answered_at).where(
            audit_answers.c.account_id == account_id, audit_answers.c.withdrawn_at.is_(None)
        ),
        select(gold_answers.c.answered_at).where(gold_answers.c.account_id == account_id),
    )
