"""Devices: let in by a one-time token, known again, missed when silent. Heartbeats: see heartbeats.py."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import compare_digest
from typing import Protocol

from map_server.domain.audit_log import JsonObject
from map_server.domain.device import (
    ENROLMENT_LIFETIME,
    OFFLINE_AFTER,
    Camera,
    Device,
    Enrolment,
    checked_device_id,
)
from map_server.domain.errors import Forbidden, NotFound, Unauthenticated
from map_server.services.ports import Begin, Clock, UnitOfWork
from wire_contract.vocabulary import CameraState


class NewToken(Protocol):
    """Gives 256 random bits as URL-safe text."""

    def __call__(self) -> str:
        """Give a new token."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A one-time token; this is the only time that it is seen."""

    device_id: str
    token: str
    expires_at: datetime


def hash_of(token: str) -> str:
    """Give what is stored of a token: tokens are 256 random bits, so that a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


class Devices:
    """`read` opens a unit of work that only reads; every request of a device makes one."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, new_token: NewToken) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_token = new_token

    def issue_enrolment(self, device_id: str, actor: str) -> IssuedToken:
        """Make a one-time token for a new device, or for one that lost its token.

        Raises InvalidInput when the name could not stand in a path.
        """
        checked_device_id(device_id)
        now = self._clock.now()
        issued = IssuedToken(device_id, self._new_token(), now + ENROLMENT_LIFETIME)
        with self._begin() as work:
            if work.devices.get(device_id) is None:
                work.devices.put(Device(device_id, registered_at=now))
                work.note("device_registered", "device", device_id, actor)
            enrolment = Enrolment(hash_of(issued.token), device_id, now, issued.expires_at)
            work.devices.put_enrolment(enrolment)
            work.note("enrolment_issued", "device", device_id, actor)
            work.commit()
        return issued

    def enrol(self, device_id: str, one_time_token: str, public_key: str | None) -> str:
        """Exchange a one-time token for a lasting one, which replaces any that the device had.

        Raises Unauthenticated for an unknown token or one of another device, Expired for a used or old one.
        """
        token = self._new_token()
        now = self._clock.now()
        with self._begin() as work:
            enrolment = work.devices.enrolment(hash_of(one_time_token))
            device = work.devices.get(device_id)
            if enrolment is None or device is None or enrolment.device_id != device_id:
                raise Unauthenticated("this one-time token does not belong to this device")
            work.devices.put_enrolment(enrolment.used(now))
            key = public_key or device.public_key
            work.devices.put(replace(device, token_hash=hash_of(token), public_key=key, enrolled_at=now))
            work.note(
                "device_enrolled", "device", device_id, f"device:{device_id}", after={"public_key": key}
            )
            work.commit()
        return token

    def authenticated(self, device_id: str, token: str) -> Device:
        """Give the device whose token this is. Raises Forbidden for an unknown one, else Unauthenticated."""
        with self._read() as work:
            device = work.devices.get(device_id)
        if device is None:
            raise Forbidden(
                f"device {device_id} is not registered here (map-server enroll-device {device_id})"
            )
        if device.token_hash is None or not compare_digest(device.token_hash, hash_of(token)):
            raise Unauthenticated(f"wrong token for device {device_id}; enrol it again if it was lost")
        return device

    def place_camera(self, device_id: str, camera_id: str, lon: float, lat: float, actor: str) -> Camera:
        """Say where a camera hangs; a person's word stands against what the device says later."""
        now = self._clock.now()
        with self._begin() as work:
            self._known(work, device_id)
            before = work.devices.cameras(device_id).get(camera_id)
            blank = Camera(device_id, camera_id, CameraState.STARTING, state_since=now)
            camera = replace(before or blank, lon=lon, lat=lat, position_source="person")
            work.devices.put_cameras([camera])
            note_camera(work, before, camera, actor)
            work.commit()
        return camera

    def mark_silent(self) -> list[str]:
        """Mark the devices offline that missed three heartbeats; give their ids."""
        since = self._clock.now() - OFFLINE_AFTER
        with self._read() as work:
            if not work.devices.online_but_silent(since):
                return []
        with self._begin() as work:
            silent = work.devices.online_but_silent(since)
            work.devices.put(*(replace(device, is_online=False) for device in silent))
            for device in silent:
                work.note(
                    "device_went_offline", "device", device.device_id, "system", after=last_heard(device)
                )
            work.commit()
        return [device.device_id for device in silent]

    @staticmethod
    def _known(work: UnitOfWork, device_id: str) -> Device:
        device = work.devices.get(device_id)
        if device is None:
            raise NotFound(f"there is no device {device_id}")
        return device


def last_heard(device: Device) -> JsonObject:
    """Give what alarm and clear say of a device."""
    seen = device.last_seen_at
    return {"last_seen_at": None if seen is None else seen.isoformat(), "name": device.name}


def note_camera(work: UnitOfWork, before: Camera | None, after: Camera, actor: str) -> bool:
    """Record what changed of a camera, if anything did; tell whether it did."""

    def facts(camera: Camera) -> dict[str, str | float | None]:
        return {"camera_id": camera.camera_id, "state": camera.state, "lon": camera.lon, "lat": camera.lat}

    if before is not None and facts(before) == facts(after):
        return False
    earlier = None if before is None else facts(before)
    work.note("camera_changed", "device", after.device_id, actor, before=earlier, after=facts(after))
    return True
