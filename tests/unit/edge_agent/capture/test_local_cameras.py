"""USB and Pi cameras, as far as they can be tried without one."""

import numpy as np
import pytest

from edge_agent.capture.params import CaptureParams
from edge_agent.capture.picamera import PiCameraStream
from edge_agent.capture.usb import UsbStream
from edge_agent.errors import TransientError


def test_a_usb_camera_that_is_not_plugged_in_may_come_later():
    with pytest.raises(TransientError, match=r"/dev/video99.*plugged in"):
        next(UsbStream("/dev/video99", CaptureParams()).pictures())


class FakePiCamera:
    """Behaves as picamera2.Picamera2 does, for three pictures."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.calls: list[str] = []
        self.left = 3
        self.configuration: object = None

    def create_video_configuration(self, *, main, controls):
        return {"main": main, "controls": controls}

    def configure(self, configuration):
        self.calls.append("configure")
        self.configuration = configuration

    def start(self):
        self.calls.append("start")

    def capture_array(self, name):
        assert name == "main"
        if not self.left:
            raise RuntimeError("camera timed out")
        self.left -= 1
        return np.dstack([np.full((4, 6), level, np.uint8) for level in (10, 20, 30, 255)])

    def close(self):
        self.calls.append("close")


def test_the_pi_camera_gives_bgr_pictures_and_is_freed_when_it_fails():
    opened = []

    def open_camera(number):
        opened.append(FakePiCamera(number))
        return opened[-1]

    stream = PiCameraStream(1, open_camera, CaptureParams(width_px=640, height_px=480, fps=5))
    pictures = stream.pictures()
    images = [next(pictures)() for _ in range(3)]
    with pytest.raises(TransientError, match="Pi camera 1 stopped: camera timed out"):
        next(pictures)
    camera = opened[0]
    assert camera.number == 1
    assert camera.calls == ["configure", "start", "close"]
    assert camera.configuration == {
        "main": {"size": (640, 480), "format": "RGB888"},
        "controls": {"FrameRate": 5},
    }
    assert images[0].shape == (4, 6, 3)
    assert images[0][0, 0].tolist() == [10, 20, 30]
    assert images[0].flags["C_CONTIGUOUS"]


def test_a_pi_camera_that_is_not_connected_may_come_later():
    def open_camera(number):
        raise IndexError("list index out of range")

    with pytest.raises(TransientError, match="check its cable"):
        next(PiCameraStream(0, open_camera, CaptureParams()).pictures())
