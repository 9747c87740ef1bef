"""Reading MOTChallenge rows: what comes out, and what is said of rows that are wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.capture.detections import DetectedFrame, DetectionFile
from edge_agent.errors import ConfigError

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def read(tmp_path: Path, text: str) -> list[DetectedFrame]:
    path = tmp_path / "det.txt"
    path.write_text(text)
    labels = {2: "car", 7: "large_vehicle"}
    return list(DetectionFile(path, 10.0, (640, 540), START, labels.get).frames())


def test_rows_become_timed_frames_with_the_empty_ones_between(tmp_path: Path) -> None:
    frames = read(
        tmp_path,
        "2,-1,10,20,30,40,0.5,2,-1,-1\n2,-1,100,20,30,40,0.9,7,-1,-1\n\n4,-1,-1,-1,-1,-1,-1,-1,-1,-1\n",
    )
    assert [len(frame.detections) for frame in frames] == [0, 2, 0, 0]
    assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
    assert (frames[1].captured_at - START).total_seconds() == pytest.approx(0.1)
    first = frames[1].detections[0]
    assert (first.label, first.score, first.box_xyxy_px) == ("car", 0.5, (10, 20, 40, 60))


def test_rows_may_come_in_any_order_and_with_eight_columns(tmp_path: Path) -> None:
    frames = read(tmp_path, "3,-1,1,1,5,5,0.5,2\n1,-1,2,2,5,5,0.5,2\n")
    assert [len(frame.detections) for frame in frames] == [1, 0, 1]


def test_classes_that_no_rule_knows_are_left_out(tmp_path: Path) -> None:
    (frame,) = read(tmp_path, "1,-1,1,1,5,5,0.5,16\n")
    assert frame.detections == ()


def test_boxes_are_cut_at_the_border(tmp_path: Path) -> None:
    (frame,) = read(tmp_path, "1,-1,-5,500,20,80,0.5,2\n")
    assert frame.detections[0].box_xyxy_px == (0, 500, 15, 540)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,-1,10,20,30", "line 2: has 5 columns, 8 or more are needed: frame,-1,x,y,w,h,confidence"),
        ("one,-1,10,20,30,40,0.5,2", "line 2: frame: 'one' is not a number"),
        ("1.5,-1,10,20,30,40,0.5,2", "line 2: frame: '1.5' is not a whole number"),
        ("0,-1,10,20,30,40,0.5,2", "line 2: frame: 0 is not in 1..100000000; frames count from 1"),
        ("1,-1,10,20,0,40,0.5,2", "line 2: w, h: 0 x 40 must both be greater than 0"),
        ("1,-1,10,nan,30,40,0.5,2", "line 2: y: 'nan' is not a finite number"),
        ("1,-1,10,20,30,40,50,2", "line 2: confidence: 50 is not in 0..1"),
        ("1,-1,10,20,30,40,0.5,car", "line 2: class_id: 'car' is not a number"),
        (
            "1,-1,900,20,30,40,0.5,2",
            "line 2: x, y: box at 900, 20 lies outside the 640x540 picture; check --size",
        ),
    ],
)
def test_malformed_row_is_named_with_its_line_and_column(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, f"1,-1,10,20,30,40,0.5,2\n{row}\n")
    assert message in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "det.txt"))


@pytest.mark.parametrize(("text", "message"), [("", "holds no rows"), ("\n\n", "holds no rows")])
def test_file_without_rows_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, text)


def test_file_that_is_absent_or_no_text_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "det.txt"
    with pytest.raises(ConfigError, match="cannot be read"):
        list(DetectionFile(picture, 10.0, (640, 540), START, {}.get).frames())
    picture.write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ConfigError, match="is no text file"):
        list(DetectionFile(picture, 10.0, (640, 540), START, {}.get).frames())
