"""Flat reads behind the statistics of the audit. Sealed answers show in none before their item opens."""

from collections import defaultdict
from datetime import datetime
from itertools import groupby

from sqlalchemy import Engine, RowMapping, and_, func, select

from map_server.adapters.db.repositories.audit_items import stratum_from_row
from map_server.adapters.db.repositories.opinions import opinion_from
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.audits import audit_answers, audit_items, gold_answers, patrol_finds
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.domain.audit_sample import Stratum
from map_server.domain.blind_audit import category_of
from map_server.domain.incident import IncidentState, Judgement
from map_server.domain.precision import Outcome
from map_server.domain.verdict import Decision
from map_server.services.audit_ports import AuditedStratum, AuditorRecord, FindCounts, PairOfAnswers
from wire_contract.vocabulary import EventKind

_STRATUM = (
    audit_items.c.kind,
    audit_items.c.device_id,
    audit_items.c.camera_id,
    audit_items.c.model_id,
    audit_items.c.model_sha256,
)
_IS_SURE = and_(verdicts.c.undone_at.is_(None), verdicts.c.decision != str(Decision.UNSURE))
_IS_UNSURE = and_(verdicts.c.undone_at.is_(None), verdicts.c.decision == str(Decision.UNSURE))
_STANDS_ALONE = incidents.c.state != str(IncidentState.MERGED)


class SqlAuditFigures:
    """See services.audit_ports.AuditFigures."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def strata(self, since: datetime) -> list[AuditedStratum]:
        """Give every stratum with detections since a moment, in order."""
        in_window = and_(audit_items.c.drawn_at >= since, _STANDS_ALONE)
        counts = (
            select(*_STRATUM, func.count().label("drawn"))
            .join_from(audit_items, incidents)
            .where(in_window)
            .group_by(*_STRATUM)
        )
        doubted = select(verdicts.c.incident_id).where(_IS_UNSURE)
        sampled = (
            select(
                *_STRATUM,
                audit_items.c.score,
                audit_items.c.probability,
                verdicts.c.decision,
                verdicts.c.kind.label("new_kind"),
                audit_items.c.incident_id.in_(doubted).label("is_doubted"),
            )
            .join_from(audit_items, incidents)
            .outerjoin(verdicts, and_(verdicts.c.incident_id == audit_items.c.incident_id, _IS_SURE))
            .where(in_window, audit_items.c.is_sampled)
        )
        with self._engine.connect() as connection:
            drawn = {stratum_from_row(row): row["drawn"] for row in connection.execute(counts).mappings()}
            of_stratum: defaultdict[Stratum, list[RowMapping]] = defaultdict(list)
            for row in connection.execute(sampled).mappings():
                of_stratum[stratum_from_row(row)].append(row)
        return [_audited(stratum, drawn[stratum], of_stratum[stratum]) for stratum in sorted(drawn)]

    def second_looks(self, since: datetime) -> list[PairOfAnswers]:
        """Give the opened items that several auditors judged blind."""
        statement = (
            select(audit_answers.c.incident_id, audit_answers.c.opinion, accounts.c.display_name)
            .join_from(audit_answers, audit_items)
            .join(accounts, accounts.c.account_id == audit_answers.c.account_id)
            .where(
                audit_answers.c.withdrawn_at.is_(None),
                audit_answers.c.answered_at >= since,
                audit_items.c.is_opened,
            )
            .order_by(audit_answers.c.incident_id, audit_answers.c.answer_id)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        told = [
            PairOfAnswers(
                incident_id,
                tuple((row.display_name, category_of(opinion_from(row.opinion))) for row in answers),
            )
            for incident_id, answers in groupby(rows, lambda row: str(row.incident_id))
        ]
        return [each for each in told if len(each.answers) > 1]

    def auditors(self, since: datetime) -> list[AuditorRecord]:
        """Give the figures of each auditor, by name."""
        verdict_counts = (
            select(verdicts.c.decided_by, func.count())
            .where(verdicts.c.decided_at >= since, verdicts.c.undone_at.is_(None))
            .group_by(verdicts.c.decided_by)
        )
        gold_counts = (
            select(gold_answers.c.account_id, func.count(), func.count().filter(gold_answers.c.is_right))
            .where(gold_answers.c.answered_at >= since)
            .group_by(gold_answers.c.account_id)
        )
        with self._engine.connect() as connection:
            given: dict[str, int] = dict(connection.execute(verdict_counts).all())
            gold = {account: (count, right) for account, count, right in connection.execute(gold_counts)}
            wanted = {*given, *gold}
            names = select(accounts.c.account_id, accounts.c.display_name)
            people = connection.execute(names.where(accounts.c.account_id.in_(wanted))).all()
        records = [
            AuditorRecord(name, given.get(account, 0), *gold.get(account, (0, 0))) for account, name in people
        ]
        return sorted(records, key=lambda record: record.name)

    def finds(self, since: datetime) -> list[FindCounts]:
        """Give the counts of the two looks for each kind that patrols found."""
        is_true = incidents.c.judgement == str(Judgement.CONFIRMED)
        seen = (
            select(incidents.c.kind, func.count())
            .where(
                is_true,
                _STANDS_ALONE,
                incidents.c.last_seen_at >= since,
                incidents.c.kind.in_(select(patrol_finds.c.kind).where(patrol_finds.c.found_at >= since)),
            )
            .group_by(incidents.c.kind)
        )
        is_matched = and_(incidents.c.id.is_not(None), is_true)
        found = (
            select(
                patrol_finds.c.kind,
                func.count(),
                func.count().filter(is_matched),
            )
            .join_from(patrol_finds, incidents, incidents.c.id == patrol_finds.c.incident_id, isouter=True)
            .where(patrol_finds.c.found_at >= since, patrol_finds.c.is_in_view)
            .group_by(patrol_finds.c.kind)
            .order_by(patrol_finds.c.kind)
        )
        with self._engine.connect() as connection:
            by_cameras: dict[str, int] = dict(connection.execute(seen).all())
            rows = connection.execute(found).all()
        return [
            FindCounts(EventKind(kind), by_cameras.get(kind, 0), count, min(both, by_cameras.get(kind, 0)))
            for kind, count, both in rows
        ]


def _audited(stratum: Stratum, drawn: int, rows: list[RowMapping]) -> AuditedStratum:
    outcomes = tuple(
        Outcome(_is_right(row, stratum.kind), 1.0 / row["probability"], row["score"])
        for row in rows
        if row["decision"] is not None
    )
    unsure = sum(row["decision"] is None and bool(row["is_doubted"]) for row in rows)
    return AuditedStratum(stratum, outcomes, drawn, len(rows), unsure)


def _is_right(row: RowMapping, kind: EventKind) -> bool:
    """Tell whether the detection was of the right kind; another label of the same kind is no fault."""
    if row["decision"] == str(Decision.RELABEL):
        return row["new_kind"] in (None, str(kind))
    return bool(row["decision"] == str(Decision.CONFIRM))
