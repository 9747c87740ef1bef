"""Video files through PyAV: pictures with the file's own timestamps, also at a variable frame rate."""

from collections.abc import Iterator
from pathlib import Path

import av
import structlog

from edge_agent.capture.pictures import picture_of
from edge_agent.capture.timeline import Shot
from edge_agent.errors import ConfigError

_log = structlog.get_logger()
_USUAL_FPS = 25.0


class VideoFile:
    """A Recording. A damaged packet is left out and the rest goes on."""

    def __init__(self, path: Path, fps: float | None = None) -> None:
        """`fps` replaces the file's timestamps. Raises ConfigError when the file cannot be used."""
        if not path.is_file():
            raise ConfigError(f"{path}: no such video file; check the path in `source` or --source")
        self._path = path
        self._fps = fps
        if next(self.shots(), None) is None:
            raise ConfigError(f"{path}: no picture can be decoded; the file is damaged or holds no video")

    @property
    def total_frames(self) -> int | None:
        """The container's own count, else its length times its rate."""
        with self._open() as container:
            stream = container.streams.video[0]
            if stream.frames:
                return int(stream.frames)
            if container.duration is None or stream.average_rate is None:
                return None
            return round(container.duration / av.time_base * float(stream.average_rate))

    def shots(self) -> Iterator[Shot]:
        """Yield pictures with their distance from the first one."""
        with self._open() as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            interval_s = 1.0 / float(stream.average_rate or stream.guessed_rate or _USUAL_FPS)
            times = _Times(1.0 / self._fps) if self._fps else _Times(interval_s, follow_stamps=True)
            for frame in self._decode(container, stream):
                yield Shot(times.next_s(frame.time), picture_of(frame))

    def _open(self) -> av.container.InputContainer:
        try:
            # A name with a colon must not be taken as a protocol, and a playlist must not reach the network.
            container = av.open(f"file:{self._path}", options={"protocol_whitelist": "file"})
        except (av.error.FFmpegError, OSError) as error:
            raise ConfigError(f"{self._path}: is not a readable video ({error.strerror})") from error
        if not container.streams.video:
            container.close()
            raise ConfigError(f"{self._path}: holds no video stream")
        return container

    def _decode(
        self, container: av.container.InputContainer, stream: av.video.stream.VideoStream
    ) -> Iterator[av.VideoFrame]:
        damaged = 0
        try:
            for packet in container.demux(stream):
                try:
                    yield from packet.decode()
                except av.error.InvalidDataError:
                    damaged += 1
        except av.error.FFmpegError as error:
            _log.warning("video_ends_early", file=str(self._path), reason=error.strerror)
        if damaged:
            _log.warning("video_damaged", file=str(self._path), packets_left_out=damaged)


class _Times:
    """Rising offsets from timestamps that may be missing, repeat, or begin anew in the middle of a file."""

    def __init__(self, interval_s: float, *, follow_stamps: bool = False) -> None:
        self._interval_s = interval_s
        self._follow_stamps = follow_stamps
        self._last_s: float | None = None
        self._shift_s = 0.0
        self._count = -1

    def next_s(self, stamp_s: float | None) -> float:
        self._count += 1
        if not self._follow_stamps:
            return self._count * self._interval_s
        if self._last_s is None:
            self._shift_s = -(stamp_s or 0.0)
            self._last_s = 0.0
            return 0.0
        offset_s = self._last_s + self._interval_s if stamp_s is None else stamp_s + self._shift_s
        if offset_s <= self._last_s:
            corrected_s = self._last_s + self._interval_s
            self._shift_s += corrected_s - offset_s
            offset_s = corrected_s
        self._last_s = offset_s
        return offset_s
