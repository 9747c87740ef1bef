"""Opening a model as its manifest describes it, and what it finds."""

import json
import shutil

import numpy as np
import pytest

from edge_agent.detect import NoDetector, OnnxDetector, open_detector
from edge_agent.detect.coco import COCO_CLASSES, COCO_WORDS, word_for_class_id
from edge_agent.detect.manifest import find_model
from edge_agent.errors import ConfigError
from tests.tiny_models import manifest_toml, nanodet_net, sha256_of, yolox_net

WHITE, RED = (255, 255, 255), (0, 0, 255)


def write_registry(folder, *manifests, default="tiny"):
    registry = folder / "registry.toml"
    tables = "\n".join(f"[[model]]\n{manifest}" for manifest in manifests)
    registry.write_text(f'default = "{default}"\n{tables}\n')
    return registry


def open_tiny(folder, **changes):
    net = yolox_net(folder / "tiny.onnx")
    return open_detector("tiny", registry=write_registry(folder, manifest_toml(net, **changes)))


def scene(size=(64, 64), square=(24, 32, 8), colour=WHITE):
    """Black, with a bright square: its left, top and side."""
    image = np.zeros((size[1], size[0], 3), np.uint8)
    x, y, side = square
    image[y : y + side, x : x + side] = colour
    return image


def test_a_square_is_found_where_it_is(tmp_path):
    (found,) = open_tiny(tmp_path).detect(scene())
    assert found.label == "square"
    assert found.score == pytest.approx(1.0)
    assert found.box_xyxy_px == pytest.approx((16, 24, 32, 40), abs=0.01)


def test_boxes_are_in_pixels_of_the_crop_whatever_its_size(tmp_path):
    (found,) = open_tiny(tmp_path, pad_value="0").detect(scene((256, 192), (96, 128, 32)))
    assert found.box_xyxy_px == pytest.approx((64, 96, 128, 160), abs=0.1)


def test_boxes_end_at_the_crop(tmp_path):
    (found,) = open_tiny(tmp_path).detect(scene(square=(0, 0, 8)))
    assert found.box_xyxy_px == pytest.approx((0, 0, 8, 8), abs=0.01)


def test_an_empty_picture_holds_nothing(tmp_path):
    assert open_tiny(tmp_path).detect(np.zeros((64, 64, 3), np.uint8)) == []


def test_the_colour_order_of_the_manifest_is_kept(tmp_path):
    assert open_tiny(tmp_path).detect(scene(colour=RED)) == []  # the net looks at the first channel: blue
    assert len(open_tiny(tmp_path, colour='"rgb"').detect(scene(colour=RED))) == 1


def test_mean_and_deviation_are_applied(tmp_path):
    detector = open_tiny(tmp_path, mean="[127.5, 0, 0]", std="[1.0, 1, 1]")
    (found,) = detector.detect(scene())
    assert found.score == pytest.approx(0.5)


def test_a_nanodet_model_is_decoded_by_its_own_rules(tmp_path):
    net = nanodet_net(tmp_path / "tiny.onnx")
    registry = write_registry(tmp_path, manifest_toml(net, family='"nanodet_plus"'))
    (found,) = open_detector("tiny", registry=registry).detect(scene())
    assert found.box_xyxy_px == pytest.approx((16, 24, 32, 40), abs=0.01)


def test_labels_become_the_projects_words_and_the_rest_is_dropped(tmp_path):
    renamed = open_tiny(tmp_path, label_map='{ square = "bag" }')
    assert renamed.labels == ("bag",)
    assert [found.label for found in renamed.detect(scene())] == ["bag"]
    dropped = open_tiny(tmp_path, label_map='{ circle = "bag" }')
    assert dropped.detect(scene()) == []


def test_a_word_may_have_its_own_threshold(tmp_path):
    grey = scene(colour=(128, 128, 128))
    assert len(open_tiny(tmp_path).detect(grey)) == 1
    assert open_tiny(tmp_path, min_score_by_word="{ square = 0.6 }").detect(grey) == []
    assert open_tiny(tmp_path, min_score="0.6").detect(grey) == []


def test_the_model_names_itself_for_the_events(tmp_path):
    detector = open_tiny(tmp_path)
    assert detector.model is not None
    assert detector.model.id == "tiny"
    assert detector.model.sha256 == sha256_of(tmp_path / "tiny.onnx")


def test_default_means_the_registrys_default(tmp_path):
    net = yolox_net(tmp_path / "tiny.onnx")
    registry = write_registry(tmp_path, manifest_toml(net))
    assert isinstance(open_detector("default", registry=registry), OnnxDetector)


def test_no_model_finds_nothing_and_has_no_name():
    detector = open_detector("none")
    assert isinstance(detector, NoDetector)
    assert detector.model is None
    assert detector.labels == ()
    assert detector.detect(scene()) == []


def test_a_wrong_hash_refuses_to_run(tmp_path):
    net = yolox_net(tmp_path / "tiny.onnx")
    registry = write_registry(tmp_path, manifest_toml(net, sha256=f'"{"0" * 64}"'))
    with pytest.raises(ConfigError, match=r"tiny\.onnx: wrong hash"):
        open_detector("tiny", registry=registry)


def test_an_unknown_id_names_the_known_ones(tmp_path):
    registry = write_registry(tmp_path, manifest_toml(yolox_net(tmp_path / "tiny.onnx")))
    with pytest.raises(ConfigError, match=r"knows no model 'tiny2'; known are tiny and none"):
        open_detector("tiny2", registry=registry)


def test_a_missing_file_says_how_to_point_to_it(tmp_path):
    net = yolox_net(tmp_path / "tiny.onnx")
    manifest = manifest_toml(net, root='{ env = "MODELS", otherwise = "../models" }')
    registry = write_registry(tmp_path, manifest)
    with pytest.raises(ConfigError, match=r"set MODELS to the folder that holds tiny\.onnx, or use --model"):
        find_model("tiny", registry, {})
    assert find_model("tiny", registry, {"MODELS": str(tmp_path)}).path == net


def test_a_model_by_path_is_described_by_the_manifest_beside_it(tmp_path):
    net = yolox_net(tmp_path / "own.onnx")
    (tmp_path / "own.toml").write_text(manifest_toml(net))
    assert len(open_detector(str(net), registry=tmp_path / "absent.toml").detect(scene())) == 1


def test_the_manifest_beside_it_may_be_json(tmp_path):
    net = yolox_net(tmp_path / "own.onnx")
    keys = {
        "id": "own",
        "file": "own.onnx",
        "sha256": sha256_of(net),
        "family": "yolox",
        "licence": "MIT",
        "input_size_px": [64, 64],
        "strides": [8],
        "labels": ["square", "circle"],
    }
    (tmp_path / "own.json").write_text(json.dumps(keys))
    assert open_detector(str(net)).labels == ("square", "circle")


def test_a_foreign_description_beside_it_is_checked_and_the_registry_is_asked_by_hash(tmp_path):
    net = yolox_net(tmp_path / "tiny.onnx")
    registry = write_registry(tmp_path, manifest_toml(net))
    moved = tmp_path / "elsewhere.onnx"
    shutil.copy(net, moved)
    card = tmp_path / "elsewhere.json"
    card.write_text(json.dumps({"task": "squares", "sha256": sha256_of(net)}))
    assert find_model(str(moved), registry).manifest.id == "tiny"
    card.write_text(json.dumps({"task": "squares", "sha256": "f" * 64}))
    with pytest.raises(ConfigError, match="wrong hash"):
        find_model(str(moved), registry)


def test_a_model_that_nothing_describes_says_what_to_write(tmp_path):
    net = yolox_net(tmp_path / "own.onnx")
    with pytest.raises(ConfigError, match=rf"write own\.toml beside it.*{sha256_of(net)}"):
        open_detector(str(net), registry=tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labels": '["square"]'}, "does not fit its manifest"),  # the net has two classes
        ({"strides": "[16]"}, "does not fit its manifest"),
        ({"input_size_px": "[96, 96]"}, "cannot take a 96x96 picture"),
        ({"family": '"nanodet_plus"'}, "does not fit its manifest"),
        ({"family": '"yolov9"'}, "family"),
        ({"input_size_px": "[8, 64]"}, "between 32 and 2048"),
        ({"label_map": '{ triangle = "bag" }'}, "'triangle' is not among the labels"),
        ({"std": "[0, 1, 1]"}, "std"),
        ({"min_score": "1.5"}, "min_score"),
        ({"shape": "1"}, "shape"),  # an unknown key
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_in_one_line(tmp_path, changes, reason):
    with pytest.raises(ConfigError, match=reason) as raised:
        open_tiny(tmp_path, **changes)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_network_is_refused(tmp_path):
    net = tmp_path / "tiny.onnx"
    net.write_bytes(b"not a network")
    with pytest.raises(ConfigError, match="is not a usable ONNX model"):
        open_detector("tiny", registry=write_registry(tmp_path, manifest_toml(net)))


def test_a_registry_that_cannot_be_read_says_where(tmp_path):
    registry = tmp_path / "registry.toml"
    registry.write_text("default = ")
    with pytest.raises(ConfigError, match=r"registry\.toml"):
        open_detector("tiny", registry=registry)


@pytest.mark.parametrize(
    ("class_id", "word"),
    [(0, "person"), (3, "two_wheeler"), (7, "large_vehicle"), (28, "bag"), (6, None), (80, None), (-1, None)],
)
def test_coco_ids_become_words(class_id, word):
    assert word_for_class_id(class_id) == word


def test_every_mapped_coco_class_exists():
    assert len(COCO_CLASSES) == len(set(COCO_CLASSES)) == 80
    assert set(COCO_WORDS) <= set(COCO_CLASSES)
