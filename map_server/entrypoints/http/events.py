"""Where devices deliver events. The answer leaves after the commit: what it calls stored, is stored."""

from collections import Counter

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from map_server.domain.event import Message
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.device_auth import DeviceActor
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.wire import Unreadable, read_messages
from map_server.services.ingest import Ingest, Outcome
from wire_contract.messages import IngestAnswer, IngestResult
from wire_contract.routes import EVENTS

router = APIRouter(tags=["devices"])

_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    {"$ref": "#/components/schemas/EventMessage"},
                    {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/EventMessage"},
                        "maxItems": 100,
                    },
                ]
            }
        }
    },
}


@router.post(
    EVENTS,
    response_model=IngestAnswer,
    responses=problems(401, 403, 413, 422, 503),
    openapi_extra={"requestBody": _BODY},
)
async def receive_events(request: Request, device: DeviceActor, services: ServicesDep) -> Response:
    """Take in one event message or a batch of up to 100; one result per message, in order.

    Sending a message again does no harm: it is a `duplicate`. A `refused` message will never be taken; the
    device sets it aside. A batch is stored as a whole: with any other status than 200, nothing of it was
    stored.
    """
    body = await request.body()
    results = await run_in_threadpool(_received, services.ingest, device.device_id, body)
    for status, count in Counter(result.status for result in results).items():
        request.app.state.metrics.messages.labels(status).inc(count)
    answer = IngestAnswer(results=tuple(results))
    return Response(answer.model_dump_json(), media_type="application/json")


def _received(ingest: Ingest, device_id: str, body: bytes) -> list[IngestResult]:
    items = read_messages(body)
    outcomes = iter(ingest.receive(device_id, [item for item in items if isinstance(item, Message)]))
    return [_unreadable(item) if isinstance(item, Unreadable) else _result(next(outcomes)) for item in items]


def _result(outcome: Outcome) -> IngestResult:
    return IngestResult.model_construct(
        event_id=outcome.event_id,
        sequence=outcome.sequence,
        status=outcome.status.value,
        problem=outcome.problem,
        missing_evidence=outcome.missing_evidence,
    )


def _unreadable(item: Unreadable) -> IngestResult:
    return IngestResult(
        event_id=item.event_id, sequence=item.sequence, status="refused", problem=item.problem
    )
