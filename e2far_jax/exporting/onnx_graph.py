"""An ONNX graph that grows node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# The first operators with layer normalisation, and the file format of their time, so that runtimes
# of 2022 and later read the graph.
OPSET, IR_VERSION = 17, 8


class OnnxGraph:
    """Nodes and constants; values are called by the names that `add` returns."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(
        self, operator: str, *inputs: str | np.ndarray, name: str = "", **attributes: Any
    ) -> str:
        """Add a node with one output.

        Args:
          operator: of the ONNX standard.
          inputs: values by name; arrays become constants.
          name: of the output; made up by default.
          attributes: of the operator.
        Returns:
          The output's name.
        """
        output = name or f"{operator.lower()}_{len(self._nodes)}"
        names = [self._name_of(value, output) for value in inputs]
        self._nodes.append(helper.make_node(operator, names, [output], output, **attributes))
        return output

    def part(self, value: str, start: int, stop: int, *axes: int) -> str:
        """Entries `start` to `stop` along each of some axes."""
        bounds = [np.array([number] * len(axes), np.int64) for number in (start, stop)]
        return self.add("Slice", value, *bounds, np.array(axes, np.int64))

    def model(
        self,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
    ) -> onnx.ModelProto:
        """The whole graph.

        Args:
          inputs: shapes by name, free sizes as words; all are float32.
          outputs: the same of some nodes' outputs.
        """
        graph = helper.make_graph(
            self._nodes, "e2far", _infos(inputs), _infos(outputs), self._constants
        )
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="e2far_jax",
        )

    def _name_of(self, value: str | np.ndarray, user: str) -> str:
        if isinstance(value, str):
            return value
        name = f"{user}.constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def _infos(shapes: Mapping[str, Sequence[int | str]]) -> list[onnx.ValueInfoProto]:
    return [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
        for name, shape in shapes.items()
    ]
