"""The sample, its policy and the sealed answers, as rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.repositories.opinions import opinion_from
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.audits import audit_answers, audit_items, audit_policies
from map_server.adapters.db.tables.events import events
from map_server.adapters.db.tables.incidents import incidents
from map_server.domain.account import Role
from map_server.domain.audit_policy import AuditPolicy, PolicyVersion
from map_server.domain.audit_sample import AuditItem, Candidate, Stratum
from map_server.domain.blind_audit import SealedAnswer, facts_of
from wire_contract.vocabulary import EventKind

_AUDITORS = [str(role) for role in Role if role.covers(Role.AUDITOR)]


class SqlAuditItems:
    """See services.audit_ports.AuditItemRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def policy(self) -> PolicyVersion | None:
        """Give the newest policy."""
        statement = select(audit_policies).order_by(audit_policies.c.version.desc()).limit(1)
        row = self._connection.execute(statement).mappings().first()
        if row is None:
            return None
        return PolicyVersion(
            row["version"], AuditPolicy.from_json(row["policy"]), row["seed"], row["since"], row["set_by"]
        )

    def add_policy(self, version: PolicyVersion) -> None:
        """Store a further policy."""
        row = {
            "version": version.version,
            "policy": version.policy.to_json(),
            "seed": version.seed,
            "since": version.since,
            "set_by": version.set_by,
        }
        self._connection.execute(insert(audit_policies).values(row))

    def undrawn(self, limit: int) -> list[Candidate]:
        """Give the incidents that were not drawn yet, by number, with the event that opened each."""
        drawn_to = select(func.coalesce(func.max(audit_items.c.number), 0)).scalar_subquery()
        waiting = (
            select(incidents.c.id, incidents.c.number)
            .where(incidents.c.number > drawn_to)
            .order_by(incidents.c.number)
            .limit(limit)
            .subquery()
        )
        columns = (events.c.kind, events.c.device_id, events.c.camera_id, events.c.model, events.c.score)
        statement = (
            select(waiting.c.id, waiting.c.number, *columns)
            .join_from(waiting, events, events.c.incident_id == waiting.c.id)
            .order_by(waiting.c.number, events.c.event_id)
        )
        first: dict[int, Candidate] = {}
        for row in self._connection.execute(statement):
            model = row.model or ("", "")
            stratum = Stratum(EventKind(row.kind), row.device_id, row.camera_id, model[0], model[1])
            first.setdefault(row.number, Candidate(row.id, row.number, stratum, row.score))
        return list(first.values())

    def last_ordinals(self, strata: Collection[Stratum]) -> Mapping[Stratum, int]:
        """Give how many items were drawn of each of these strata."""
        newest = select(func.coalesce(func.max(audit_items.c.ordinal), 0))
        return {stratum: self._connection.scalar(newest.where(*_is_of(stratum))) or 0 for stratum in strata}

    def add(self, items: Sequence[AuditItem]) -> None:
        """Store new items."""
        if items:
            self._connection.execute(insert(audit_items), [_item_to_row(item) for item in items])

    def get(self, incident_id: str) -> AuditItem | None:
        """Give how an incident was drawn; None when it was not."""
        statement = select(audit_items).where(audit_items.c.incident_id == incident_id)
        row = self._connection.execute(statement).mappings().first()
        return item_from_row(row) if row else None

    def mark_opened(self, incident_id: str) -> None:
        """Remember that no answer on the item is held back any more."""
        statement = update(audit_items).where(audit_items.c.incident_id == incident_id)
        self._connection.execute(statement.values(is_opened=True))


class SqlSealedAnswers:
    """See services.audit_ports.SealedAnswerRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, answer: SealedAnswer) -> None:
        """Store an answer."""
        row = {
            "answer_id": answer.answer_id,
            "incident_id": answer.incident_id,
            "account_id": answer.account_id,
            "opinion": facts_of(answer.opinion),
            "answered_at": answer.answered_at,
            "salt": answer.salt,
            "withdrawn_at": answer.withdrawn_at,
        }
        self._connection.execute(insert(audit_answers).values(row))

    def get(self, answer_id: str) -> SealedAnswer | None:
        """Give an answer."""
        statement = select(audit_answers).where(audit_answers.c.answer_id == answer_id)
        row = self._connection.execute(statement).mappings().first()
        return _answer_from_row(row) if row else None

    def on(self, incident_id: str) -> list[SealedAnswer]:
        """Give the answers on an item that were not taken back, in the order given."""
        stands = (audit_answers.c.incident_id == incident_id) & audit_answers.c.withdrawn_at.is_(None)
        statement = select(audit_answers).where(stands).order_by(audit_answers.c.answer_id)
        return [_answer_from_row(row) for row in self._connection.execute(statement).mappings()]

    def mark_withdrawn(self, answer: SealedAnswer) -> None:
        """Remember that an answer was taken back."""
        statement = update(audit_answers).where(audit_answers.c.answer_id == answer.answer_id)
        self._connection.execute(statement.values(withdrawn_at=answer.withdrawn_at))

    def waiting(self, answered_before: datetime) -> list[str]:
        """Give the items whose first sealed answer is older and that were not opened."""
        statement = (
            select(audit_answers.c.incident_id)
            .join_from(audit_answers, audit_items)
            .where(audit_answers.c.withdrawn_at.is_(None), audit_items.c.is_opened.is_(False))
            .group_by(audit_answers.c.incident_id)
            .having(func.min(audit_answers.c.answered_at) <= answered_before)
            .order_by(audit_answers.c.incident_id)
        )
        return list(self._connection.scalars(statement))

    def others_who_may_audit(self, account_ids: Collection[str]) -> int:
        """Count the active auditors (and above) beside these."""
        statement = select(func.count()).where(
            accounts.c.role.in_(_AUDITORS),
            accounts.c.disabled_at.is_(None),
            accounts.c.account_id.not_in(account_ids),
        )
        return self._connection.scalar(statement) or 0


def _is_of(stratum: Stratum) -> list[Any]:
    return [
        audit_items.c.kind == str(stratum.kind),
        audit_items.c.device_id == stratum.device_id,
        audit_items.c.camera_id == stratum.camera_id,
        audit_items.c.model_id == stratum.model_id,
        audit_items.c.model_sha256 == stratum.model_sha256,
    ]


def stratum_from_row(row: RowMapping) -> Stratum:
    """Read the stratum of an item."""
    return Stratum(
        EventKind(row["kind"]), row["device_id"], row["camera_id"], row["model_id"], row["model_sha256"]
    )


def _item_to_row(item: AuditItem) -> dict[str, Any]:
    stratum = item.stratum
    return {
        "incident_id": item.incident_id,
        "number": item.number,
        "kind": str(stratum.kind),
        "device_id": stratum.device_id,
        "camera_id": stratum.camera_id,
        "model_id": stratum.model_id,
        "model_sha256": stratum.model_sha256,
        "score": item.score,
        "ordinal": item.ordinal,
        "probability": item.probability,
        "is_sampled": item.is_sampled,
        "is_uncertain": item.is_uncertain,
        "needs_second": item.needs_second,
        "drawn_at": item.drawn_at,
        "is_opened": item.is_opened,
    }


def item_from_row(row: RowMapping) -> AuditItem:
    """Read an item from a row of its table."""
    return AuditItem(
        incident_id=row["incident_id"],
        number=row["number"],
        stratum=stratum_from_row(row),
        score=row["score"],
        ordinal=row["ordinal"],
        probability=row["probability"],
        is_sampled=row["is_sampled"],
        is_uncertain=row["is_uncertain"],
        needs_second=row["needs_second"],
        drawn_at=row["drawn_at"],
        is_opened=row["is_opened"],
    )


def _answer_from_row(row: RowMapping) -> SealedAnswer:
    answer = SealedAnswer(
        answer_id=row["answer_id"],
        incident_id=row["incident_id"],
        account_id=row["account_id"],
        opinion=opinion_from(row["opinion"]),
        answered_at=row["answered_at"],
        salt=row["salt"],
    )
    return replace(answer, withdrawn_at=row["withdrawn_at"])
