"""USB cameras by Video4Linux2, read through FFmpeg."""

from collections.abc import Iterator

import av

from edge_agent.capture.params import CaptureParams
from edge_agent.capture.pictures import Picture, picture_of
from edge_agent.errors import TransientError


class UsbStream:
    """One opening of a device such as /dev/video0."""

    def __init__(self, device: str, params: CaptureParams) -> None:
        self._device = device
        self._params = params

    def pictures(self) -> Iterator[Picture]:
        """Open the device and yield pictures. Raises TransientError when it is missing or busy."""
        wished = {
            "video_size": f"{self._params.width_px}x{self._params.height_px}",
            "framerate": f"{self._params.fps:g}",
        }
        try:
            with av.open(
                self._device,
                format="video4linux2",
                options=wished,
                timeout=(self._params.open_s, self._params.no_frame_s),
            ) as container:
                for frame in container.decode(video=0):
                    yield picture_of(frame)
        except (av.error.FFmpegError, OSError) as error:
            raise TransientError(
                f"{self._device}: {error.strerror or error}; is the camera plugged in?"
            ) from error
