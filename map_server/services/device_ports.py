"""What the use cases of devices need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from map_server.domain.device import Camera, Device, Enrolment


class DeviceRepository(Protocol):
    """Devices, one-time tokens and cameras, inside one unit of work."""

    def get(self, device_id: str) -> Device | None:
        """Give a device."""

    def put(self, device: Device) -> None:
        """Store a device, new or changed."""

    def online_but_silent(self, since: datetime) -> list[Device]:
        """Give the devices marked online that were last seen before `since`."""

    def enrolment(self, token_hash: str) -> Enrolment | None:
        """Give a one-time token by its hash."""

    def put_enrolment(self, enrolment: Enrolment) -> None:
        """Store a one-time token, new or used."""

    def cameras(self, device_id: str) -> dict[str, Camera]:
        """Give the cameras of a device by their id."""

    def put_cameras(self, cameras: Sequence[Camera]) -> None:
        """Store cameras, new or changed."""
