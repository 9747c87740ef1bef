"""Turning network output into boxes: grids, distributions, scaling, doubles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.detect.decode import (
    Candidates,
    decode_nanodet_plus,
    decode_yolox,
    grid,
    letterbox,
    suppress_doubles,
)

STRIDES = (8, 16, 32)


def candidates(*rows):
    """Make candidates from rows x1, y1, x2, y2, score, class."""
    table = np.array(rows, dtype=np.float32).reshape(-1, 6)
    return Candidates(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


@pytest.mark.parametrize(
    ("width", "height", "inner", "scale"),
    [
        (640, 480, (416, 312), 0.65),  # wide: padded below
        (480, 640, (312, 416), 0.65),  # high: padded at the right
        (416, 416, (416, 416), 1.0),  # exactly the input
        (104, 52, (416, 208), 4.0),  # small: enlarged
    ],
)
def test_letterbox_keeps_the_aspect_and_pads_right_and_below(width, height, inner, scale):
    canvas, measured = letterbox(np.full((height, width, 3), 255, np.uint8), (416, 416), 114)
    assert measured == pytest.approx(scale)
    assert canvas.shape == (416, 416, 3)
    assert (canvas[: inner[1], : inner[0]] == 255).all()
    assert (canvas[inner[1] :] == 114).all()
    assert (canvas[:, inner[0] :] == 114).all()


def test_the_grid_lists_every_level_row_by_row():
    cells, strides = grid((416, 416), STRIDES)
    assert len(cells) == 52 * 52 + 26 * 26 + 13 * 13 == 3549
    assert cells[1].tolist() == [1, 0]
    assert cells[52].tolist() == [0, 1]
    assert strides[[0, 2704, 3548]].ravel().tolist() == [8, 16, 32]


def test_a_grid_counts_partly_filled_cells():
    assert len(grid((320, 320), (8, 16, 32, 64))[0]) == 2125


def test_yolox_centre_and_size_follow_cell_and_stride():
    output = np.zeros((3549, 7), np.float32)
    row = 2704 + 26 * 3 + 5  # stride 16, column 5, row 3
    output[row] = [0.5, 0.25, np.log(4), np.log(2), 0.9, 0.1, 0.8]
    found = decode_yolox(output, (416, 416), STRIDES, 0.3)
    assert found.class_ids.tolist() == [1]
    assert found.scores.tolist() == pytest.approx([0.72])
    assert found.boxes_xyxy[0].tolist() == pytest.approx([88 - 32, 52 - 16, 88 + 32, 52 + 16])


def test_yolox_score_is_objectness_times_class():
    output = np.zeros((3549, 7), np.float32)
    output[:3, 4:] = [[0.9, 0.3, 0.0], [0.5, 0.5, 0.5], [0.2, 1.0, 1.0]]
    assert len(decode_yolox(output, (416, 416), STRIDES, 0.3).scores) == 0
    assert len(decode_yolox(output, (416, 416), STRIDES, 0.25).scores) == 2


def test_a_wild_network_gives_no_infinite_box():
    output = np.full((3549, 7), 1000.0, np.float32)
    output[:, 4:] = 1.0
    assert np.isfinite(decode_yolox(output, (416, 416), STRIDES, 0.3).boxes_xyxy).all()


def test_nanodet_sides_are_means_of_their_distributions_times_stride():
    output = np.zeros((2125, 2 + 4 * 8), np.float32)
    row = 1600 + 20 * 4 + 6  # stride 16, column 6, row 4: centre 96, 64
    sides = np.full((4, 8), -30.0, np.float32)
    sides[0, 2] = sides[1, 1] = sides[2, 7] = 30.0  # certain: left 2, top 1, right 7 strides
    sides[3, 3] = sides[3, 4] = 30.0  # bottom between 3 and 4
    output[row, :2] = [0.1, 0.6]
    output[row, 2:] = sides.ravel()
    found = decode_nanodet_plus(output, (320, 320), (8, 16, 32, 64), 0.3, classes=2)
    assert found.class_ids.tolist() == [1]
    assert found.scores.tolist() == pytest.approx([0.6])
    assert found.boxes_xyxy[0].tolist() == pytest.approx([96 - 32, 64 - 16, 96 + 112, 64 + 56])


def test_doubles_of_one_class_fall_and_neighbours_stay():
    found = suppress_doubles(
        candidates(
            (0, 0, 10, 10, 0.6, 0),  # double of the next
            (0, 1, 10, 11, 0.9, 0),
            (0, 1, 10, 11, 0.5, 1),  # the same place, another class
            (20, 0, 30, 10, 0.4, 0),  # somewhere else
        ),
        max_iou=0.5,
    )
    assert found.scores.tolist() == pytest.approx([0.9, 0.5, 0.4])


def test_nothing_stays_nothing():
    assert len(suppress_doubles(candidates(), 0.5).scores) == 0


corner = st.integers(0, 40)
boxes = st.lists(
    st.builds(
        lambda x, y, w, h, score, kind: (x, y, x + w, y + h, score, kind),
        corner,
        corner,
        st.integers(1, 30),
        st.integers(1, 30),
        st.floats(0, 1, width=32),
        st.integers(0, 2),
    ),
    max_size=25,
)


@given(boxes, st.floats(0.1, 0.9))
def test_what_is_kept_does_not_overlap_and_what_fell_had_a_better_one(rows, max_iou):
    everything = candidates(*rows)
    kept = suppress_doubles(everything, max_iou)
    for one in range(len(kept.scores)):
        for other in range(one):
            if kept.class_ids[one] == kept.class_ids[other]:
                assert overlap(kept.boxes_xyxy[one], kept.boxes_xyxy[other]) <= max_iou + 1e-6
    assert list(kept.scores) == sorted(kept.scores, reverse=True)
    for box, score, kind in zip(everything.boxes_xyxy, everything.scores, everything.class_ids, strict=True):
        assert any(
            kind == kept_kind and score <= kept_score and overlap(box, kept_box) > max_iou - 1e-6
            for kept_box, kept_score, kept_kind in zip(
                kept.boxes_xyxy, kept.scores, kept.class_ids, strict=True
            )
        )


def overlap(one, other):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    union = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - shared
    return shared / union
