"""Subscriptions and deliveries as rows, and the audit log as their source."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from map_server.adapters.db.tables.kernel import audit_log
from map_server.adapters.db.tables.notices import deliveries, subscriptions
from map_server.adapters.db.upsert import upsert
from map_server.adapters.sealing import SecretBox
from map_server.domain.audit_log import AuditEntry
from map_server.domain.errors import NotFound
from map_server.domain.notice import Delivery, DeliveryState, Subscription
from map_server.domain.reach import reach_from

_SEALED = ("target", "secret")


class SqlNotices:
    """See services.notice_ports.NoticeRepository. Address and secret lie sealed in their row."""

    def __init__(self, connection: Connection, box: SecretBox | None) -> None:
        self._connection = connection
        self._box = box

    def subscription(self, subscription_id: str) -> Subscription:
        """Give a subscription. Raises NotFound."""
        statement = select(subscriptions).where(
            subscriptions.c.subscription_id == subscription_id, subscriptions.c.removed_at.is_(None)
        )
        row = self._connection.execute(statement).mappings().first()
        if row is None:
            raise NotFound("There is no such subscription.")
        return self._opened(row)

    def subscriptions(self) -> list[Subscription]:
        """Give those that were not removed, oldest first."""
        statement = select(subscriptions).where(subscriptions.c.removed_at.is_(None))
        rows = self._connection.execute(statement.order_by(subscriptions.c.subscription_id)).mappings()
        return [self._opened(row) for row in rows]

    def put(self, subscription: Subscription) -> None:
        """Store a subscription, new or changed; a known one keeps its cursor, address and secret."""
        row: dict[str, Any] = {**asdict(subscription), "actions": list(subscription.actions)}
        row["reach"] = subscription.reach.facts()
        if subscription.version > 1:
            for kept in ("cursor", *_SEALED):
                del row[kept]
            own = subscriptions.c.subscription_id == subscription.subscription_id
            self._connection.execute(update(subscriptions).where(own).values(row))
        else:
            upsert(self._connection, subscriptions, [row | self._sealed(subscription)])

    def _sealed(self, subscription: Subscription) -> dict[str, str | None]:
        given = {"target": subscription.target, "secret": subscription.secret}
        return {
            name: None if text is None else self._key().seal(text, f"{subscription.subscription_id}.{name}")
            for name, text in given.items()
        }

    def _opened(self, row: RowMapping) -> Subscription:
        """Read a row. What was sealed with a key that is lost comes back empty: nothing is sent then."""
        opened = {
            name: None
            if row[name] is None
            else self._key().open(row[name], f"{row['subscription_id']}.{name}")
            for name in _SEALED
        }
        plain = {"actions": tuple(row["actions"]), "reach": reach_from(row["reach"])}
        return Subscription(**{**row, **plain, "target": opened["target"] or "", "secret": opened["secret"]})

    def _key(self) -> SecretBox:
        if self._box is None:
            raise RuntimeError("subscriptions are sealed, and this was opened without the server's key")
        return self._box

    def move_cursor(self, subscription_id: str, cursor: int) -> None:
        """Remember how far the log was looked at."""
        own = subscriptions.c.subscription_id == subscription_id
        self._connection.execute(update(subscriptions).where(own).values(cursor=cursor))

    def put_deliveries(self, changed: Sequence[Delivery]) -> None:
        """Store deliveries, new or changed."""
        upsert(self._connection, deliveries, [asdict(one) | {"state": str(one.state)} for one in changed])

    def waiting(self, subscription_id: str, limit: int) -> list[Delivery]:
        """Give the deliveries that wait, oldest first."""
        statement = (
            select(deliveries)
            .where(
                deliveries.c.subscription_id == subscription_id,
                deliveries.c.state == str(DeliveryState.WAITING),
            )
            .order_by(deliveries.c.seq)
        )
        return [_delivery(row) for row in self._connection.execute(statement.limit(limit)).mappings()]

    def newest(self, subscription_id: str, limit: int) -> list[Delivery]:
        """Give the newest deliveries, whatever became of them."""
        statement = select(deliveries).where(deliveries.c.subscription_id == subscription_id)
        rows = self._connection.execute(statement.order_by(deliveries.c.seq.desc()).limit(limit)).mappings()
        return [_delivery(row) for row in rows]

    def entries_after(self, seq: int, limit: int) -> list[AuditEntry]:
        """Give entries of the audit log in order."""
        statement = select(audit_log).where(audit_log.c.seq > seq).order_by(audit_log.c.seq).limit(limit)
        return [AuditEntry(**row) for row in self._connection.execute(statement).mappings()]

    def entries(self, seqs: Sequence[int]) -> dict[int, AuditEntry]:
        """Give entries of the audit log by `seq`."""
        statement = select(audit_log).where(audit_log.c.seq.in_(seqs))
        return {row["seq"]: AuditEntry(**row) for row in self._connection.execute(statement).mappings()}


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
