"""The mean of several networks is a network of the same shape, and other networks are refused."""

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from models.train.average import averaged, read


def network(*weight: float) -> ModelProto:
    constants = [
        numpy_helper.from_array(np.array(weight, np.float32), "weight"),
        numpy_helper.from_array(np.array([1, len(weight)], np.int64), "shape"),
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [len(weight)]) for name in ("in", "out")]
    node = helper.make_node("Add", ["in", "weight"], ["out"])
    return helper.make_model(helper.make_graph([node], "small", ports[:1], ports[1:], constants))


def test_weights_are_averaged_and_shapes_are_kept() -> None:
    mean = averaged([network(1.0, 4.0), network(2.0, 4.0), network(6.0, 1.0)])
    weight, shape = (numpy_helper.to_array(each) for each in mean.graph.initializer)
    assert weight.tolist() == [3.0, 3.0]
    assert weight.dtype == np.float32
    assert shape.tolist() == [1, 2]


def test_networks_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="exports of one run"):
        averaged([network(1.0), network(1.0, 2.0)])


@pytest.mark.parametrize("content", [b"", b"no network"])
def test_a_file_that_is_no_network_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"other\.onnx: not an exported network"):
        read(path)
