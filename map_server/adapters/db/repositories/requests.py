"""Requests that were carried out under an Idempotency-Key, as rows."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from map_server.adapters.db.tables.idempotency import idempotency_keys
from map_server.adapters.db.upsert import upsert
from map_server.services.idempotency import Answer, AnswerLost, Claim, DoneRequest


class SqlRequests:
    """See services.idempotency.RequestRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, caller: str, key: str) -> DoneRequest | None:
        """Give a request that was carried out."""
        row = self._connection.execute(select(idempotency_keys).where(_is(caller, key))).one_or_none()
        if row is None:
            return None
        return DoneRequest(
            row.digest, None if row.status is None else Answer(row.status, row.headers, bytes(row.body))
        )

    def claim(self, claim: Claim, at: datetime) -> None:
        """Record a request with its effect."""
        if self.find(claim.caller, claim.key) is not None:
            raise AnswerLost("the same request is being carried out; ask again in a moment")
        row = {"caller": claim.caller, "key": claim.key, "digest": claim.digest, "path": claim.path}
        self._connection.execute(insert(idempotency_keys).values({**row, "done_at": at}))

    def keep_answer(self, claim: Claim, answer: Answer, at: datetime) -> None:
        """Keep the answer, too; where nothing was committed, the request with it."""
        row = {
            "caller": claim.caller,
            "key": claim.key,
            "digest": claim.digest,
            "done_at": at,
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body,
            "path": claim.path,
        }
        upsert(self._connection, idempotency_keys, [row])

    def forget_before(self, moment: datetime) -> int:
        """Forget requests that were carried out before; give how many."""
        return self._connection.execute(
            delete(idempotency_keys).where(idempotency_keys.c.done_at < moment)
        ).rowcount


def _is(caller: str, key: str) -> ColumnElement[bool]:
    return and_(idempotency_keys.c.caller == caller, idempotency_keys.c.key == key)
