"""For those who run the server: is it alive, is it ready, what do its numbers say."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from map_server.adapters.db.tables.kernel import audit_head
from map_server.domain.errors import Unavailable
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """Alive, or ready."""

    status: str


@router.get("/healthz")
def healthz() -> Health:
    """Say that the process answers."""
    return Health(status="ok")


@router.get("/readyz", responses=problems(503))
def readyz(services: ServicesDep) -> Health:
    """Say that the database answers and has its tables."""
    try:
        with services.engine.connect() as connection:
            connection.execute(select(audit_head.c.seq)).one()
    except SQLAlchemyError as error:
        raise Unavailable(f"the database does not answer: {type(error).__name__}") from error
    return Health(status="ready")


@router.get("/metrics", responses={200: {"content": {"text/plain": {}}}}, response_class=Response)
def metrics(request: Request) -> Response:
    """Give the metrics in Prometheus' exposition format."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
