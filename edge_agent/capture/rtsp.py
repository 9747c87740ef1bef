"""Network cameras by RTSP (RFC 7826, RFC 2326) over TCP: one connection as a stream of pictures."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import av

from edge_agent.capture.params import CaptureParams
from edge_agent.capture.pictures import Picture, picture_of
from edge_agent.errors import ConfigError, TransientError

_OPTIONS = {
    "rtsp_transport": "tcp",  # UDP loses packets, and each loss smears the picture until the next key frame
    "allowed_media_types": "video",
    "fflags": "nobuffer",
    "flags": "low_delay",
    "analyzeduration": "500000",  # microseconds; the default of 5 s delays the first frame by seconds
}


class RtspStream:
    """One connection to an RTSP camera. Opening and each wait for data are bounded by the parameters."""

    def __init__(self, url: str, params: CaptureParams) -> None:
        self._url = url
        self._timeout = (params.open_s, params.no_frame_s)

    def pictures(self) -> Iterator[Picture]:
        """Connect and yield pictures. Raises TransientError with a message free of credentials."""
        try:
            with av.open(self._url, options=_OPTIONS, timeout=self._timeout) as container:
                for packet in container.demux(video=0):
                    yield from _decoded(packet)
            return
        except (av.error.FFmpegError, IndexError, OSError) as error:
            problem = _problem(error)
        raise TransientError(problem)  # outside, so that no traceback shows FFmpeg's error with the password


def check_rtsp_url(url: str) -> str:
    """Give a name for the camera that is safe to log. Raises ConfigError when the URL names no host."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise ConfigError(
            "source: not a usable RTSP address; write it like rtsp://user:password@192.168.1.20:554/stream"
        )
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"


def _decoded(packet: "av.Packet[av.video.stream.VideoStream]") -> Iterator[Picture]:
    try:
        for frame in packet.decode():
            yield picture_of(frame)
    except av.error.InvalidDataError:
        return  # one damaged packet; the next key frame mends the picture, the watchdog sees when none comes


_PROBLEMS: tuple[tuple[type[Exception], str], ...] = (
    (av.error.HTTPUnauthorizedError, "the camera refuses the user name or password"),
    (av.error.HTTPForbiddenError, "the camera refuses this user the stream"),
    (av.error.HTTPNotFoundError, "the camera knows no stream of that path"),
    (av.error.ExitError, "no data in time"),
    (av.error.InvalidDataError, "the camera sends nothing that can be read"),
    (IndexError, "the stream holds no video"),
)


def _problem(error: Exception) -> str:
    for kind, text in _PROBLEMS:
        if isinstance(error, kind):
            return text
    return f"the camera cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})"
