"""The register of devices for people: one closely, many from a list, tokens for many."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from map_server.adapters.device_files import COLUMNS
from map_server.domain.errors import InvalidInput
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.devices import DeviceState, NamePath, device_state
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import AdminActor, PatrolActor
from map_server.services.device_register import MAX_ROWS, DeviceEntry, ImportResult
from map_server.services.devices import IssuedToken
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/devices", tags=["people"])

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LIST_BODY = {
    "required": True,
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (CSV, XLSX)},
}
Text = Annotated[str, Field(max_length=120)]


class DeviceChange(BaseModel):
    """What the register shall say of a device; `compound` is the id or the name of a loaded compound."""

    name: Text = ""
    compound: Text = ""
    place: Text = ""
    national_id: str = Field(default="", max_length=20, description="20 digits by GB/T 28181, or nothing")


class ImportAnswer(BaseModel):
    """What an import did."""

    added: list[str]
    changed: list[str]
    unchanged: int

    @classmethod
    def of(cls, result: ImportResult) -> "ImportAnswer":
        """Write the result."""
        return cls(added=list(result.added), changed=list(result.changed), unchanged=result.unchanged)


class TokensRequest(BaseModel):
    """For which devices tokens are wanted; none named: all that never exchanged one."""

    device_ids: list[Annotated[str, Field(max_length=128)]] = Field(default_factory=list, max_length=MAX_ROWS)


@router.get("/{device_id}", responses=problems(401, 403, 404, 422))
def show_device(device_id: NamePath, actor: PatrolActor, services: ServicesDep) -> DeviceState:
    """Show one device with its cameras."""
    return device_state(services.device_list.one(device_id))


@router.put("/{device_id}", responses=problems(401, 403, 404, 422))
def change_device(
    device_id: NamePath, change: DeviceChange, actor: AdminActor, services: ServicesDep
) -> DeviceState:
    """Change what the register says of a device."""
    entry = DeviceEntry(device_id, change.name, change.compound, change.place, change.national_id)
    services.device_register.change(entry, actor.audit_name)
    return device_state(services.device_list.one(device_id))


@router.post("/import", responses=problems(401, 403, 413, 422), openapi_extra={"requestBody": _LIST_BODY})
async def import_devices(request: Request, actor: AdminActor, services: ServicesDep) -> ImportAnswer:
    """Register many devices from CSV or XLSX, all or none; each faulty line is named."""
    content = await request.body()
    done = await run_in_threadpool(services.device_register.import_file, content, actor.audit_name)
    return ImportAnswer.of(done)


@router.post(
    "/enrolments",
    response_class=Response,
    responses={
        200: {"content": {CSV: {"schema": {"type": "string"}}}, "description": "Tokens, shown this once"},
        **problems(401, 403, 404, 422),
    },
)
def issue_enrolments(wanted: TokensRequest, actor: AdminActor, services: ServicesDep) -> Response:
    """Make one-time tokens for many devices and give them as CSV; they are not shown again."""
    device_ids = list(dict.fromkeys(wanted.device_ids)) or services.device_list.not_enrolled(MAX_ROWS)
    if not device_ids:
        raise InvalidInput("every registered device has exchanged its token already; name those that lost it")
    return tokens_as_csv(services.device_register.issue_many(device_ids, actor.audit_name))


def tokens_as_csv(issued: list[IssuedToken]) -> Response:
    """Give tokens as a file that no browser and no proxy keeps."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "one_time_token", "valid_until"])
    writer.writerows([one.device_id, one.token, one.expires_at.isoformat()] for one in issued)
    headers = {
        "Content-Disposition": 'attachment; filename="one-time-tokens.csv"',
        "Cache-Control": "no-store",
    }
    return Response("\ufeff" + text.getvalue(), headers=headers, media_type=CSV)


def template_csv() -> str:
    """Give an empty list with its head, to be filled in."""
    return "\ufeff" + ",".join(spellings[0] for spellings in COLUMNS.values()) + "\r\n"
