"""The trained file computes what the trained network computes, and a run goes on where it was stopped."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

torch = pytest.importorskip("torch", reason="PyTorch comes with make train alone")

from models.train.checkpoint import Progress  # noqa: E402
from models.train.classes import FROM_COCO, LABELS  # noqa: E402
from models.train.export import export  # noqa: E402
from models.train.network import Network  # noqa: E402
from models.train.params import TrainingParams  # noqa: E402
from models.train.targets import Cells, Targets, decode, loss  # noqa: E402

SIDE_PX = 64
KNOWN = len(set(FROM_COCO.values()))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A network of a YOLOX file's shape: a stem with SiLU, and a head of four convolutions at three
    strides."""
    rng = np.random.default_rng(1)
    nodes, constants = [], {}

    def conv(name: str, source: str, channels: tuple[int, int], kernel: int, stride: int) -> None:
        weight = rng.normal(0, 0.3, (channels[1], channels[0], kernel, kernel)).astype(np.float32)
        constants[f"{name}.w"] = weight
        constants[f"{name}.b"] = rng.normal(0, 0.1, channels[1]).astype(np.float32)
        nodes.append(
            helper.make_node(
                "Conv",
                [source, f"{name}.w", f"{name}.b"],
                [name],
                group=1,
                kernel_shape=[kernel] * 2,
                strides=[stride] * 2,
                pads=[(kernel - 1) // 2] * 4,
            )
        )

    source, channels, flat = "images", 3, []
    for level, stride in enumerate((8, 2, 2)):
        conv(f"stem{level}", source, (channels, 8), 9 if level == 0 else 3, stride)
        nodes.append(helper.make_node("Sigmoid", [f"stem{level}"], [f"gate{level}"]))
        source, channels = f"act{level}", 8
        nodes.append(helper.make_node("Mul", [f"stem{level}", f"gate{level}"], [source]))
        for part, size in (("box", 4), ("obj", 1), ("cls", 80)):
            conv(f"{part}{level}", source, (8, size), 1, 1)
        for part in ("obj", "cls"):
            nodes.append(helper.make_node("Sigmoid", [f"{part}{level}"], [f"{part}{level}.p"]))
        parts = [f"box{level}", f"obj{level}.p", f"cls{level}.p"]
        nodes.append(helper.make_node("Concat", parts, [f"level{level}"], axis=1))
        nodes.append(helper.make_node("Reshape", [f"level{level}", "flat"], [f"flat{level}"]))
        flat.append(f"flat{level}")
    constants["flat"] = np.array([1, 85, -1], np.int64)
    nodes += [
        helper.make_node("Concat", flat, ["joined"], axis=2),
        helper.make_node("Transpose", ["joined"], ["output"], perm=[0, 2, 1]),
    ]
    graph = helper.make_graph(
        nodes,
        "base",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    path = tmp_path / "base.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
    return path


def pictures(count: int = 4) -> "torch.Tensor":
    return (
        torch.from_numpy(np.random.default_rng(2).uniform(0, 255, (count, 3, SIDE_PX, SIDE_PX))).float() / 64
    )


def answer(file: Path, picture: "torch.Tensor") -> np.ndarray:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"images": picture.numpy()})[0])[0]


def flattened(network: Network, picture: "torch.Tensor") -> np.ndarray:
    with torch.no_grad():
        rows = torch.cat([values.flatten(2) for values in network.eval()(picture)], dim=2)[0].T
        rows[:, 4:] = rows[:, 4:].sigmoid()
    return rows.numpy()


def test_the_network_computes_what_the_file_computes(base: Path) -> None:
    network = Network(base)
    network.restore_normalisation(pictures())
    assert flattened(network, pictures()[:1]) == pytest.approx(answer(base, pictures()[:1]), abs=1e-4)


def test_the_written_file_computes_what_the_network_computes(base: Path, tmp_path: Path) -> None:
    network = Network(base)
    network.restore_normalisation(pictures())
    network.learn_classes()
    export(network, tmp_path / "out.onnx", SIDE_PX)
    model = onnx.load(str(tmp_path / "out.onnx"))
    assert model.opset_import[0].version == 13
    rows = answer(tmp_path / "out.onnx", pictures()[:1])
    assert rows.shape == (64 + 16 + 4, 5 + len(LABELS))
    assert rows == pytest.approx(flattened(network, pictures()[:1]), abs=1e-4)


def truth_of(
    labels: list[int],
    boxes: list[list[float]],
    ignored: list[list[float]] | None = None,
    left: list[list[float]] | None = None,
) -> Targets:
    return Targets(
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.tensor(labels, dtype=torch.int64),
        torch.tensor(ignored or [], dtype=torch.float32).reshape(-1, 4),
        torch.tensor(left or [], dtype=torch.float32).reshape(-1, 4),
        torch.zeros(64 + 16 + 4, KNOWN + 4),
    )


def maps(objectness: float) -> "list[torch.Tensor]":
    made = []
    for side in (8, 4, 2):
        values = torch.zeros(1, 5 + len(LABELS), side, side)
        values[:, 4:] = objectness
        made.append(values)
    return made


def test_each_number_of_the_network_belongs_to_one_part(base: Path) -> None:
    network = Network(base)
    parts = network.parts()
    shared_out = [id(value) for values in parts.values() for value in values]
    assert sorted(shared_out) == sorted(id(value) for value in network.parameters())
    assert len(parts["predictions"]) == 2 * 9  # weight and bias of box, object and class at three strides


def test_the_box_of_a_cell_is_decoded_from_its_corner() -> None:
    cells = Cells.of(maps(0.0))
    boxes = decode(torch.zeros(1, 84, 4), cells)
    assert boxes[0, 9].tolist() == [4.0, 4.0, 12.0, 12.0]  # second row, second column, stride 8
    assert boxes[0, 83].tolist() == [16.0, 16.0, 48.0, 48.0]


def test_seeing_something_on_empty_ground_costs_and_in_an_ignored_place_does_not() -> None:
    loud = maps(3.0)
    costly, _ = loss(loud, [truth_of([], [])], guide_weight=0.0)
    spared, _ = loss(loud, [truth_of([], [], [[0, 0, SIDE_PX, SIDE_PX]])], guide_weight=0.0)
    assert float(costly) > 100
    assert float(spared) == 0.0


def test_differing_from_the_base_network_costs() -> None:
    truth = truth_of([], [], [[0, 0, SIDE_PX, SIDE_PX]])
    quiet, _ = loss(maps(-8.0), [truth], guide_weight=1.0)
    truth.guide[9] = torch.tensor([0.9, 0, 0, 0, 4.0, 4.0, 12.0, 12.0])
    missed, _ = loss(maps(-8.0), [truth], guide_weight=1.0)
    assert float(missed) > float(quiet) + 1


@pytest.mark.parametrize("is_found_by_teacher", [False, True])
def test_what_the_base_network_sees_is_left_to_it_but_is_no_rubbish(is_found_by_teacher: bool) -> None:
    everywhere = [[-1.0, -1.0, SIDE_PX + 1.0, SIDE_PX + 1.0]]
    plain, hinted = truth_of([], []), truth_of([], [], left=everywhere if is_found_by_teacher else None)
    hinted.guide[:, 0] = 0.0 if is_found_by_teacher else 0.1
    asleep = maps(3.0)
    for values in asleep:
        values[:, 5:] = -8.0  # something is there, and it is none of the classes
    loud, _ = loss(asleep, [plain], guide_weight=1e-6)
    spared, _ = loss(asleep, [hinted], guide_weight=1e-6)
    rubbish, _ = loss(maps(3.0), [hinted], guide_weight=1e-6)
    assert float(spared) < 0.01 * float(loud)
    assert float(rubbish) > 0.5 * float(loud)


def test_while_settling_a_picture_is_seen_alike_whatever_it_is_batched_with(base: Path) -> None:
    network = Network(base)
    network.restore_normalisation(pictures())
    network.train().hold_normalisation()
    alone, among = network(pictures()[:1])[0], network(pictures())[0]
    assert torch.allclose(alone[0], among[0], atol=1e-4)
    statistics = [each.clone() for name, each in network.named_buffers() if "running" in name]
    network(pictures() * 3)
    now = [each for name, each in network.named_buffers() if "running" in name]
    assert all(torch.equal(one, other) for one, other in zip(statistics, now, strict=True))


def test_a_file_that_is_no_network_is_named(tmp_path: Path) -> None:
    (tmp_path / "start.onnx").write_text("not a network", encoding="utf-8")
    with pytest.raises(ValueError, match=r"start\.onnx: not an ONNX file"):
        Network(tmp_path / "start.onnx")


def progress(base: Path, folder: Path, **changes: float) -> Progress:
    network = Network(base)
    optimiser = torch.optim.AdamW(network.parameters())
    params = TrainingParams(**{"steps": 10, "settling_steps": 5, **changes})  # type: ignore[arg-type]
    return Progress(network, Network(base), optimiser, params, folder)


def test_a_run_goes_on_where_it_was_stopped(base: Path, tmp_path: Path) -> None:
    progress(base, tmp_path).save(7)
    assert progress(base, tmp_path, steps=20).resume() == 7
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch": 8}, r"batch was 16, now 8"),
        ({"fold": 3}, r"fold was 6, now 3"),  # its held-back photos were trained on
    ],
)
def test_a_checkpoint_of_another_configuration_is_refused(
    base: Path, tmp_path: Path, change: dict[str, float], message: str
) -> None:
    progress(base, tmp_path).save(7)
    with pytest.raises(ValueError, match=rf"another configuration \({message}\)"):
        progress(base, tmp_path, **change).resume()
