"""What a user may write as `source`."""

import pytest

from edge_agent.capture import LiveSource, RecordedSource, SourceParts, open_source
from edge_agent.capture.rtsp import check_rtsp_url
from edge_agent.errors import ConfigError
from tests.fakes.clock import FakeClock
from tests.footage import numbered, write_video

PARTS = SourceParts("gate", FakeClock(), lambda: 0.0)


@pytest.mark.parametrize(
    "source", ["rtsp://10.0.0.9/stream", "RTSPS://u:p@cam:322/a?b=c", "usb:0", "/dev/video2", "usb:11"]
)
def test_live_sources_are_known_by_their_form_and_not_opened_yet(source):
    assert isinstance(open_source(source, PARTS), LiveSource)


def test_a_path_is_a_video_or_a_folder(tmp_path):
    clip = write_video(tmp_path / "usb:0.mp4", numbered(2))
    assert isinstance(open_source(str(clip), PARTS), RecordedSource)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("http://cam/mjpeg", "http:// is not supported"),
        ("exec://rm -rf /", "exec:// is not supported"),  # a setting is never a command
        ("rtsp://", "not a usable RTSP address"),
        ("rtsp://host:99999/x", "not a usable RTSP address"),
        ("usb:front", "no such video file"),
        ("", "source: is empty"),  # and not the present folder
    ],
)
def test_other_forms_are_refused_with_the_reason(source, reason):
    with pytest.raises(ConfigError, match=reason):
        open_source(source, PARTS)


def test_the_pi_camera_says_how_to_install_its_library():
    with pytest.raises(ConfigError, match=r"picamera2.*apt install"):
        open_source("picamera:", PARTS)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://admin:s3cret@10.0.0.9:554/live", "rtsp://10.0.0.9:554/live"),
        ("rtsp://10.0.0.9/live?user=admin&password=s3cret", "rtsp://10.0.0.9/live"),
        ("rtsp://admin:p%40ss@cam.local/", "rtsp://cam.local/"),
    ],
)
def test_a_camera_is_named_without_its_password(url, shown):
    assert check_rtsp_url(url) == shown


@pytest.mark.parametrize("url", ["rtsp://admin:s3cret@", "rtsp://admin:s3cret@cam:port/"])
def test_a_refused_address_does_not_repeat_the_password(url):
    with pytest.raises(ConfigError) as raised:
        open_source(url, PARTS)
    assert "s3cret" not in str(raised.value)
