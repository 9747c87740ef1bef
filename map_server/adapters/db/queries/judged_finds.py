"""The verdicts that stand, with the events behind them and the still that shows each."""

from datetime import datetime

from sqlalchemy import Engine, RowMapping, and_, select

from map_server.adapters.db.repositories.verdicts import verdict_from_row
from map_server.adapters.db.tables.events import event_evidence, events
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.domain.verdict import Decision
from map_server.domain.verdict_set import JudgedFind
from wire_contract.vocabulary import EventKind, EvidenceRole


class SqlJudgedFinds:
    """See services.verdict_export.JudgedFinds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def until(self, moment: datetime | None) -> list[JudgedFind]:
        """Give the finds behind verdicts given before a moment (None: all), none of them unsure."""
        is_alarm = and_(
            event_evidence.c.event_id == events.c.event_id, event_evidence.c.role == str(EvidenceRole.ALARM)
        )
        statement = (
            select(
                verdicts,
                events.c.event_id,
                events.c.kind.label("event_kind"),
                events.c.label.label("event_label"),
                events.c.device_id,
                events.c.camera_id,
                events.c.raised_at,
                events.c.picture,
                events.c.score,
                events.c.model,
                event_evidence.c.sha256,
                event_evidence.c.captured_at,
            )
            .join_from(verdicts, events, events.c.incident_id == verdicts.c.incident_id)
            .outerjoin(event_evidence, is_alarm)
            .where(verdicts.c.undone_at.is_(None), verdicts.c.decision != str(Decision.UNSURE))
            .order_by(verdicts.c.verdict_id, events.c.event_id, event_evidence.c.sha256)
        )
        if moment is not None:
            statement = statement.where(verdicts.c.decided_at < moment)
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
        return [_find(row) for row in rows]


def _find(row: RowMapping) -> JudgedFind:
    x1, y1, x2, y2, width, height = row["picture"]
    verdict = verdict_from_row(row)
    return JudgedFind(
        verdict_id=verdict.verdict_id,
        event_id=row["event_id"],
        opinion=verdict.opinion,
        kind=EventKind(row["event_kind"]),
        label=row["event_label"],
        camera=(row["device_id"], row["camera_id"]),
        captured_at=row["captured_at"] or row["raised_at"],
        sha256=row["sha256"],
        box_xyxy_px=(x1, y1, x2, y2),
        frame_size_px=(width, height),
        score=row["score"],
        model=None if row["model"] is None else (row["model"][0], row["model"][1]),
    )
