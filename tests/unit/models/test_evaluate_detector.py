"""What `models.evaluate detector` says about a detector is what COCO's rules say, worked by hand."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edge_agent.errors import ConfigError
from edge_agent.types import BoxXyxy, Detection
from models.evaluate.__main__ import app
from models.evaluate.detector_figures import NOTHING, SIZES, confusion_of, figures_of
from models.evaluate.detector_look import is_night, open_eye, shrunk
from models.evaluate.detector_precision import Looked, area_under_curve, average_precision
from models.evaluate.detector_truth import TrueThing, Truth
from tests.tiny_models import manifest_toml, yolox_net

BOX: BoxXyxy = (10, 10, 50, 50)
FAR: BoxXyxy = (200, 200, 240, 240)


def looked(
    seen: list[tuple[str, float, BoxXyxy]], *things: tuple[str, BoxXyxy], ignored: tuple[BoxXyxy, ...] = ()
):
    truth = Truth(tuple(TrueThing(label, box) for label, box in things), ignored)
    return Looked("a", tuple(Detection(label, score, box) for label, score, box in seen), truth)


def shifted(box: BoxXyxy, x_px: float) -> BoxXyxy:
    return box[0] + x_px, box[1], box[2] + x_px, box[3]


def test_the_curve_is_read_at_101_recalls() -> None:
    # Right, wrong, right of two objects: precision 1 up to recall 0.50 (51 points), then 2/3 (50 points).
    assert area_under_curve(np.array([True, False, True]), 2) == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_an_object_never_found_costs_its_recalls() -> None:
    # One right of two: precision 1 for the 51 recalls from 0.00 to 0.50, nothing beyond.
    assert area_under_curve(np.array([True]), 2) == pytest.approx(51 / 101)


def test_detections_of_all_pictures_stand_in_one_order() -> None:
    pictures = [looked([("garbage", 0.6, BOX)], ("garbage", BOX)), looked([("garbage", 0.9, FAR)])]
    assert average_precision(pictures, "garbage").ap50 == pytest.approx(0.5)


def test_a_looser_box_counts_at_low_overlap_only() -> None:
    # Shifted by 8 of 40 px: IoU 32 / 48 = 0.67, right at 0.50, 0.55, 0.60 and 0.65.
    precision = average_precision([looked([("garbage", 0.9, shifted(BOX, 8))], ("garbage", BOX))], "garbage")
    assert precision.ap50 == 1.0
    assert precision.ap == pytest.approx(0.4)


def test_a_second_box_on_the_same_object_is_wrong() -> None:
    seen = [("garbage", 0.9, BOX), ("garbage", 0.8, shifted(BOX, 2)), ("garbage", 0.7, FAR)]
    precision = average_precision([looked(seen, ("garbage", BOX), ("garbage", FAR))], "garbage")
    assert precision.ap50 == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_what_lies_in_an_ignored_place_counts_neither_way() -> None:
    seen = [("garbage", 0.9, FAR), ("garbage", 0.8, BOX)]
    place = (190.0, 190.0, 260.0, 260.0)
    assert average_precision([looked(seen, ("garbage", BOX), ignored=(place,))], "garbage").ap50 == 1.0
    assert average_precision([looked(seen, ("garbage", BOX))], "garbage").ap50 == pytest.approx(0.5)


def test_objects_of_another_size_count_neither_way() -> None:
    small: BoxXyxy = (100, 100, 120, 120)
    seen = [("garbage", 0.9, BOX), ("garbage", 0.8, small)]
    picture = looked(seen, ("garbage", BOX), ("garbage", small))
    precision = average_precision([picture], "garbage", SIZES["small"])
    assert (precision.objects, precision.ap50) == (1, 1.0)


def test_a_class_without_objects_has_no_figure() -> None:
    assert average_precision([looked([("car", 0.9, BOX)])], "car").ap50 is None


def test_day_and_night_are_scored_apart() -> None:
    pictures = [looked([("garbage", 0.9, BOX)], ("garbage", BOX))]
    figures = figures_of(pictures, ["garbage"], {"a": True})
    assert figures["garbage"]["night"].ap50 == 1.0
    assert figures["garbage"]["day"].objects == 0


def test_a_dark_picture_is_night() -> None:
    assert is_night(np.full((20, 20, 3), 40, np.uint8))
    assert not is_night(np.full((20, 20, 3), 140, np.uint8))


def test_confusion_names_what_a_thing_was_called() -> None:
    seen = [("overflow", 0.9, BOX), ("garbage", 0.8, FAR), ("garbage", 0.1, BOX)]
    confusion = confusion_of([looked(seen, ("garbage_bin", BOX), ("car", (300, 300, 350, 350)))], LABELS, 0.3)
    assert dict(confusion.counts) == {
        ("garbage_bin", "overflow"): 1,
        (NOTHING, "garbage"): 1,
        ("car", NOTHING): 1,
    }
    assert len(confusion.mistakes) == 3


LABELS = ["garbage", "garbage_bin", "overflow", "car"]


def test_a_picture_can_be_shown_farther_away() -> None:
    image = np.full((90, 120, 3), 255, np.uint8)
    frame, (x, y) = shrunk(image, 1 / 3)
    assert frame.shape == image.shape
    assert (x, y) == (40, 30)
    assert (frame[30:60, 40:80] == 255).all()
    assert (frame[:30] == 114).all()


def white_square(folder: Path) -> Path:
    """A picture in which the tiny network sees one square of 16 px at (24, 24), and labels that say so."""
    for name in ("images", "labels"):
        (folder / name).mkdir()
    image = np.zeros((64, 64, 3), np.uint8)
    image[24:32, 24:32] = 255
    cv2.imwrite(str(folder / "images" / "a.png"), image)
    (folder / "labels" / "a.txt").write_text("0 0.375 0.375 0.25 0.25\n", encoding="utf-8")
    (folder / "classes.txt").write_text("square\ncircle\n", encoding="utf-8")
    net = yolox_net(folder / "tiny.onnx")
    net.with_suffix(".toml").write_text(manifest_toml(net), encoding="utf-8")
    return folder


def run(*arguments: object) -> tuple[int, str, Exception | None]:
    result = CliRunner().invoke(app, ["detector", *map(str, arguments)])
    error = result.exception if isinstance(result.exception, ConfigError) else None
    return result.exit_code, result.output, error


def test_results_hold_boxes_in_pixels_of_the_file(tmp_path: Path) -> None:
    folder = white_square(tmp_path)
    out = tmp_path / "out.json"
    assert run("--images", folder / "images", "--model", folder / "tiny.onnx", "--results", out)[0] == 0
    assert json.loads(out.read_text()) == [
        {"image": "a.png", "label": "square", "score": 1.0, "bbox": [16.0, 16.0, 16.0, 16.0]}
    ]


def test_with_labels_it_prints_and_writes_figures_and_a_page(tmp_path: Path) -> None:
    folder = white_square(tmp_path)
    labelled = ("--labels", folder / "labels", "--classes", folder / "classes.txt")
    wanted = ("--json", folder / "figures.json", "--report", folder / "report")
    model = ("--model", folder / "tiny.onnx", "--results", folder / "out.json")
    code, output, _ = run("--images", folder / "images", *labelled, *wanted, *model)
    assert code == 0
    assert "1.000 (1.000) / 1" in output
    figures = json.loads((folder / "figures.json").read_text())
    assert figures["by_class"]["square"]["all"] == {"objects": 1, "AP50": 1.0, "AP": 1.0}
    assert (folder / "report" / "confusion.png").is_file()
    assert "Missed (0)" in (folder / "report" / "mistakes.html").read_text()


def test_a_shrunk_picture_gives_boxes_in_pixels_of_the_file(tmp_path: Path) -> None:
    folder = white_square(tmp_path)
    image = np.zeros((64, 64, 3), np.uint8)
    image[16:32, 16:32] = 255
    eye = open_eye(str(folder / "tiny.onnx"), shrink=0.5)
    seen = eye.look(image)
    assert seen
    assert all(0 <= value <= 64 for each in seen for value in each.box_xyxy_px)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (("images", "a.png", None), "holds no pictures"),
        (("images", "a.png", "text"), "is not a picture that can be read"),
        (("labels", "a.txt", "0 0.5 0.5\n"), "a.txt, line 1: is not a YOLO row"),
        (("labels", "a.txt", "2 0.5 0.5 0.1 0.1\n"), "class 2, but --classes names 2"),
        ((".", "classes.txt", ""), "holds no class names"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(
    tmp_path: Path, broken: tuple[str, str, str | None], message: str
) -> None:
    folder = white_square(tmp_path)
    where, name, text = broken
    file = folder / where / name
    if text is None:
        file.unlink()
    else:
        file.write_text(text, encoding="utf-8")
    labelled = ("--labels", folder / "labels", "--classes", folder / "classes.txt")
    model = ("--model", folder / "tiny.onnx", "--results", folder / "out.json")
    _, _, error = run("--images", folder / "images", *labelled, *model)
    assert message in str(error)
    assert not (folder / "out.json").exists()


def test_a_figure_without_labels_is_refused(tmp_path: Path) -> None:
    folder = white_square(tmp_path)
    options = ("--json", folder / "f.json", "--model", folder / "tiny.onnx", "--results", folder / "out.json")
    _, _, error = run("--images", folder / "images", *options)
    assert "need --labels" in str(error)


def test_hand_labels_are_read_with_their_ignored_places(tmp_path: Path) -> None:
    folder = white_square(tmp_path)
    entry = {"size": [64, 64], "boxes": [["square", 16, 16, 32, 32]], "ignored": [], "place": "A1"}
    (folder / "labels" / "hand.json").write_text(json.dumps({"a.png": entry}), encoding="utf-8")
    model = ("--model", folder / "tiny.onnx", "--results", folder / "out.json")
    _, _, error = run("--images", folder / "images", "--labels", folder / "labels", *model)
    assert "'square'; known are person" in str(error)


def test_models_are_timed_side_by_side(tmp_path: Path) -> None:
    folder = white_square(tmp_path)
    net = str(folder / "tiny.onnx")
    result = CliRunner().invoke(
        app,
        [
            "detector-time",
            "--images",
            str(folder / "images"),
            "--model",
            net,
            "--model",
            net,
            "--rounds",
            "2",
        ],
    )
    assert result.exit_code == 0
    assert "against the first" in result.output
