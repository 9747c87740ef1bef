"""Devices: enrolment, heartbeats, and the list of boxes and cameras for people."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from map_server.adapters.db.queries.devices import DeviceFilter, DeviceRecord, DeviceStatus
from map_server.domain.device import Beat, Camera, Vitals
from map_server.domain.errors import Forbidden
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.device_auth import DeviceActor
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import AdminActor, PatrolActor, SupervisorActor
from wire_contract.messages import (
    CameraHealth,
    CameraPosition,
    EnrolmentAnswer,
    EnrolmentRequest,
    Heartbeat,
)
from wire_contract.routes import API_PREFIX, ENROLMENT, HEARTBEAT

router = APIRouter()

_MAX_PAGE = 1000

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:\-]*$"
NamePath = Annotated[str, Path(max_length=128, pattern=NAME_PATTERN)]


class CameraState(BaseModel):
    """One camera as it was heard last."""

    camera_id: str
    state: str
    state_since: datetime
    last_frame_at: datetime | None
    analysed_fps: float
    observed_s: float
    lon: float | None
    lat: float | None
    position_source: str | None = Field(description="`person` or `device`")


class DeviceState(BaseModel):
    """One device as it was heard last; figures are null before its first heartbeat."""

    device_id: str
    name: str
    place: str
    compound_id: str | None
    grid_id: str | None
    national_id: str | None = Field(description="20 digits by GB/T 28181")
    is_online: bool
    is_enrolled: bool
    registered_at: datetime
    last_seen_at: datetime | None
    agent_version: str | None
    clock_skew_s: float | None = Field(description="Device clock minus server clock")
    outbox_pending: int | None
    outbox_set_aside: int | None
    outbox_dropped: int | None
    evidence_bytes: int | None
    evidence_dropped: int | None
    disk_free_bytes: int | None
    cpu_temperature_c: float | None
    model_id: str | None
    cameras: list[CameraState]


class DeviceList(BaseModel):
    """Devices by id; `next_after` is the cursor of the next page, null at the end."""

    devices: list[DeviceState]
    total: int = Field(description="How many devices the filter finds, on all pages")
    online: int
    next_after: str | None


class OneTimeToken(BaseModel):
    """A token that lets one device in, once."""

    device_id: str
    one_time_token: str
    expires_at: datetime


@router.post(ENROLMENT, tags=["devices"], responses=problems(401, 410, 422))
def enrol(request: EnrolmentRequest, services: ServicesDep) -> EnrolmentAnswer:
    """Exchange a one-time token for the device's lasting token, which is shown this once."""
    token = services.devices.enrol(request.device_id, request.one_time_token, request.public_key)
    return EnrolmentAnswer(device_id=request.device_id, device_token=token)


@router.post(HEARTBEAT, tags=["devices"], status_code=204, responses=problems(401, 403, 422, 503))
def heartbeat(device_id: NamePath, beat: Heartbeat, device: DeviceActor, services: ServicesDep) -> Response:
    """Take in a sign of life."""
    if not device_id == beat.device_id == device.device_id:
        raise Forbidden(f"device {device.device_id} cannot speak for {beat.device_id}")
    vitals = Vitals(
        agent_version=beat.agent_version,
        clock_skew_s=(beat.sent_at - services.clock.now()).total_seconds(),
        outbox_pending=beat.outbox_pending,
        outbox_set_aside=beat.outbox_set_aside,
        outbox_dropped=beat.outbox_dropped,
        evidence_bytes=beat.evidence_bytes,
        evidence_dropped=beat.evidence_dropped,
        disk_free_bytes=beat.disk_free_bytes,
        cpu_temperature_c=beat.cpu_temperature_c,
        model_id=None if beat.model is None else beat.model.id,
    )
    cameras = tuple(_camera(device_id, camera) for camera in beat.cameras)
    services.heartbeats.heard(Beat(device_id, vitals, cameras))
    return Response(status_code=204)


@router.get(f"{API_PREFIX}/devices", tags=["people"], responses=problems(401, 403, 422))
def list_devices(
    actor: PatrolActor,
    services: ServicesDep,
    q: Annotated[
        str, Query(max_length=120, description="Looked for in id, name, place and national id")
    ] = "",
    status: DeviceStatus | None = None,
    compound_id: Annotated[str | None, Query(max_length=64)] = None,
    agent_version: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[str, Query(max_length=128, description="`next_after` of the last page")] = "",
    limit: Annotated[int, Query(ge=1, le=_MAX_PAGE)] = 200,
) -> DeviceList:
    """List devices with their cameras, by id."""
    wanted = DeviceFilter(q.strip(), status, compound_id, agent_version, actor.reach)
    page = services.device_list.page(wanted, after, limit)
    counts = services.device_list.counts(wanted)
    return DeviceList(
        devices=[device_state(record) for record in page],
        total=counts.total,
        online=counts.online,
        next_after=page[-1].device.device_id if len(page) == limit else None,
    )


@router.post(
    f"{API_PREFIX}/devices/{{device_id}}/enrolment",
    tags=["people"],
    status_code=201,
    responses=problems(401, 403, 422),
)
def issue_enrolment(
    device_id: NamePath, response: Response, actor: AdminActor, services: ServicesDep
) -> OneTimeToken:
    """Make a one-time token for a new device, or for one that lost its token. It is shown this once."""
    response.headers["Cache-Control"] = "no-store"  # nor kept for a repeated request
    issued = services.devices.issue_enrolment(device_id, actor.audit_name)
    return OneTimeToken(device_id=device_id, one_time_token=issued.token, expires_at=issued.expires_at)


@router.put(
    f"{API_PREFIX}/devices/{{device_id}}/cameras/{{camera_id}}/position",
    tags=["people"],
    responses=problems(401, 403, 404, 422),
)
def place_camera(
    device_id: NamePath,
    camera_id: NamePath,
    position: CameraPosition,
    actor: SupervisorActor,
    services: ServicesDep,
) -> CameraState:
    """Say where a camera hangs."""
    camera = services.devices.place_camera(device_id, camera_id, position.lon, position.lat, actor.audit_name)
    return _camera_state(camera)


def _camera(device_id: str, health: CameraHealth) -> Camera:
    position = health.position
    return Camera(
        device_id=device_id,
        camera_id=health.camera_id,
        state=health.state,
        state_since=health.state_since,
        last_frame_at=health.last_frame_at,
        analysed_fps=health.analysed_fps,
        observed_s=health.observed_s,
        lon=None if position is None else position.lon,
        lat=None if position is None else position.lat,
        position_source=None if position is None else "device",
    )


def _camera_state(camera: Camera) -> CameraState:
    return CameraState.model_validate(camera, from_attributes=True)


def device_state(record: DeviceRecord) -> DeviceState:
    """Write a device with its cameras."""
    device, vitals = record.device, record.device.vitals
    figures = {name: getattr(vitals, name, None) for name in Vitals.__dataclass_fields__}
    return DeviceState(
        device_id=device.device_id,
        name=device.name,
        place=device.place,
        compound_id=device.spot.compound_id,
        grid_id=device.spot.grid_id,
        national_id=device.national_id,
        is_online=device.is_online,
        is_enrolled=device.token_hash is not None,
        registered_at=device.registered_at,
        last_seen_at=device.last_seen_at,
        cameras=[_camera_state(camera) for camera in record.cameras],
        **figures,
    )
