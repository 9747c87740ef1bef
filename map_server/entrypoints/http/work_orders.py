"""Work orders for people and programs: list, look closely, draft, take an action, add a picture."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from map_server.domain.errors import InvalidInput
from map_server.domain.photo import cleaned, sha256_of_bytes
from map_server.domain.work_order import WorkOrder
from map_server.domain.work_order_rules import WorkActor, allowed_actions
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.preconditions import RequiredVersion, etag
from map_server.entrypoints.http.security import PatrolActor, Person, SupervisorActor, expect_within
from map_server.entrypoints.http.work_order_schemas import (
    DraftRequest,
    PhotoAnswer,
    TransitionRequest,
    WorkOrderDetail,
    WorkOrderOut,
    WorkOrderPage,
    WorkOrderQuery,
)
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/work-orders", tags=["people"])

_JPEG_BODY = {"required": True, "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
_ETAG = {"headers": {"ETag": {"schema": {"type": "string"}, "description": "The order's version"}}}


def work_actor(person: Person) -> WorkActor:
    """Give the person as work orders know people."""
    return WorkActor(person.audit_name, person.role, person.unit_id)


@router.get("", responses=problems(401, 403, 422))
def list_work_orders(
    actor: PatrolActor, services: ServicesDep, query: Annotated[WorkOrderQuery, Query()]
) -> WorkOrderPage:
    """List work orders, newest first."""
    wanted = replace(query.wanted(services.clock.now(), actor.audit_name), reach=actor.reach)
    page = services.work_order_list.page(wanted, query.before, query.limit)
    next_before = page[-1].number if len(page) == query.limit else None
    return WorkOrderPage(work_orders=[WorkOrderOut.of(order) for order in page], next_before=next_before)


@router.get("/{work_order_id}", responses={200: _ETAG, **problems(401, 403, 404)})
def show_work_order(
    work_order_id: str, response: Response, actor: PatrolActor, services: ServicesDep
) -> WorkOrderDetail:
    """Show one work order with its steps, its pictures, and what the caller may do now."""
    record = services.work_order_list.one(work_order_id)
    response.headers["ETag"] = etag(record.order.version)
    return WorkOrderDetail.of(record, allowed_actions(record.order, work_actor(actor)))


@router.post("", status_code=201, responses={201: _ETAG, **problems(401, 403, 404, 409, 422)})
def draft_work_order(
    request: DraftRequest, response: Response, actor: SupervisorActor, services: ServicesDep
) -> WorkOrderOut:
    """Draft a work order for an incident that has none. Confirmed incidents get theirs by themselves."""
    expect_within(services, actor.reach, "incident", request.incident_id)
    return _answer(services.work_orders.draft(request.incident_id, work_actor(actor)), response)


@router.post(
    "/{work_order_id}/transitions",
    responses={200: _ETAG, **problems(401, 403, 404, 409, 412, 422, 428)},
)
def take_action(
    work_order_id: str,
    request: TransitionRequest,
    response: Response,
    actor: PatrolActor,
    services: ServicesDep,
    version: RequiredVersion,
) -> WorkOrderOut:
    """Take an action on what was seen under the ETag in If-Match; 412 when somebody was quicker."""
    order = services.work_orders.act(work_order_id, request.command(), work_actor(actor), version)
    return _answer(order, response)


@router.put(
    "/{work_order_id}/photos/{sha256}",
    responses=problems(401, 403, 404, 409, 413, 422, 503),
    openapi_extra={"requestBody": _JPEG_BODY},
)
async def put_photo(
    work_order_id: str,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes sent, hex")],
    request: Request,
    actor: PatrolActor,
    services: ServicesDep,
) -> PhotoAnswer:
    """Add a JPEG; place, device and all else that the phone wrote into it is taken out before it is kept."""
    content = await request.body()
    if sha256_of_bytes(content) != sha256:
        raise InvalidInput(f"the bytes do not have the hash {sha256}; nothing was kept, send it again")
    added = await run_in_threadpool(
        services.work_orders.add_photo, work_order_id, cleaned(content), work_actor(actor)
    )
    return PhotoAnswer(sha256=added.sha256, size_bytes=added.size_bytes)


def _answer(order: WorkOrder, response: Response) -> WorkOrderOut:
    response.headers["ETag"] = etag(order.version)
    return WorkOrderOut.of(order)
