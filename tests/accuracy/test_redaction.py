"""The claim: persons are pixelated before a byte is written. Real people, and a face detector to find them.

Each second of the clip goes through the whole pipeline and the second look as in service; a face detector
(YuNet, at twice the size) looks at the frame as captured and as it would be kept.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.appearance.mosaic import pixelate
from edge_agent.bootstrap.agent import person_finder
from edge_agent.bootstrap.camera import CameraParts, open_pipeline
from edge_agent.bootstrap.identifiers import ReplayIds
from edge_agent.capture import Playback, SourceParts, open_source
from edge_agent.config.camera import load_camera
from edge_agent.detect import open_detector
from edge_agent.evidence.redact import PERSON_LABELS, find_hidden
from edge_agent.pipeline import Sender, frame_size_px
from edge_agent.types import Image
from tests.fakes.clock import FakeClock
from tests.fakes.pipeline import FakeLedger, FakeMeter
from tests.shared_data import shared

CAMERA = """
[camera]
id = "corridor"
source = "clip"
[[zone]]
id = "floor"
kind = "drop_zone"
polygon = [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]
"""
ANALYSE_FPS = 5
MARGIN = 0.15


class FaceFinder:
    """Counts faces of twelve pixels and more."""

    def __init__(self) -> None:
        model = shared("models/face_detection_yunet_2026may.onnx")
        self._detector = cv2.FaceDetectorYN.create(str(model), "", (640, 480), 0.7)

    def count(self, image: Image) -> int:
        large = cv2.resize(image, None, fx=2, fy=2)
        self._detector.setInputSize((large.shape[1], large.shape[0]))
        _, faces = self._detector.detect(large)
        return 0 if faces is None else len(faces)


def kept_and_captured(tmp_path: Path, model: str) -> Iterator[tuple[Image, Image]]:
    """Yield a frame a second: as it would be kept, and as it was captured."""
    clip = shared("clips/bag_drop_corridor.mp4")
    (tmp_path / "camera.toml").write_text(CAMERA)
    settings, detector = load_camera(tmp_path / "camera.toml"), open_detector(model)
    detects_persons = bool(PERSON_LABELS.intersection(detector.labels))
    ids = ReplayIds("corridor")
    sender = Sender("box-1", "corridor", detector.model)
    parts = CameraParts(settings, sender, detector, FakeLedger(), FakeMeter(), ids, is_live=False)
    source = open_source(
        str(clip), SourceParts("corridor", FakeClock(), lambda: 0.5, analyse_fps=ANALYSE_FPS), Playback()
    )
    pipeline, finder = None, person_finder(detector, MARGIN)
    for number, frame in enumerate(ids.following(source.frames())):
        pipeline = pipeline or open_pipeline(parts, frame_size_px(frame))
        pipeline.step(frame)
        assert pipeline.last_observation is not None
        if number % ANALYSE_FPS == 0:
            hidden = find_hidden(pipeline.last_observation, detects_persons=detects_persons, margin=MARGIN)
            found = finder.to_hide(frame.image) if finder else []
            yield pixelate(frame.image, (*hidden.boxes, *found)), frame.image


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.parametrize("model", ["default", "none"])
def test_no_face_is_left_in_what_is_kept(tmp_path: Path, model: str) -> None:
    faces = FaceFinder()
    in_kept = in_captured = 0
    shown = []
    for kept, captured in kept_and_captured(tmp_path, model):
        in_kept += faces.count(kept)
        in_captured += faces.count(captured)
        shown.append(float(np.mean((kept == captured).all(axis=2))))
    assert in_captured >= 20, "the clip does show faces"
    assert in_kept == 0
    assert np.mean(shown) > 0.6, "the place itself stays to be seen"
