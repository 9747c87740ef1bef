"""The register of devices for people: pages with a filter, counts, one device with its cameras."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, case, exists, func, or_, select

from map_server.adapters.db.repositories.devices import camera_from_row, device_from_row
from map_server.adapters.db.tables.devices import cameras, devices
from map_server.adapters.db.ward_areas import within
from map_server.domain.device import Camera, Device
from map_server.domain.errors import NotFound
from map_server.domain.reach import WHOLE_WARD, Reach
from wire_contract.vocabulary import CameraState


class DeviceStatus(StrEnum):
    """How a device stands. `trouble`: it is heard, but a camera of it cannot judge or events wait in it."""

    ONLINE = "online"
    OFFLINE = "offline"
    WAITING = "waiting"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One device with its cameras."""

    device: Device
    cameras: tuple[Camera, ...]


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """Which devices are wanted; what is not given does not narrow. `text` is looked for in id, name, place
    and national id.
    """

    text: str = ""
    status: DeviceStatus | None = None
    compound_id: str | None = None
    agent_version: str | None = None
    reach: Reach = WHOLE_WARD


@dataclass(frozen=True, slots=True)
class DeviceCounts:
    """How many devices there are, and how they stand."""

    total: int
    online: int
    offline: int
    waiting: int


_IS_ENROLLED = devices.c.token_hash.is_not(None)
_HAS_BLIND_CAMERA = exists().where(
    cameras.c.device_id == devices.c.id,
    cameras.c.state.not_in([str(CameraState.OK), str(CameraState.STARTING)]),
)
_OF_STATUS: dict[DeviceStatus, ColumnElement[bool]] = {
    DeviceStatus.ONLINE: devices.c.is_online,
    DeviceStatus.OFFLINE: and_(~devices.c.is_online, _IS_ENROLLED),
    DeviceStatus.WAITING: and_(~devices.c.is_online, ~_IS_ENROLLED),
    DeviceStatus.TROUBLE: and_(
        devices.c.is_online,
        or_(_HAS_BLIND_CAMERA, devices.c.outbox_set_aside > 0, devices.c.outbox_dropped > 0),
    ),
}


class SqlDeviceList:
    """Reads without a transaction that writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: DeviceFilter, after_id: str, limit: int) -> list[DeviceRecord]:
        """Give devices by id, each with its cameras; `after_id` goes on after an earlier page."""
        statement = select(devices).where(*_conditions(wanted), devices.c.id > after_id)
        with self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(devices.c.id).limit(limit)).mappings().all()
            return _with_cameras(connection, rows)

    def one(self, device_id: str) -> DeviceRecord:
        """Give one device. Raises NotFound."""
        with self._engine.connect() as connection:
            statement = select(devices).where(devices.c.id == device_id)
            records = _with_cameras(connection, connection.execute(statement).mappings().all())
        if not records:
            raise NotFound("There is no such device.")
        return records[0]

    def counts(self, wanted: DeviceFilter) -> DeviceCounts:
        """Count the devices of a filter by how they stand."""
        kinds = (DeviceStatus.ONLINE, DeviceStatus.OFFLINE, DeviceStatus.WAITING)
        numbers = [func.coalesce(func.sum(case((_OF_STATUS[kind], 1), else_=0)), 0) for kind in kinds]
        statement = select(func.count(), *numbers).select_from(devices).where(*_conditions(wanted))
        with self._engine.connect() as connection:
            return DeviceCounts(*connection.execute(statement).one())

    def versions(self, reach: Reach) -> list[tuple[str, int]]:
        """Give the versions of the agent that are about, and how many devices run each; most run first."""
        number = func.count().label("number")
        statement = (
            select(devices.c.agent_version, number)
            .where(devices.c.agent_version.is_not(None), within(reach, devices))
            .group_by(devices.c.agent_version)
            .order_by(number.desc(), devices.c.agent_version)
        )
        with self._engine.connect() as connection:
            return [(row.agent_version, row.number) for row in connection.execute(statement)]

    def not_enrolled(self, limit: int) -> list[str]:
        """Give the ids of devices that have not exchanged a one-time token yet."""
        statement = select(devices.c.id).where(~_IS_ENROLLED).order_by(devices.c.id).limit(limit)
        with self._engine.connect() as connection:
            return list(connection.scalars(statement))

    def has_any(self) -> bool:
        """Whether any device is registered."""
        with self._engine.connect() as connection:
            return connection.scalar(select(devices.c.id).limit(1)) is not None


def _conditions(wanted: DeviceFilter) -> list[ColumnElement[bool]]:
    conditions = [within(wanted.reach, devices)]
    for column, value in (
        (devices.c.compound_id, wanted.compound_id),
        (devices.c.agent_version, wanted.agent_version),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.status is not None:
        conditions.append(_OF_STATUS[wanted.status])
    if wanted.text:
        columns = (devices.c.id, devices.c.name, devices.c.place, devices.c.national_id)
        conditions.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return conditions


def _with_cameras(connection: Connection, rows: Sequence[RowMapping]) -> list[DeviceRecord]:
    ids = [row["id"] for row in rows]
    statement = select(cameras).where(cameras.c.device_id.in_(ids)).order_by(cameras.c.camera_id)
    of_device: defaultdict[str, list[Camera]] = defaultdict(list)
    for row in connection.execute(statement).mappings():
        of_device[row["device_id"]].append(camera_from_row(row))
    return [DeviceRecord(device_from_row(row), tuple(of_device[row["id"]])) for row in rows]
