"""The pages of work orders: the board by state, and one order with its story and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from map_server.adapters.db.queries.work_orders import WorkOrderFilter, WorkOrderRecord
from map_server.domain.account import Role
from map_server.domain.unit import Unit, UnitLevel
from map_server.domain.ward_time import WARD_ZONE
from map_server.domain.work_order import ENDED, WorkOrder
from map_server.domain.work_order_rules import allowed_actions
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import PatrolActor, Person
from map_server.entrypoints.http.work_order_schemas import WorkOrderQuery
from map_server.entrypoints.http.work_orders import work_actor
from map_server.entrypoints.services import Services
from map_server.presentation.i18n import Language, translations
from map_server.presentation.incident_view import IncidentView, incident_view
from map_server.presentation.pages import language_of, render
from map_server.presentation.work_order_view import (
    COLUMNS,
    WHY_NO_OWNER,
    Card,
    Column,
    ColumnView,
    Gettext,
    UnitNames,
    action_forms,
    card_of,
    place_of,
)

router = APIRouter(include_in_schema=False)

CARDS_PER_COLUMN = 30


class BoardQuery(WorkOrderQuery):
    """The list's filters, and whether only the reader's own unit is shown."""

    ours: bool | None = None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads a page, and what names are in his language."""

    services: Services
    person: Person
    language: Language
    names: UnitNames

    def cards(self, orders: Sequence[WorkOrder]) -> tuple[Card, ...]:
        """Write cards."""
        gazetteer, now = self.services.places.gazetteer(), self.services.clock.now()
        return tuple(card_of(order, self.names, gazetteer, self.language, now) for order in orders)


def _reader(request: Request, services: Services, person: Person) -> _Reader:
    language = language_of(request)
    return _Reader(services, person, language, UnitNames(services.owners.units(), language))


@router.get("/work-orders")
def board_page(
    request: Request,
    services: ServicesDep,
    actor: PatrolActor,
    query: Annotated[BoardQuery, Query()],
) -> Response:
    """Show the board: a column for each question, the most pressing order on top.

    `ours` narrows it to the reader's own unit; people of a unit begin there.
    """
    reader = _reader(request, services, actor)
    is_ours = actor.unit_id is not None and (actor.role is Role.PATROL if query.ours is None else query.ours)
    wanted = query.wanted(services.clock.now(), actor.audit_name)
    wanted = replace(wanted, unit_id=actor.unit_id if is_ours else wanted.unit_id, reach=actor.reach)
    columns = [_column(reader, column, wanted) for column in COLUMNS]
    return render(
        request,
        "work_orders.html",
        columns=[each for each in columns if not query.state or each.count],
        query=query,
        is_ours=is_ours,
        units=services.owners.units(),
        levels=tuple(UnitLevel),
        unit_name=reader.names,
        no_owner_count=services.work_order_list.count(WorkOrderFilter(without_owner=True, reach=actor.reach)),
        total=sum(each.count for each in columns),
    )


def _column(reader: _Reader, column: Column, wanted: WorkOrderFilter) -> ColumnView:
    states = tuple(state for state in column.states if not wanted.states or state in wanted.states)
    if not states:
        return ColumnView(column, (), 0, 0)
    orders = reader.services.work_order_list
    of_column, now = replace(wanted, states=states), reader.services.clock.now()
    if set(states) <= ENDED:
        cards = reader.cards(orders.lately_ended(of_column, CARDS_PER_COLUMN))
        return ColumnView(column, cards, orders.count(of_column), 0)
    cards = reader.cards(orders.most_pressing(of_column, CARDS_PER_COLUMN))
    overdue = orders.count(replace(of_column, overdue_at=now))
    return ColumnView(column, cards, orders.count(of_column), overdue)


@router.get("/work-orders/{work_order_id}")
def work_order_page(
    request: Request, services: ServicesDep, actor: PatrolActor, work_order_id: str
) -> Response:
    """Show one order: its story, its pictures, its tasks, and what this person may do now."""
    reader = _reader(request, services, actor)
    record = services.work_order_list.one(work_order_id)
    gettext = translations(reader.language).gettext
    view = _incident(services, record, gettext)
    shown = [photo.sha256 for photo in record.photos] + ([] if view is None else view.sha256s)
    services.keeping.looks.page_viewed(actor.audit_name, work_order_id, shown)
    return render(
        request,
        "work_order.html",
        record=record,
        view=view,
        place=place_of(record.order, services.places.gazetteer(), reader.language),
        unit_name=reader.names,
        units=_units_in_force(services),
        forms=action_forms(record.order, allowed_actions(record.order, work_actor(actor)), gettext),
        why_none=gettext(WHY_NO_OWNER[record.order.owner.why_none]) if record.order.owner.why_none else "",
        is_overdue=record.order.is_overdue(services.clock.now()),
    )


def _incident(services: Services, record: WorkOrderRecord, gettext: Gettext) -> IncidentView | None:
    if record.order.incident_id is None:
        return None
    return incident_view(services.incident_list.one(record.order.incident_id), gettext)


def _units_in_force(services: Services) -> list[Unit]:
    today = services.clock.now().astimezone(WARD_ZONE).date()
    return [unit for unit in services.owners.units() if unit.is_valid_on(today)]
