"""People and vehicles that nobody labelled are left to the guide, never background."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.train.classes import LABELS, LEFT_TO_GUIDE
from models.train.samples import Floats, Sample, no_places
from models.train.teacher import LEAST_SCORE, decoded_boxes, with_teacher

PERSON, CAR, BIN = LABELS.index("person"), LABELS.index("car"), LABELS.index("garbage_bin")


def photo(*boxes: list[float]) -> Sample:
    rows: Floats = np.array(boxes, np.float32).reshape(-1, 5)
    return Sample("a", np.zeros((100, 100, 3), np.uint8), rows, no_places())


@pytest.mark.parametrize("score", [0.9, 0.3])
def test_a_person_that_the_teacher_has_found_is_left_to_the_guide(score: float) -> None:
    taught = with_teacher(photo([BIN, 60, 60, 90, 90]), [[PERSON, score, 10, 10, 30, 50]])
    assert taught.boxes.tolist() == [[BIN, 60, 60, 90, 90], [LEFT_TO_GUIDE, 10, 10, 30, 50]]
    assert not len(taught.ignored)


def test_a_bin_that_the_teacher_takes_for_a_car_stays_a_bin() -> None:
    taught = with_teacher(
        photo([BIN, 10, 10, 50, 50]), [[CAR, 0.8, 12, 10, 52, 50], [CAR, 0.3, 8, 10, 48, 50]]
    )
    assert taught.boxes.tolist() == [[BIN, 10, 10, 50, 50]]
    assert not len(taught.ignored)


@given(
    st.lists(
        st.tuples(st.floats(LEAST_SCORE, 1), st.floats(0, 60), st.floats(0, 60), st.floats(5, 40)), max_size=8
    )
)
def test_no_box_of_the_teacher_becomes_background(found: list[tuple[float, ...]]) -> None:
    rows = [[float(PERSON), score, x, y, x + side, y + side] for score, x, y, side in found]
    taught = with_teacher(photo(), rows)
    assert taught.boxes[:, 0].tolist() == [LEFT_TO_GUIDE] * len(rows)


def test_a_raw_row_is_decoded_as_the_network_means_it() -> None:
    raw = np.zeros((21, 4), np.float32)  # 32 px: 4x4 cells of 8 px, 2x2 of 16, 1 of 32
    raw[5] = [0.5, 0.25, np.log(2), 0]  # second row, second column of the finest level
    boxes = decoded_boxes(raw, 32)
    assert boxes[5] == pytest.approx([(1.5 - 1) * 8, (1.25 - 0.5) * 8, (1.5 + 1) * 8, (1.25 + 0.5) * 8])
    assert boxes[20] == pytest.approx([-16, -16, 16, 16])
