"""`edge-agent doctor`: what is wrong with this box, one line per check, each fault with its mend."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from edge_agent.bootstrap.box import ONE_TIME_VARIABLE, TOKEN_FILE, TOKEN_VARIABLE
from edge_agent.bootstrap.clock import SystemClock
from edge_agent.capture.stamp import EARLIEST
from edge_agent.commands.first_frame import first_frame
from edge_agent.config.agent import AgentSettings, ServerTable, load_agent, load_cameras
from edge_agent.config.camera import CameraSettings
from edge_agent.detect import open_detector
from edge_agent.errors import ConfigError, EdgeError, PermanentError, TransientError
from edge_agent.geolocate import calibrate
from edge_agent.pipeline import frame_size_px
from edge_agent.ports import Clock
from edge_agent.types import ZoneKind
from edge_agent.uplink import HttpUplink, load_token

OLDEST_PYTHON = (3, 11)
CAMERA_WAIT_S = 15.0
ROOM_FOR_OUTBOX_BYTES = 256 * 1024 * 1024
POOR_CALIBRATION_M = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; `mend` says what to do when it failed."""

    subject: str
    text: str
    mend: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing has to be done."""
        return not self.mend

    def __str__(self) -> str:
        return f"{'ok  ' if self.is_good else 'FAIL'}  {self.subject:<24} {self.text}" + (
            "" if self.is_good else f"; {self.mend}"
        )


def examine(file: Path, clock: Clock | None = None) -> Iterator[Finding]:
    """Yield findings as they are made. Raises ConfigError for settings that cannot be read."""
    clock = clock or SystemClock(Event())
    settings = load_agent(file)
    cameras = load_cameras(file, settings)
    yield Finding("settings", f"{file} and {len(cameras)} camera files are sound")
    yield check_python(sys.version_info[:2])
    yield check_clock(clock)
    yield check_disk(settings)
    yield check_model(settings)
    for camera in cameras:
        yield check_zones(camera)
        yield from check_camera(camera, clock)
    yield check_server(settings, clock)


def check_python(version: tuple[int, ...]) -> Finding:
    """Compare with the oldest that works."""
    text = f"Python {platform.python_version()} on {platform.machine()}"
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return Finding("python", text, "" if version >= OLDEST_PYTHON else f"install Python {wanted} or newer")


def check_clock(clock: Clock) -> Finding:
    """A box without a battery clock begins in 1970 or at its last shutdown."""
    now = clock.now()
    text = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < EARLIEST:
        return Finding(
            "clock", text, "that cannot be; cameras wait until the time is set: timedatectl set-ntp true"
        )
    return Finding("clock", text)


def check_disk(settings: AgentSettings) -> Finding:
    """The data directory must be there, be writable, and have room."""
    data = settings.agent.data_directory
    subject = "data directory"
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = data / ".doctor"
        probe.write_bytes(b"lilong")
        probe.unlink()
        free = shutil.disk_usage(data).free
    except OSError as error:
        return Finding(subject, f"{data}: {error.strerror}", "give the agent a folder that it may write to")
    needed = settings.evidence_store.min_free_bytes + ROOM_FOR_OUTBOX_BYTES
    text = f"{data}: {free / 2**30:.1f} GiB free"
    return Finding(subject, text, "" if free >= needed else f"make {needed / 2**30:.1f} GiB free")


def check_model(settings: AgentSettings) -> Finding:
    """The model must be there, have the right hash, and run once."""
    name = settings.agent.model
    try:
        model = open_detector(name, settings.agent.detector_threads).model
    except ConfigError as error:
        return Finding("model", f"{name}: {error}", "see there")
    return Finding("model", "none: no objects are recognised" if model is None else f"{model.id}, hash right")


def check_zones(camera: CameraSettings) -> Finding:
    """A camera without a watched zone reports nothing for ever."""
    subject = f"zones of {camera.camera.id}"
    kinds = [zone.kind for zone in camera.zones if zone.kind not in (ZoneKind.IGNORE, ZoneKind.BIN)]
    if not kinds:
        return Finding(subject, "none is watched", "draw a drop_zone, fire_lane or structure_watch")
    return Finding(subject, ", ".join(f"{zone.zone_id} ({zone.kind})" for zone in camera.zones))


def check_camera(camera: CameraSettings, clock: Clock) -> Iterator[Finding]:
    """The camera must give a picture, and its control points must fit it."""
    subject = f"camera {camera.camera.id}"
    try:
        frame = first_frame(camera, clock, CAMERA_WAIT_S)
    except EdgeError as error:
        yield Finding(subject, str(error), "check power, cable, address and password")
        return
    width, height = frame_size_px(frame)
    yield Finding(subject, f"gives pictures of {width}x{height}")
    yield check_geotag(camera, (width, height))


def check_geotag(camera: CameraSettings, frame_size_px: tuple[int, int]) -> Finding:
    """Say how well places on the ground are known."""
    subject = f"geotag of {camera.camera.id}"
    if not camera.control_point:
        if camera.position_lonlat is None:
            return Finding(
                subject, "events carry no place", "give [camera] position or four [[control_point]]"
            )
        error_m = camera.geolocate.position_error_m
        return Finding(subject, f"the camera's own position, within {error_m:g} m; no control points")
    try:
        fit = calibrate(camera.control_point, camera.lens, camera.geolocate, frame_size_px)
    except ValueError as error:
        return Finding(subject, str(error), "click the control points again: edge-agent calibrate")
    text = f"{len(camera.control_point)} control points, {fit.rms_m:.2f} m rms"
    is_poor = fit.rms_m > POOR_CALIBRATION_M
    return Finding(subject, text, "look for the bad one: edge-agent calibrate" if is_poor else "")


def check_server(settings: AgentSettings, clock: Clock) -> Finding:
    """The server must answer and know this device's token. An empty batch asks just that."""
    if settings.server is None:
        return Finding("server", "none is set: events stay in the outbox")
    return _ask_server(settings, settings.server, clock)


def _ask_server(settings: AgentSettings, server: ServerTable, clock: Clock) -> Finding:
    device_id = settings.agent.id
    try:
        token = os.environ.get(TOKEN_VARIABLE) or load_token(settings.agent.data_directory / TOKEN_FILE)
        if token is None:
            mend = f"map-server enroll-device {device_id}, then start with {ONE_TIME_VARIABLE}=TOKEN"
            return Finding("server", f"{server.url}: this device is not enrolled", mend)
        uplink = HttpUplink(server.url, device_id, settings.uplink, clock)
        uplink.use_token(token)
    except ConfigError as error:
        return Finding("server", str(error), "see there")
    try:
        uplink.send_events([])
    except PermanentError:
        pass  # it knows us, and refuses only an empty batch
    except TransientError as error:
        return Finding("server", str(error), "check the address, the network and the token")
    finally:
        uplink.close()
    return Finding("server", f"{server.url} answers and knows {device_id}")
