"""Tracks of people on their routes, and the tokens of phone programs that send them, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, tuple_
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.field import track_fixes, track_tokens
from map_server.adapters.db.upsert import insert_many, upsert
from map_server.domain.track import TrackedFix, TrackSource
from map_server.domain.track_match import TrackFix

_KEY = (track_fixes.c.actor, track_fixes.c.at, track_fixes.c.lon, track_fixes.c.lat)
_PART = 200
"""Fixes asked for at once: four values each, well within what both databases take."""


class SqlTracks:
    """See services.field_ports.TrackRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, fixes: Sequence[TrackedFix]) -> int:
        """Store fixes; those that are there already change nothing. Give how many are new."""
        rows = {(one.actor, one.fix.at, *one.fix.point): _to_row(one) for one in fixes}
        keys = list(rows)
        for start in range(0, len(keys), _PART):
            known = select(*_KEY).where(tuple_(*_KEY).in_(keys[start : start + _PART]))
            for actor, at, lon, lat in self._connection.execute(known):
                rows.pop((actor, at, lon, lat), None)
        insert_many(self._connection, track_fixes, list(rows.values()))
        return len(rows)

    def beside(self, actor: str, at: datetime) -> list[TrackFix]:
        """Give a person's fixes next before and next after a moment."""
        own = select(track_fixes).where(track_fixes.c.actor == actor)
        two = (
            own.where(track_fixes.c.at <= at).order_by(track_fixes.c.at.desc()).limit(1),
            own.where(track_fixes.c.at > at).order_by(track_fixes.c.at).limit(1),
        )
        rows = (self._connection.execute(statement).mappings().first() for statement in two)
        return [_from_row(row).fix for row in rows if row is not None]

    def of_team(self, plan_id: str, team_id: str) -> list[TrackFix]:
        """Give the fixes of a team in a plan, by time."""
        wanted = select(track_fixes).where(track_fixes.c.plan_id == plan_id, track_fixes.c.team_id == team_id)
        rows = self._connection.execute(wanted.order_by(track_fixes.c.at)).mappings()
        return [_from_row(row).fix for row in rows]

    def between(self, since: datetime, until: datetime) -> list[TrackedFix]:
        """Give all fixes of a period, by person and time."""
        wanted = select(track_fixes).where(track_fixes.c.at >= since, track_fixes.c.at < until)
        rows = self._connection.execute(wanted.order_by(track_fixes.c.actor, track_fixes.c.at)).mappings()
        return [_from_row(row) for row in rows]

    def received_since(self, moment: datetime) -> list[tuple[str, datetime]]:
        """Give team and moment of each fix that came in since then."""
        wanted = select(track_fixes.c.team_id, track_fixes.c.at).where(track_fixes.c.received_at >= moment)
        return [(row.team_id, row.at) for row in self._connection.execute(wanted)]

    def last_received(self) -> datetime | None:
        """Give when the newest fix came in; None when there is none."""
        newest: datetime | None = self._connection.scalar(select(func.max(track_fixes.c.received_at)))
        return newest

    def erase_before(self, moment: datetime) -> int:
        """Erase what is older; give how many fixes that were."""
        return self._connection.execute(delete(track_fixes).where(track_fixes.c.at < moment)).rowcount

    def put_token(self, account_id: str, token_hash: str, made_at: datetime) -> None:
        """Set the one token with which a person's other phone program sends positions."""
        row = {"account_id": account_id, "token_hash": token_hash, "made_at": made_at}
        upsert(self._connection, track_tokens, [row])

    def token_hash(self, account_id: str) -> str | None:
        """Give the hash of that token."""
        wanted = select(track_tokens.c.token_hash).where(track_tokens.c.account_id == account_id)
        return self._connection.scalar(wanted)

    def drop_token(self, account_id: str) -> None:
        """Take the token away."""
        self._connection.execute(delete(track_tokens).where(track_tokens.c.account_id == account_id))


def _to_row(tracked: TrackedFix) -> dict[str, Any]:
    fix = tracked.fix
    return {
        "actor": tracked.actor,
        "at": fix.at,
        "lon": fix.lon,
        "lat": fix.lat,
        "accuracy_m": fix.accuracy_m,
        "is_mock": fix.is_mock,
        "source": str(tracked.source),
        "plan_id": tracked.plan_id,
        "team_id": tracked.team_id,
        "received_at": tracked.received_at,
    }


def _from_row(row: RowMapping) -> TrackedFix:
    return TrackedFix(
        fix=TrackFix(row["lon"], row["lat"], row["accuracy_m"], row["at"], row["is_mock"]),
        actor=row["actor"],
        source=TrackSource(row["source"]),
        plan_id=row["plan_id"],
        team_id=row["team_id"],
        received_at=row["received_at"],
    )
