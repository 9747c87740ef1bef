"""What the use cases of devices need from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from map_server.domain.device import Camera, Device, Enrolment


class DeviceRepository(Protocol):
    """Devices, one-time tokens and cameras, inside one unit of work."""

    def get(self, device_id: str) -> Device | None:
        """Give a device."""

    def many(self, device_ids: Collection[str]) -> dict[str, Device]:
        """Give those of these devices that exist, by id."""

    def by_national_id(self, national_ids: Collection[str]) -> dict[str, str]:
        """Give the ids of the devices that have these national ids."""

    def put(self, *changed: Device) -> None:
        """Store devices, new or changed."""

    def put_grids(self, grid_of_compound: Mapping[str, str | None]) -> None:
        """Write the grid of every device that belongs to a compound again."""

    def online_but_silent(self, since: datetime) -> list[Device]:
        """Give the devices marked online that were last seen before `since`."""

    def enrolment(self, token_hash: str) -> Enrolment | None:
        """Give a one-time token by its hash."""

    def put_enrolment(self, *changed: Enrolment) -> None:
        """Store one-time tokens, new or used."""

    def cameras_of(self, device_ids: Collection[str]) -> dict[tuple[str, str], Camera]:
        """Give the cameras of devices by device and camera."""

    def cameras(self, device_id: str) -> dict[str, Camera]:
        """Give the cameras of a device by their id."""

    def put_cameras(self, cameras: Sequence[Camera]) -> None:
        """Store cameras, new or changed."""


class CameraDayRepository(Protocol):
    """For how long each camera could judge on each day of the ward, inside one unit of work."""

    def add(self, day: date, observed_s: Mapping[tuple[str, str], float]) -> None:
        """Add seconds to a day, by device and camera."""
