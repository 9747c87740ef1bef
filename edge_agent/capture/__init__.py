"""Frames from wherever they come: `open_source` picks the source by the form of its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.capture.file import VideoFile
from edge_agent.capture.folder import ImageFolder
from edge_agent.capture.latest import LiveStream
from edge_agent.capture.params import CaptureParams, Playback
from edge_agent.capture.picamera import PiCameraStream, find_picamera2
from edge_agent.capture.reconnect import LiveSource, LiveStatus
from edge_agent.capture.rtsp import RtspStream, check_rtsp_url
from edge_agent.capture.timeline import RecordedSource
from edge_agent.capture.usb import UsbStream
from edge_agent.errors import ConfigError
from edge_agent.ports import Clock

__all__ = [
    "CaptureParams",
    "LiveSource",
    "LiveStatus",
    "Playback",
    "RecordedSource",
    "SourceParts",
    "open_source",
]

_RTSP = re.compile(r"rtsps?://", re.IGNORECASE)
_USB = re.compile(r"usb:(\d+)|(/dev/\S+)")
_PI_CAMERA = re.compile(r"picamera:(\d*)")
_OTHER_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceParts:
    """What every source is made with: whose frames they are, the clock, chance, and the rate of analysis.

    `random` gives numbers in [0, 1). `analyse_fps` thins the frames before their pixels are converted; None
    gives every frame.
    """

    camera_id: str
    clock: Clock
    random: Callable[[], float]
    params: CaptureParams = field(default_factory=CaptureParams)
    analyse_fps: float | None = None


def open_source(
    source: str, parts: SourceParts, playback: Playback | None = None
) -> RecordedSource | LiveSource:
    """Open a source; live ones connect when their `frames` are first asked for.

    Forms: `rtsp://…` or `rtsps://…`, `usb:0` or `/dev/video0`, `picamera:` or `picamera:1`, else the path of
    a video file or of a folder of images. Raises ConfigError when it can never work.
    """
    if _RTSP.match(source):
        stream = RtspStream(source, parts.params)
        return _live(parts, check_rtsp_url(source), lambda: stream)
    if usb := _USB.fullmatch(source):
        device = usb[2] or f"/dev/video{usb[1]}"
        return _live(parts, device, lambda: UsbStream(device, parts.params))
    if pi := _PI_CAMERA.fullmatch(source):
        number, open_camera = int(pi[1] or 0), find_picamera2()
        return _live(parts, source, lambda: PiCameraStream(number, open_camera, parts.params))
    if other := _OTHER_SCHEME.match(source):
        raise ConfigError(
            f"source: {other[1]}:// is not supported; allowed are rtsp://, usb:0, picamera:, "
            "a video file and a folder of images"
        )
    if not source:
        raise ConfigError(
            "source: is empty; give a video file, a folder of images, rtsp://, usb:0 or picamera:"
        )
    path, playback = Path(source), playback or Playback()
    recording = ImageFolder(path, playback.fps) if path.is_dir() else VideoFile(path, playback.fps)
    return RecordedSource(parts.camera_id, recording, playback, parts.clock, parts.analyse_fps)


def _live(parts: SourceParts, name: str, open_stream: Callable[[], LiveStream]) -> LiveSource:
    return LiveSource(
        parts.camera_id, name, open_stream, parts.params, parts.clock, parts.random, parts.analyse_fps
    )
