"""The annotated video is legible at any size, even-sided, and there whole or not at all."""

from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from edge_agent.commands.annotated_video import AnnotatedVideo
from edge_agent.commands.drawing import COLOUR_OF_KIND, Canvas
from edge_agent.errors import ConfigError
from edge_agent.types import Event, Frame, Observation, Zone, ZoneKind
from tests.fakes.clock import NOON
from tests.fakes.pipeline import event
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

ZONE = Zone("forecourt", ZoneKind.DROP_ZONE, ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)))


def written(path: Path, size_px: tuple[int, int], steps: list[list[Event]]) -> list[np.ndarray]:
    """Write one grey frame per step and read the video back."""
    image = np.full((size_px[1], size_px[0], 3), 60, np.uint8)
    with AnnotatedVideo(path, 5.0, [ZONE]) as video:
        for number, events in enumerate(steps):
            at = NOON + timedelta(seconds=number / 5)
            state = CameraState.COVERED if number == 1 else CameraState.OK
            video.write(
                Frame("cam-1", number, at, image),
                Observation("cam-1", at, size_px, camera_state=state),
                events,
            )
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


@pytest.mark.parametrize(
    ("size_px", "shown_px"),
    [
        # small footage is enlarged
        ((320, 240), (640, 480)),
        # odd sides are made even for 4:2:0
        ((641, 481), (640, 480)),
        # large footage is shrunk
        ((2560, 1440), (1280, 720)),
    ],
)
def test_video_is_legible_at_any_size(
    tmp_path: Path, size_px: tuple[int, int], shown_px: tuple[int, int]
) -> None:
    (picture,) = written(tmp_path / "seen.mp4", size_px, [[]])
    assert (picture.shape[1], picture.shape[0]) == shown_px


def test_banner_stands_from_opened_to_a_while_after_closed(tmp_path: Path) -> None:
    box = (100.0, 100.0, 140.0, 140.0)
    opened = event(box_xyxy_px=box, frame_size_px=(640, 480))
    closed = event(EventPhase.CLOSED, box_xyxy_px=box, frame_size_px=(640, 480))
    pictures = written(
        tmp_path / "seen.mp4", (640, 480), [[], [opened], [], [closed], *[[] for _ in range(20)]]
    )
    amber = np.array(COLOUR_OF_KIND[EventKind.GARBAGE_DROP])
    has_banner = [
        bool(
            np.abs(np.median(picture[-12:, 300:600].reshape(-1, 3), axis=0) - (0.75 * amber + 15)).max() < 25
        )
        for picture in pictures
    ]
    assert has_banner[0] is False
    assert all(has_banner[1:15])
    assert not any(has_banner[19:])


def test_video_of_a_replay_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    def break_off() -> None:
        with AnnotatedVideo(tmp_path / "seen.mp4", 5.0, []) as video:
            image = np.zeros((48, 64, 3), np.uint8)
            video.write(Frame("cam-1", 0, NOON, image), Observation("cam-1", NOON, (64, 48)), [])
            raise RuntimeError("the footage is damaged")

    with pytest.raises(RuntimeError):
        break_off()
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there_is_a_mendable_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no video can be written there"):
        written(tmp_path / "no" / "seen.mp4", (64, 48), [[]])


def test_long_line_is_shrunk_into_the_picture() -> None:
    canvas = Canvas(np.zeros((480, 640, 3), np.uint8), (640, 480))
    canvas.banner(0, "word " * 60, (0, 0, 0))
    lettering = canvas.picture[-20:].max(axis=2)
    assert lettering.max() > 100
    assert lettering[:, -6:].max() == 0
