"""Takes in what phones say: each record once, with its doubts, and does what follows from it.

A record is kept whatever is doubtful about it. Only one that names what never was, or does not fit its form,
is refused; the phone shows the reason and goes on with the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from map_server.domain.audit_log import JsonObject, instant
from map_server.domain.datum import LonLat
from map_server.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from map_server.domain.field_record import FieldPhoto, FieldRecord, KeptRecord, RecordKind
from map_server.domain.patrol_plan import PatrolPlan, PlanState, Stop
from map_server.domain.result_form import form_of
from map_server.domain.visit import (
    Arrival,
    Doubt,
    Flag,
    ProofParams,
    clock_doubts,
    photo_doubts,
    place_doubts,
    speed_doubts,
)
from map_server.domain.work_order_rules import WorkActor
from map_server.services.field_finds import FieldFinds
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.visit_effects import VisitEffects, fence_of

AT_A_PLACE = frozenset({RecordKind.ARRIVE, RecordKind.RESULT, RecordKind.FIND})


@dataclass(frozen=True, slots=True)
class Taken:
    """A record as it is kept now, and the pictures that it names."""

    kept: KeptRecord
    photos: tuple[FieldPhoto, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The pictures that have not come."""
        return tuple(one.photo.sha256 for one in self.photos if one.kept_sha256 is None)


@dataclass(frozen=True, slots=True)
class VisitedPlace:
    """What a visit was to: its name, where it is, and how far its fence reaches."""

    name_zh: str
    name_en: str
    point: LonLat
    reach_m: float


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A record with the place that its stop was planned for, while the plan still holds that stop."""

    taken: Taken
    place: VisitedPlace | None


@dataclass(frozen=True, slots=True)
class _Context:
    """What a record refers to: its plan and stop, as far as they are there."""

    plan: PatrolPlan | None = None
    stop: Stop | None = None


class Visits:
    """Use cases of records; `finds` makes incidents of what patrols find."""

    def __init__(
        self,
        begin: Begin,
        read: Begin,
        clock: Clock,
        effects: VisitEffects,
        finds: FieldFinds,
        params: ProofParams | None = None,
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._effects = effects
        self._finds = finds
        self._params = params or ProofParams()

    def take(self, record: FieldRecord, who: WorkActor, sent_at: datetime | None = None) -> Taken:
        """Keep a record; the same one sent again changes nothing.

        Raises NotFound for a plan or message that never was, InvalidInput for what does not fit its form,
        Conflict where the id names another record.
        """
        with self._begin() as work:
            taken = self._known(work, record, who)
            if taken is None:
                taken = self._keep(work, record, who, Arrival(self._clock.now(), sent_at))
                work.commit()
        return self.followed(taken)

    def followed(self, taken: Taken) -> Taken:
        """Make an incident of a find whose pictures are all here; again is no fault."""
        if taken.missing or taken.kept.subject or taken.kept.record.kind is not RecordKind.FIND:
            return taken
        return replace(taken, kept=self._finds.settle(taken.kept, taken.photos))

    def show(self, record_id: str) -> Taken:
        """Give a record. Raises NotFound."""
        with self._read() as work:
            return taken_of(work, record_id)

    def shown(self, record_id: str) -> ShownVisit:
        """Give a record with its place. Raises NotFound."""
        with self._read() as work:
            taken = taken_of(work, record_id)
            record = taken.kept.record
            if record.plan_id is None or record.stop_id is None:
                return ShownVisit(taken, None)
            try:
                visit = work.patrols.stop(record.plan_id, record.stop_id).visit
            except NotFound:  # planned anew since
                return ShownVisit(taken, None)
            reach_m = fence_of(work, visit, self._params).reach_m
            return ShownVisit(taken, VisitedPlace(visit.name_zh, visit.name_en, visit.point, reach_m))

    def _known(self, work: UnitOfWork, record: FieldRecord, who: WorkActor) -> Taken | None:
        known = work.field.get(record.record_id)
        if known is None:
            return None
        if (known.record.digest, known.actor) != (record.digest, who.name):
            raise Conflict("This record id belongs to another record; nothing was changed.")
        return Taken(known, tuple(work.field.photos(record.record_id)))

    def _keep(self, work: UnitOfWork, record: FieldRecord, who: WorkActor, arrival: Arrival) -> Taken:
        context = _context(work, record)
        kept = self._judged(work, record, who, arrival, context)
        work.field.put(kept)
        photos = tuple(_named(work, record, who))
        work.field.add_photos(photos)
        work.note(
            "field_record_received", "visit", record.record_id, who.name, record.note, after=_facts(kept)
        )
        if context.plan is not None and context.stop is not None:
            self._effects.at_once(work, kept, context.plan, context.stop)
        taken = Taken(kept, photos)
        if not taken.missing:
            self._effects.complete(work, kept, photos, who)
        return taken

    def _judged(
        self, work: UnitOfWork, record: FieldRecord, who: WorkActor, arrival: Arrival, context: _Context
    ) -> KeptRecord:
        visit = None if context.stop is None else context.stop.visit
        point = visit.point if visit else (record.fix.point if record.fix else None)
        return KeptRecord(
            record=record,
            actor=who.name,
            received_at=arrival.received_at,
            sent_at=arrival.sent_at,
            subject="" if visit is None else visit.key,
            category=str(record.find_kind or "") if visit is None else visit.category,
            spot=work.field.spot_of(point),
            doubts=tuple(self._doubts(work, record, who, arrival, context)),
        )

    def _doubts(
        self, work: UnitOfWork, record: FieldRecord, who: WorkActor, arrival: Arrival, context: _Context
    ) -> Iterator[Doubt]:
        params, made_at = self._params, record.time.made_at
        yield from clock_doubts(
            record.time, work.field.before(record.time.phone_id, record.time.sequence), arrival, params
        )
        if record.kind not in AT_A_PLACE:
            return
        if record.kind is not RecordKind.FIND:
            yield from _plan_doubts(work, record, who, context, arrival)
        fence = None if context.stop is None else fence_of(work, context.stop.visit, params)
        yield from place_doubts(record.fix, record.recent, made_at, fence, params)
        others = [*work.field.beside(who.name, made_at), *work.tracks.beside(who.name, made_at)]
        yield from speed_doubts(record.fix, others, params)
        taken = [named.photo for named in record.photos]
        hashes = {sha256 for photo in taken for sha256 in photo.hashes}
        seen = work.field.seen(hashes, record.record_id) if hashes else {}
        yield from photo_doubts(taken, made_at, seen, _needs_photo(record, context), params)


def taken_of(work: UnitOfWork, record_id: str) -> Taken:
    """Read a record with its pictures. Raises NotFound."""
    kept = work.field.get(record_id)
    if kept is None:
        raise NotFound(f"there is no record {record_id}")
    return Taken(kept, tuple(work.field.photos(record_id)))


def _context(work: UnitOfWork, record: FieldRecord) -> _Context:
    """Look up what the record names, and hold it against its form."""
    _expect_whole(work, record)
    if record.plan_id is None:
        return _Context()
    plan = work.patrols.get(record.plan_id)
    teams = {route.team_id for route in work.patrols.routes(plan.plan_id)}
    if record.kind is RecordKind.ACCEPT and record.team_id not in teams:
        raise NotFound(f"this plan has no route of team {record.team_id}")
    if record.stop_id is None:
        return _Context(plan)
    try:
        stop = work.patrols.stop(plan.plan_id, record.stop_id)
    except NotFound:  # planned anew meanwhile; the record is kept with a doubt
        return _Context(plan)
    if record.outcome is not None:
        form = form_of(stop.visit.category, stop.visit.subject_kind)
        form.check(record.outcome, record.answers, record.note)
    return _Context(plan, stop)


def _expect_whole(work: UnitOfWork, record: FieldRecord) -> None:
    """Refuse a record that lacks what its kind needs."""
    match record.kind:
        case RecordKind.FIND if record.fix is None or record.find_kind is None:
            raise _lacking("fix", "a find needs its kind and its place")
        case RecordKind.SEEN if work.field.message(record.message_id or "") is None:
            raise NotFound(f"there is no message {record.message_id}")
        case RecordKind.ACCEPT | RecordKind.ARRIVE | RecordKind.RESULT if record.plan_id is None:
            raise _lacking("plan_id", "name the plan")
        case RecordKind.RESULT if record.outcome is None:
            raise _lacking("outcome", "say what was found")
        case _:
            return


def _plan_doubts(
    work: UnitOfWork, record: FieldRecord, who: WorkActor, context: _Context, arrival: Arrival
) -> Iterator[Doubt]:
    if context.plan is None or context.stop is None or context.plan.state is not PlanState.READY:
        yield Doubt(Flag.NOT_IN_PLAN, named="stop")
        return
    # Records come in the phone's order, so the route that counts is here, whatever the clocks say.
    taken = work.field.taken_route(who.name, max(record.time.made_at, arrival.received_at))
    if taken != (context.plan.plan_id, context.stop.team_id):
        yield Doubt(Flag.NOT_IN_PLAN, named="team")


def _needs_photo(record: FieldRecord, context: _Context) -> bool:
    if record.kind is RecordKind.FIND:
        return True
    if record.outcome is None or context.stop is None:
        return False
    visit = context.stop.visit
    return form_of(visit.category, visit.subject_kind).needs_photo(record.outcome)


def _named(work: UnitOfWork, record: FieldRecord, who: WorkActor) -> Iterator[FieldPhoto]:
    """Give the pictures of a record; one that this person sent for another record need not come again."""
    for named in record.photos:
        here = [one for one in work.field.naming(who.name, named.photo.sha256) if one.kept_sha256]
        fresh = FieldPhoto(record.record_id, named.role, named.photo, named.size_bytes)
        if here:
            fresh = replace(fresh, kept_sha256=here[0].kept_sha256, received_at=here[0].received_at)
        yield fresh


def _facts(kept: KeptRecord) -> JsonObject:
    record = kept.record
    return {
        "kind": record.kind,
        "made_at": instant(record.time.made_at),
        "received_at": instant(kept.received_at),
        "phone": record.time.phone_id,
        "sequence": record.time.sequence,
        "digest": record.digest,
        "plan": record.plan_id,
        "team": record.team_id,
        "stop": record.stop_id,
        "subject": kept.subject,
        "outcome": record.outcome,
        "photos": [named.photo.sha256 for named in record.photos],
        "doubts": [doubt.flag for doubt in kept.doubts],
    }


def _lacking(path: str, message: str) -> InvalidInput:
    return InvalidInput(f"{path}: {message}", (FieldError(path, message),))
