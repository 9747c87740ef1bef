"""Network cameras by RTSP (RFC 7826, RFC 2326) over TCP: one connection as a stream of pictures."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import av

from edge_agent.capture.pictures import Picture, picture_of
from edge_agent.errors import ConfigError, TransientError

_OPTIONS = {
    "rtsp_transport": "tcp",  # UDP loses packets, and each loss smears the picture until the next key frame
    "allowed_media_types": "video",
    "fflags": "nobuffer",
    "flags": "low_delay",
}


class RtspStream:
    """One connection to an RTSP camera. `no_frame_s` bounds both the opening and each wait for data."""

    def __init__(self, url: str, no_frame_s: float) -> None:
        self._url = url
        self._no_frame_s = no_frame_s

    def pictures(self) -> Iterator[Picture]:
        """Connect and yield pictures. Raises TransientError with a message free of credentials."""
        try:
            with av.open(self._url, options=_OPTIONS, timeout=self._no_frame_s) as container:
                for packet in container.demux(video=0):
                    yield from _decoded(packet)
        except av.error.FFmpegError as error:
            raise TransientError(_reason(error)) from None  # the cause would carry the URL with its password
        except (IndexError, OSError) as error:
            raise TransientError(f"gives no video ({type(error).__name__})") from None


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


def _reason(error: av.error.FFmpegError) -> str:
    if isinstance(error, av.error.HTTPUnauthorizedError):
        return "the camera refuses the user name or password"
    if isinstance(error, av.error.HTTPNotFoundError):
        return "the camera knows no stream of that path"
    if isinstance(error, av.error.ExitError):
        return "no data in time"
    return str(error.strerror)
