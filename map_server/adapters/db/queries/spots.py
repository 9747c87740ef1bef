"""Tells whether one thing lies in a person's areas; asked at every door that opens a single thing."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import ColumnElement, Engine, Select, and_, exists, or_, select

from map_server.adapters.db.tables.audits import audit_answers
from map_server.adapters.db.tables.devices import devices
from map_server.adapters.db.tables.events import event_evidence, events
from map_server.adapters.db.tables.field import field_records
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.patrols import patrol_plans
from map_server.adapters.db.tables.photos import photos
from map_server.adapters.db.tables.places import sites
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.adapters.db.tables.work_orders import work_orders
from map_server.adapters.db.ward_areas import plans_within, within
from map_server.domain.reach import Reach

Condition = Callable[[str, Reach], ColumnElement[bool]]


def _incident(incident_id: str, reach: Reach) -> ColumnElement[bool]:
    return exists().where(incidents.c.id == incident_id, within(reach, incidents))


def _work_order(work_order_id: str, reach: Reach) -> ColumnElement[bool]:
    return exists().where(work_orders.c.id == work_order_id, within(reach, work_orders))


def _site(site_id: str, reach: Reach) -> ColumnElement[bool]:
    return exists().where(sites.c.site_id == site_id, within(reach, sites))


def _device(device_id: str, reach: Reach) -> ColumnElement[bool]:
    return exists().where(devices.c.id == device_id, within(reach, devices))


def _verdict(verdict_id: str, reach: Reach) -> ColumnElement[bool]:
    """A verdict, or an answer that is not one yet."""
    given = verdicts.c.incident_id == incidents.c.id
    sealed = audit_answers.c.incident_id == incidents.c.id
    return or_(
        exists().where(verdicts.c.verdict_id == verdict_id, given, within(reach, incidents)),
        exists().where(audit_answers.c.answer_id == verdict_id, sealed, within(reach, incidents)),
    )


def _evidence(sha256: str, reach: Reach) -> ColumnElement[bool]:
    """A piece may be named by several events, or added to several things; one within reach is enough."""
    by_event = exists().where(
        event_evidence.c.sha256 == sha256,
        events.c.event_id == event_evidence.c.event_id,
        incidents.c.id == events.c.incident_id,
        within(reach, incidents),
    )
    of_order = exists().where(
        _is_photo_of("work_order", sha256),
        work_orders.c.id == photos.c.subject_id,
        within(reach, work_orders),
    )
    of_site = exists().where(
        _is_photo_of("site", sha256), sites.c.site_id == photos.c.subject_id, within(reach, sites)
    )
    of_visit = exists().where(
        _is_photo_of("visit", sha256),
        field_records.c.record_id == photos.c.subject_id,
        within(reach, field_records),
    )
    return or_(by_event, of_order, of_site, of_visit)


def _is_photo_of(kind: str, sha256: str) -> ColumnElement[bool]:
    return and_(photos.c.sha256 == sha256, photos.c.subject_kind == kind)


def _plan(plan_id: str, reach: Reach) -> ColumnElement[bool]:
    return exists().where(patrol_plans.c.plan_id == plan_id, plans_within(reach))


def _visit(record_id: str, reach: Reach) -> ColumnElement[bool]:
    return exists().where(field_records.c.record_id == record_id, within(reach, field_records))


_CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        "incident": _incident,
        "work_order": _work_order,
        "site": _site,
        "device": _device,
        "verdict": _verdict,
        "evidence": _evidence,
        "patrol": _plan,
        "visit": _visit,
    }
)


class SqlSpots:
    """Each question is one read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def covers(self, reach: Reach, subject_kind: str, subject_id: str) -> bool:
        """Whether a thing exists and lies within reach. A kind that has no place is the whole ward's."""
        if reach.is_whole_ward:
            return True
        condition = _CONDITIONS.get(subject_kind)
        if condition is None:
            return False
        question: Select[tuple[bool]] = select(condition(subject_id, reach))
        with self._engine.connect() as connection:
            return bool(connection.scalar(question))
