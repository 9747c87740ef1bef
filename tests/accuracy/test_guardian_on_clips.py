"""The guardian on published clips: silent on all of them as they are, loud when they are spoilt."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from edge_agent.capture import SourceParts, open_source
from edge_agent.guardian import Guardian, GuardianParams
from edge_agent.motion import MotionGate, MotionParams
from edge_agent.types import Image
from tests.fakes.clock import FakeClock
from tests.footage import frame_at
from tests.shared_data import shared
from wire_contract.vocabulary import CameraState

pytestmark = pytest.mark.shared_data

CLIPS = ("bag_drop_corridor", "lighting_swings", "parking_lot_passing")
FPS = 2.5


@cache
def pictures_of(clip: str) -> tuple[Image, ...]:
    source = open_source(
        str(shared(f"clips/{clip}.mp4")), SourceParts("clip", FakeClock(), lambda: 0.0, analyse_fps=FPS)
    )
    return tuple(frame.image for frame in source.frames())


def judged(pictures: list[Image]) -> list[CameraState]:
    gate, guardian = MotionGate(MotionParams()), Guardian(GuardianParams())
    said = []
    for number, picture in enumerate(pictures):
        frame = frame_at(number / FPS, picture)
        said.append(guardian.update(frame, gate.update(frame)))
    return said


def turned(picture: Image) -> Image:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1)
    return np.asarray(
        cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def half_covered(picture: Image) -> Image:
    picture = picture.copy()
    picture[:, : picture.shape[1] // 2] = 60
    return picture


def blurred(picture: Image) -> Image:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3), np.uint8)


@pytest.mark.parametrize("clip", CLIPS)
def test_footage_as_it_is_raises_nothing(clip):
    assert set(judged(list(pictures_of(clip)) * 2)) == {CameraState.OK}


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (turned, CameraState.MOVED),
        (half_covered, CameraState.COVERED),
        (blurred, CameraState.DEFOCUSED),
        (None, CameraState.FROZEN),
    ],
)
def test_spoilt_footage_is_noticed_within_a_minute(clip: str, spoil: Callable[[Image], Image] | None, state):
    good = list(pictures_of(clip))
    minute = [good[number % len(good)] for number in range(round(60 * FPS))]
    spoilt = [good[-1]] * len(minute) if spoil is None else [spoil(picture) for picture in minute]
    said = judged(good + spoilt)
    assert set(said[: len(good)]) == {CameraState.OK}
    assert said[-1] is state
