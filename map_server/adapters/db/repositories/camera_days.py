"""For how long each camera could judge on each day, as rows."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select

from map_server.adapters.db.tables.sites import camera_days
from map_server.adapters.db.upsert import upsert

_c = camera_days.c


class SqlCameraDays:
    """See services.device_ports.CameraDayRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, day: date, observed_s: Mapping[tuple[str, str], float]) -> None:
        """Add seconds to a day, by device and camera."""
        added = {key: seconds for key, seconds in observed_s.items() if seconds > 0}
        if not added:
            return
        devices = sorted({device for device, _ in added})
        stored = select(_c.device_id, _c.camera_id, _c.observed_s).where(
            _c.day == day, _c.device_id.in_(devices)
        )
        known = {(device, camera): seconds for device, camera, seconds in self._connection.execute(stored)}
        rows = [
            {
                "device_id": device,
                "camera_id": camera,
                "day": day,
                "observed_s": known.get((device, camera), 0.0) + seconds,
            }
            for (device, camera), seconds in added.items()
        ]
        upsert(self._connection, camera_days, rows)
