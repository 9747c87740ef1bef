"""Visits for those who look after patrols: list with doubts, one closely, and that somebody has looked."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from map_server.domain.field_record import PhotoRole, RecordKind, Verdict
from map_server.domain.result_form import Answer, Outcome
from map_server.domain.visit import Flag
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.field_schemas import DoubtOut
from map_server.entrypoints.http.security import SupervisorActor
from map_server.services.field_ports import VisitFilter, VisitRow
from map_server.services.visits import Taken
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/visits", tags=["people"])

RecordId = Annotated[str, Path(max_length=36)]
PAGE = 100


class VisitOut(BaseModel):
    """A record of the field: when the phone made it and when it came, by their own clocks."""

    record_id: str
    kind: RecordKind
    person: str
    team_id: str | None
    plan_id: str | None
    stop_id: str | None
    subject: str
    category: str
    outcome: Outcome | None
    made_at: datetime
    received_at: datetime
    doubts: list[DoubtOut]
    photos: int
    photos_here: int
    reviewed_at: datetime | None
    verdict: Verdict | None

    @classmethod
    def of(cls, row: VisitRow) -> "VisitOut":
        """Write a row of the list."""
        kept, record = row.kept, row.kept.record
        return cls(
            record_id=record.record_id,
            kind=record.kind,
            person=row.person,
            team_id=record.team_id,
            plan_id=record.plan_id,
            stop_id=record.stop_id,
            subject=kept.subject,
            category=kept.category,
            outcome=record.outcome,
            made_at=record.time.made_at,
            received_at=kept.received_at,
            doubts=[DoubtOut.of(doubt) for doubt in kept.doubts],
            photos=row.photos,
            photos_here=row.photos_here,
            reviewed_at=kept.reviewed_at,
            verdict=kept.verdict,
        )


class VisitPage(BaseModel):
    """Visits, those that came last first; `next_before` is the cursor of the next page, null at the end."""

    visits: list[VisitOut]
    next_before: datetime | None


class VisitPhotoOut(BaseModel):
    """A picture: as the phone named it, and as evidence once it has come."""

    role: PhotoRole
    sha256: str
    kept_sha256: str | None
    captured_at: datetime | None
    received_at: datetime | None


class VisitDetail(VisitOut):
    """One visit with all that the phone said."""

    phone_id: str
    sequence: int
    sent_at: datetime | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    answers: dict[str, Answer]
    note: str
    pictures: list[VisitPhotoOut]
    review: str

    @classmethod
    def of_taken(cls, taken: Taken, person: str) -> "VisitDetail":
        """Write a visit."""
        kept, record = taken.kept, taken.kept.record
        here = sum(1 for one in taken.photos if one.kept_sha256)
        summary = VisitOut.of(VisitRow(kept, person, len(taken.photos), here))
        return cls(
            **summary.model_dump(),
            phone_id=record.time.phone_id,
            sequence=record.time.sequence,
            sent_at=kept.sent_at,
            lon=record.fix.lon if record.fix else None,
            lat=record.fix.lat if record.fix else None,
            accuracy_m=record.fix.accuracy_m if record.fix else None,
            answers=dict(record.answers),
            note=record.note,
            pictures=[
                VisitPhotoOut(
                    role=one.role,
                    sha256=one.photo.sha256,
                    kept_sha256=one.kept_sha256,
                    captured_at=one.photo.captured_at,
                    received_at=one.received_at,
                )
                for one in taken.photos
            ],
            review=kept.review,
        )


class ReviewIn(BaseModel):
    """What a supervisor says after looking at the doubts; a rejection needs its reason."""

    verdict: Verdict = Verdict.ACCEPTED
    text: str = Field(default="", max_length=500)


@router.get("", responses=problems(401, 403, 422))
def list_visits(
    actor: SupervisorActor,
    services: ServicesDep,
    flag: Annotated[Flag | None, Query()] = None,
    doubted: Annotated[bool | None, Query(description="True: with a doubt nobody has looked at")] = None,
    team: Annotated[str | None, Query(max_length=40)] = None,
    kind: Annotated[list[RecordKind] | None, Query()] = None,
    before: Annotated[AwareDatetime | None, Query(description="Cursor: `next_before`")] = None,
) -> VisitPage:
    """List what phones said, arrivals last first; check-ins and finds unless other kinds are asked for."""
    kinds = VisitFilter().kinds if kind is None else tuple(kind)
    wanted = VisitFilter(kinds, flag, doubted, team, reach=actor.reach)
    rows = services.field.list.page(wanted, before, PAGE)
    next_before = rows[-1].kept.received_at if len(rows) == PAGE else None
    return VisitPage(visits=[VisitOut.of(row) for row in rows], next_before=next_before)


@router.get("/{record_id}", responses=problems(401, 403, 404))
def show_visit(record_id: RecordId, actor: SupervisorActor, services: ServicesDep) -> VisitDetail:
    """Give one record with its pictures, both times, and its doubts."""
    return _detail(services.field.visits.show(record_id), services)


@router.post("/{record_id}/review", responses=problems(401, 403, 404, 409, 422))
def review_visit(
    record_id: RecordId, review: ReviewIn, actor: SupervisorActor, services: ServicesDep
) -> VisitDetail:
    """Accept a doubtful visit, or reject it: then the look at the site, stop and incident are open again."""
    services.field.reviews.review(record_id, review.verdict, actor.audit_name, review.text)
    return _detail(services.field.visits.show(record_id), services)


def _detail(taken: Taken, services: ServicesDep) -> VisitDetail:
    name = taken.kept.actor
    return VisitDetail.of_taken(taken, services.field.list.names_of([name]).get(name, name))
