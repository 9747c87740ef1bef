"""Heartbeats: each is answered after its commit, and those that wait together are written together.

A box sends one a minute, and a subdistrict has thousands of boxes. Whoever finds nobody writing writes for
all who wait; the others find their beat written. One beat alone waits for nothing, and many share a commit.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from map_server.domain.audit_log import JsonObject
from map_server.domain.datum import LonLat
from map_server.domain.device import Beat, Camera, Device
from map_server.domain.errors import NotFound
from map_server.domain.place import Whereabouts
from map_server.domain.reach import NOWHERE, Spot
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.devices import last_heard, note_camera
from map_server.services.ports import Begin, Clock, UnitOfWork

MAX_AT_ONCE = 500
"""Beats in one transaction; others wait for the next, so that nobody else waits long for the database."""


@dataclass(slots=True)
class _Waiting:
    beat: Beat
    is_done: bool = False
    error: Exception | None = None


class Heartbeats:
    """`whereabouts` tells in which areas a place lies, for boxes that no register places."""

    def __init__(self, begin: Begin, clock: Clock, whereabouts: Callable[[LonLat], Whereabouts]) -> None:
        self._begin = begin
        self._clock = clock
        self._whereabouts = whereabouts
        self._queue_lock = threading.Lock()
        self._turn = threading.Lock()
        self._queue: list[_Waiting] = []

    def heard(self, beat: Beat) -> None:
        """Take in one heartbeat; on return it is stored.

        Raises NotFound when the device is gone, Unavailable when the database cannot write.
        """
        waiting = _Waiting(beat)
        with self._queue_lock:
            self._queue.append(waiting)
        while not waiting.is_done:
            with self._turn:
                if not waiting.is_done:
                    self._write_those_waiting()
        if waiting.error is not None:
            raise waiting.error

    def _write_those_waiting(self) -> None:
        with self._queue_lock:
            batch, self._queue = self._queue[:MAX_AT_ONCE], self._queue[MAX_AT_ONCE:]
        try:
            unknown = self.take([waiting.beat for waiting in batch])
            for waiting in batch:
                if waiting.beat.device_id in unknown:
                    waiting.error = NotFound(f"there is no device {waiting.beat.device_id}")
        except Exception as error:  # whatever it is, it is the answer to everyone who waits
            for waiting in batch:
                waiting.error = error
        finally:
            for waiting in batch:
                waiting.is_done = True

    def take(self, beats: Sequence[Beat]) -> set[str]:
        """Store heartbeats in one transaction; give the ids of devices that do not exist.

        The log keeps what changed, not every beat.
        """
        now = self._clock.now()
        ids = {beat.device_id for beat in beats}
        with self._begin() as work:
            devices = work.devices.many(ids)
            cameras = work.devices.cameras_of(ids)
            for beat in beats:
                device = devices.get(beat.device_id)
                if device is not None:
                    alive = replace(device, last_seen_at=now, is_online=True, vitals=beat.vitals)
                    _note_return(work, device)
                    devices[beat.device_id] = self._heard_of(work, alive, beat, cameras)
            work.devices.put(*devices.values())
            work.devices.put_cameras(
                [camera for (device_id, _), camera in cameras.items() if device_id in devices]
            )
            judged = [said for beat in beats if beat.device_id in devices for said in beat.cameras]
            work.camera_days.add(now.astimezone(WARD_ZONE).date(), _observed_s(judged))
            work.commit()
        return ids - devices.keys()

    def _heard_of(
        self, work: UnitOfWork, device: Device, beat: Beat, cameras: dict[tuple[str, str], Camera]
    ) -> Device:
        """Take in what a beat says of cameras; give the device, placed by them where no register did."""
        for said in beat.cameras:
            key = (said.device_id, said.camera_id)
            camera = said.after(cameras.get(key))
            has_changed = note_camera(work, cameras.get(key), camera, f"device:{device.device_id}")
            if has_changed and device.spot == NOWHERE and camera.lon is not None and camera.lat is not None:
                where = self._whereabouts((camera.lon, camera.lat))
                device = replace(device, spot=Spot(where.compound_id, where.grid_id))
            cameras[key] = camera
        return device


def _observed_s(judged: Sequence[Camera]) -> dict[tuple[str, str], float]:
    """Sum up for how long each camera could judge since its last beat."""
    summed: dict[tuple[str, str], float] = {}
    for said in judged:
        key = (said.device_id, said.camera_id)
        summed[key] = summed.get(key, 0.0) + said.observed_s
    return summed


def _note_return(work: UnitOfWork, device: Device) -> None:
    if not device.is_online:
        before: JsonObject | None = None if device.last_seen_at is None else last_heard(device)
        work.note(
            "device_came_online", "device", device.device_id, f"device:{device.device_id}", before=before
        )
