"""The list of devices with their cameras, in two reads."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Engine, select

from map_server.adapters.db.repositories.devices import camera_from_row, device_from_row
from map_server.adapters.db.tables.devices import cameras, devices
from map_server.domain.device import Camera, Device


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One device with its cameras."""

    device: Device
    cameras: tuple[Camera, ...]


class SqlDeviceList:
    """All devices, for people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[DeviceRecord]:
        """Give all devices by id, each with its cameras by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(devices).order_by(devices.c.id)).mappings().all()
            of_device: defaultdict[str, list[Camera]] = defaultdict(list)
            for row in connection.execute(select(cameras).order_by(cameras.c.camera_id)).mappings():
                of_device[row["device_id"]].append(camera_from_row(row))
        return [DeviceRecord(device_from_row(row), tuple(of_device[row["id"]])) for row in rows]
