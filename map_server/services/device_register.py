"""The register of devices: many at once from a list, one by one on its page, and tokens for many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from map_server.domain.audit_log import JsonObject
from map_server.domain.device import ENROLMENT_LIFETIME, Device, Enrolment, checked_device_id
from map_server.domain.errors import Conflict, FieldError, InvalidInput, NotFound
from map_server.domain.national_id import national_id_from
from map_server.domain.place import Area
from map_server.domain.reach import NOWHERE, Spot
from map_server.domain.whereabouts import grids_of_compounds
from map_server.services.devices import IssuedToken, hash_of
from map_server.services.ports import Begin, Clock, UnitOfWork

MAX_ROWS = 10_000
MAX_FAULTS = 50
MAX_TEXT = 120


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One line of the register as people write it. `compound` is its id or its name; empty: not known.

    `line` is where it stands in its file, from 1.
    """

    device_id: str
    name: str = ""
    compound: str = ""
    place: str = ""
    national_id: str = ""
    line: int = 1


class DeviceFileReader(Protocol):
    """Reads lists of devices as offices have them."""

    def read(self, content: bytes) -> list[DeviceEntry]:
        """Read CSV or XLSX. Raises InvalidInput with one line that says what is wrong."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int


class DeviceRegister:
    """Everything that was given, or nothing."""

    def __init__(
        self, begin: Begin, clock: Clock, new_token: Callable[[], str], reader: DeviceFileReader
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._new_token = new_token
        self._reader = reader

    def import_file(self, content: bytes, actor: str) -> ImportResult:
        """Take in a list. Raises InvalidInput that names every faulty line; then nothing was changed."""
        return self.import_entries(self._reader.read(content), actor)

    def import_entries(self, entries: Sequence[DeviceEntry], actor: str) -> ImportResult:
        """Register the devices that are new and change those that are known."""
        if not 1 <= len(entries) <= MAX_ROWS:
            raise InvalidInput(f"the list has {len(entries)} devices; give 1 to {MAX_ROWS}")
        now = self._clock.now()
        with self._begin() as work:
            placing = _Placing(work.areas.of_layer("grids"), work.areas.of_layer("compounds"))
            known = work.devices.many([entry.device_id for entry in entries])
            wanted = _checked(work, entries, placing)
            new = [
                one.on(Device(device_id, registered_at=now))
                for device_id, one in wanted.items()
                if device_id not in known
            ]
            changed = [
                after
                for device_id, device in known.items()
                if (after := wanted[device_id].on(device)) != device
            ]
            work.devices.put(*new, *changed)
            for device in new:
                work.note("device_registered", "device", device.device_id, actor, after=_facts(device))
            for device in changed:
                before = _facts(known[device.device_id])
                work.note("device_changed", "device", device.device_id, actor, "", before, _facts(device))
            work.commit()
        unchanged = len(wanted) - len(new) - len(changed)
        return ImportResult(
            tuple(device.device_id for device in new),
            tuple(device.device_id for device in changed),
            unchanged,
        )

    def change(self, entry: DeviceEntry, actor: str) -> Device:
        """Change one registered device. Raises NotFound."""
        with self._begin() as work:
            if work.devices.get(entry.device_id) is None:
                raise NotFound("There is no such device.")
        self.import_entries([entry], actor)
        with self._begin() as work:
            device = work.devices.get(entry.device_id)
        assert device is not None
        return device

    def issue_many(self, device_ids: Sequence[str], actor: str) -> list[IssuedToken]:
        """Make a one-time token for each of these registered devices; they are seen this once.

        Raises NotFound when one is not registered; then none is made.
        """
        now = self._clock.now()
        issued = [IssuedToken(each, self._new_token(), now + ENROLMENT_LIFETIME) for each in device_ids]
        with self._begin() as work:
            unknown = set(device_ids) - work.devices.many(device_ids).keys()
            if unknown:
                raise NotFound(f"there is no device {min(unknown)}; register it first")
            work.devices.put_enrolment(
                *(Enrolment(hash_of(one.token), one.device_id, now, one.expires_at) for one in issued)
            )
            for one in issued:
                work.note("enrolment_issued", "device", one.device_id, actor)
            work.commit()
        return issued


class _Placing:
    """Finds the compound that a list names, and the grid in which it lies."""

    def __init__(self, grids: Sequence[Area], compounds: Sequence[Area]) -> None:
        self._grids = grids_of_compounds(grids, compounds)
        self._ids: dict[str, str] = {}
        for area in compounds:
            for name in (area.area_id, area.name_zh, area.name_en):
                self._ids.setdefault(name.strip().casefold(), area.area_id)

    def spot(self, compound: str) -> Spot:
        """Give where a compound lies; nowhere for none. Raises InvalidInput for an unknown one."""
        if not compound.strip():
            return NOWHERE
        compound_id = self._ids.get(compound.strip().casefold())
        if compound_id is None:
            raise InvalidInput(f"compound {compound!r}: no loaded compound has this id or name")
        return Spot(compound_id, self._grids.get(compound_id))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the register shall say of a device."""

    name: str
    place: str
    national_id: str | None
    spot: Spot

    def on(self, device: Device) -> Device:
        """Give the device with it."""
        return replace(device, name=self.name, place=self.place, national_id=self.national_id, spot=self.spot)


def _checked(work: UnitOfWork, entries: Sequence[DeviceEntry], placing: _Placing) -> dict[str, _Wanted]:
    """Give what each device shall have, by id. Raises InvalidInput with all faults, each with its line."""
    faults: list[FieldError] = []
    wanted: dict[str, _Wanted] = {}
    lines: dict[str, int] = {}
    for entry in entries:
        try:
            one = _wanted(entry, placing)
            for what in filter(None, (entry.device_id, one.national_id)):
                if what in lines:
                    raise Conflict(f"{what} stands in line {lines[what]} too")
                lines[what] = entry.line
            wanted[entry.device_id] = one
        except (InvalidInput, Conflict) as error:
            faults.append(FieldError(f"line {entry.line}", error.message))
    taken = work.devices.by_national_id([one.national_id for one in wanted.values() if one.national_id])
    faults += [
        FieldError(f"device {device_id}", f"device {owner} has the national id {one.national_id}")
        for device_id, one in wanted.items()
        if (owner := taken.get(one.national_id or "", device_id)) != device_id
    ]
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InvalidInput(f"{faults[0].path}: {faults[0].message}{more}", tuple(faults[:MAX_FAULTS]))
    return wanted


def _wanted(entry: DeviceEntry, placing: _Placing) -> _Wanted:
    checked_device_id(entry.device_id)
    for name, text in (("name", entry.name), ("place", entry.place)):
        if len(text) > MAX_TEXT:
            raise InvalidInput(f"{name}: has {len(text)} characters; give at most {MAX_TEXT}")
    return _Wanted(
        name=entry.name.strip(),
        place=entry.place.strip(),
        national_id=str(national_id_from(entry.national_id)) if entry.national_id.strip() else None,
        spot=placing.spot(entry.compound),
    )


def _facts(device: Device) -> JsonObject:
    return {
        "name": device.name,
        "place": device.place,
        "national_id": device.national_id,
        "compound_id": device.spot.compound_id,
    }
