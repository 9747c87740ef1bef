"""Devices, one-time tokens and cameras as rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.devices import cameras, devices, enrolments
from map_server.adapters.db.upsert import upsert
from map_server.domain.device import Camera, Device, Enrolment, Vitals
from map_server.domain.reach import Spot
from wire_contract.vocabulary import CameraState

_VITALS = [field.name for field in fields(Vitals)]


class SqlDevices:
    """See services.device_ports.DeviceRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, device_id: str) -> Device | None:
        """Give a device."""
        statement = select(devices).where(devices.c.id == device_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else device_from_row(row)

    def many(self, device_ids: Collection[str]) -> dict[str, Device]:
        """Give those of these devices that exist, by id."""
        rows = self._connection.execute(select(devices).where(devices.c.id.in_(device_ids))).mappings()
        return {row["id"]: device_from_row(row) for row in rows}

    def by_national_id(self, national_ids: Collection[str]) -> dict[str, str]:
        """Give the ids of the devices that have these national ids."""
        statement = select(devices.c.national_id, devices.c.id).where(devices.c.national_id.in_(national_ids))
        return {row.national_id: row.id for row in self._connection.execute(statement)}

    def put(self, *changed: Device) -> None:
        """Store devices, new or changed."""
        upsert(self._connection, devices, [_device_to_row(device) for device in changed])

    def put_grids(self, grid_of_compound: Mapping[str, str | None]) -> None:
        """Write the grid of every device that belongs to a compound again."""
        for compound_id, grid_id in grid_of_compound.items():
            those = update(devices).where(devices.c.compound_id == compound_id)
            self._connection.execute(those.values(grid_id=grid_id))

    def online_but_silent(self, since: datetime) -> list[Device]:
        """Give the devices marked online that were last seen before `since`."""
        statement = select(devices).where(devices.c.is_online, devices.c.last_seen_at < since)
        return [device_from_row(row) for row in self._connection.execute(statement).mappings()]

    def enrolment(self, token_hash: str) -> Enrolment | None:
        """Give a one-time token by its hash."""
        statement = select(enrolments).where(enrolments.c.token_hash == token_hash)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else Enrolment(**row)

    def put_enrolment(self, *changed: Enrolment) -> None:
        """Store one-time tokens, new or used."""
        upsert(self._connection, enrolments, [asdict(enrolment) for enrolment in changed])

    def cameras_of(self, device_ids: Collection[str]) -> dict[tuple[str, str], Camera]:
        """Give the cameras of devices by device and camera."""
        rows = self._connection.execute(select(cameras).where(cameras.c.device_id.in_(device_ids))).mappings()
        return {(row["device_id"], row["camera_id"]): camera_from_row(row) for row in rows}

    def cameras(self, device_id: str) -> dict[str, Camera]:
        """Give the cameras of a device by their id."""
        rows = self._connection.execute(select(cameras).where(cameras.c.device_id == device_id)).mappings()
        return {row["camera_id"]: camera_from_row(row) for row in rows}

    def put_cameras(self, changed: Sequence[Camera]) -> None:
        """Store cameras, new or changed."""
        upsert(
            self._connection, cameras, [asdict(camera) | {"state": str(camera.state)} for camera in changed]
        )


def _device_to_row(device: Device) -> dict[str, Any]:
    vitals = dict.fromkeys(_VITALS) if device.vitals is None else asdict(device.vitals)
    return {
        "id": device.device_id,
        "token_hash": device.token_hash,
        "public_key": device.public_key,
        "registered_at": device.registered_at,
        "enrolled_at": device.enrolled_at,
        "last_seen_at": device.last_seen_at,
        "is_online": device.is_online,
        "name": device.name,
        "place": device.place,
        "national_id": device.national_id,
        **asdict(device.spot),
        **vitals,
    }


def device_from_row(row: RowMapping) -> Device:
    """Read a device from a row of its table."""
    vitals = None if row["agent_version"] is None else Vitals(**{name: row[name] for name in _VITALS})
    return Device(
        device_id=row["id"],
        registered_at=row["registered_at"],
        token_hash=row["token_hash"],
        public_key=row["public_key"],
        enrolled_at=row["enrolled_at"],
        last_seen_at=row["last_seen_at"],
        is_online=row["is_online"],
        vitals=vitals,
        name=row["name"] or "",
        place=row["place"] or "",
        national_id=row["national_id"],
        spot=Spot(row["compound_id"], row["grid_id"]),
    )


def camera_from_row(row: Mapping[Any, Any]) -> Camera:
    """Read a camera from a row of its table."""
    return Camera(**{**row, "state": CameraState(row["state"])})
