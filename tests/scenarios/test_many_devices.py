"""A subdistrict's 4,041 boxes beat for ten minutes; 41 of them fall silent and come back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from map_server.domain.device import Beat, Device, Vitals
from map_server.domain.place import Whereabouts
from map_server.services.devices import Devices
from map_server.services.heartbeats import MAX_AT_ONCE, Heartbeats
from tests.small_ward import SmallWard, small_ward

COUNT, KILLED = 4_041, 41
VITALS = Vitals("0.1.0", 0.0, 0, 0, 0, 0, 0, 10**10, None, None)
BEATS = [Beat(f"box-{number:04d}", VITALS, ()) for number in range(COUNT)]


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[SmallWard]:
    with small_ward(tmp_path) as opened:
        yield opened


def test_no_beat_is_lost_and_each_silence_is_one_alarm_and_one_clear(ward: SmallWard) -> None:
    heartbeats = Heartbeats(ward.begin, ward.clock, lambda _: Whereabouts())
    devices = Devices(ward.begin, ward.begin.reading, ward.clock, lambda: "token")
    with ward.begin() as work:
        work.devices.put(*(Device(beat.device_id, registered_at=ward.clock.now()) for beat in BEATS))
        work.commit()

    for minute in range(10):
        living = BEATS if minute < 2 or minute >= 8 else BEATS[KILLED:]
        for first in range(0, len(living), MAX_AT_ONCE):
            assert heartbeats.take(living[first : first + MAX_AT_ONCE]) == set()
        with ward.begin.reading() as work:
            stored = work.devices.many([beat.device_id for beat in living])
        assert {device.last_seen_at for device in stored.values()} == {ward.clock.now()}
        assert len(stored) == len(living)
        for _ in range(3):
            ward.clock.wall += timedelta(seconds=20)
            devices.mark_silent()

    with ward.begin.reading() as work:
        entries = list(work.audit_log.entries())
    alarms = [entry.subject_id for entry in entries if entry.action == "device_went_offline"]
    clears = [entry.subject_id for entry in entries if entry.action == "device_came_online" and entry.before]
    killed = [beat.device_id for beat in BEATS[:KILLED]]
    assert sorted(alarms) == sorted(clears) == killed
