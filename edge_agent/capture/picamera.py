"""The Raspberry Pi's own camera, through picamera2 when that library is present."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Protocol, cast

from edge_agent.capture.params import CaptureParams
from edge_agent.capture.pictures import Picture, held
from edge_agent.errors import ConfigError, TransientError
from edge_agent.types import Image


class PiCamera(Protocol):
    """The part of picamera2.Picamera2 that is used."""

    def create_video_configuration(self, *, main: dict[str, object], controls: dict[str, object]) -> object:
        """Make a configuration for continuous capture."""

    def configure(self, configuration: object) -> object:
        """Apply it."""

    def start(self) -> object:
        """Begin to capture."""

    def capture_array(self, name: str) -> Image:
        """Wait for the next picture of that stream."""

    def close(self) -> object:
        """Free the camera."""


OpenPiCamera = Callable[[int], PiCamera]


def find_picamera2() -> OpenPiCamera:
    """Give the constructor of picamera2's camera. Raises ConfigError that says how to install the library."""
    try:
        return cast(OpenPiCamera, import_module("picamera2").Picamera2)
    except ImportError as error:
        raise ConfigError(
            "source: picamera: needs the picamera2 library: sudo apt install python3-picamera2, and a "
            f"virtual environment with --system-site-packages ({error})"
        ) from error


class PiCameraStream:
    """One opening of the camera with that number."""

    def __init__(self, number: int, open_camera: OpenPiCamera, params: CaptureParams) -> None:
        self._number = number
        self._open_camera = open_camera
        self._params = params

    def pictures(self) -> Iterator[Picture]:
        """Open the camera and yield pictures. Raises TransientError when it does not answer."""
        try:
            camera = self._open_camera(self._number)
        except (RuntimeError, IndexError, OSError) as error:
            raise TransientError(
                f"Pi camera {self._number} cannot be opened: {error}; check its cable"
            ) from error
        try:
            self._start(camera)
            while True:
                yield held(camera.capture_array("main")[:, :, :3])
        except (RuntimeError, OSError) as error:
            raise TransientError(f"Pi camera {self._number} stopped: {error}") from error
        finally:
            camera.close()

    def _start(self, camera: PiCamera) -> None:
        size = (self._params.width_px, self._params.height_px)
        # What picamera2 calls "RGB888" lies in memory as blue, green, red (The Picamera2 Library, 4.2).
        configuration = camera.create_video_configuration(
            main={"size": size, "format": "RGB888"}, controls={"FrameRate": self._params.fps}
        )
        camera.configure(configuration)
        camera.start()
