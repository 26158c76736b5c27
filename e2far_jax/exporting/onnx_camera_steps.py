"""Small changes of a camera as ONNX nodes: `geometry.camera_steps`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from e2far_jax.exporting.onnx_camera import gram_schmidt
from e2far_jax.exporting.onnx_graph import OnnxGraph

_FLIP = np.array([[1], [-1]], np.float32)  # from y up to y down, or back
# The rotation vector [x y z] to the first two rows of its cross product's matrix.
_CROSS = np.float32([[0, 0, 0, 0, 0, -1], [0, 0, 1, 0, 0, 0], [0, -1, 0, 1, 0, 0]])


def face_axes(graph: OnnxGraph, rotation: str) -> str:
    """The face's right and its down, in the picture's plane, in rows [B 2 2]."""
    column = graph.part(graph.part(rotation, 0, 2, 1), 1, 2, 2)
    up = graph.add("Squeeze", column, np.array([2], np.int64))
    squares = graph.add("ReduceSum", graph.add("Mul", up, up), np.array([1], np.int64), keepdims=1)
    unit = graph.add("Div", up, graph.add("Sqrt", squares))
    turned = graph.add("Gather", unit, np.array([1, 0, 0, 1], np.int64), axis=1)
    signed = graph.add("Mul", turned, np.array([1, 1, -1, 1], np.float32))
    return graph.add("Reshape", signed, np.array([0, 2, 2], np.int64))


def stepped(graph: OnnxGraph, camera: Mapping[str, str], axes: str, step: str) -> dict[str, str]:
    """A camera after a step.

    Args:
      graph: to add to.
      camera: the names of `rotation`, `scale` and `translation`.
      axes: of the face, as `face_axes` gives them.
      step: [B 6].
    Returns:
      The names of the new camera's.
    """
    across = graph.add("Transpose", axes, perm=[0, 2, 1])
    level = _along(graph, across, graph.part(step, 0, 2, 1), flipped=True)
    turn = graph.add("Concat", level, graph.part(step, 2, 3, 1), axis=1)
    matrix = graph.add("Reshape", graph.add("MatMul", turn, _CROSS), np.array([0, 2, 3], np.int64))
    change = graph.add("MatMul", matrix, camera["rotation"])
    rows = graph.add("Add", graph.part(camera["rotation"], 0, 2, 1), change)
    six = graph.add("Reshape", rows, np.array([0, 6], np.int64))
    logarithm = graph.add("Squeeze", graph.part(step, 3, 4, 1), np.array([1], np.int64))
    moved = _along(graph, across, graph.part(step, 4, 6, 1))
    scale = graph.add("Unsqueeze", camera["scale"], np.array([1], np.int64))
    return {
        "rotation": gram_schmidt(graph, six),
        "scale": graph.add("Mul", camera["scale"], graph.add("Exp", logarithm)),
        "translation": graph.add("Add", camera["translation"], graph.add("Mul", scale, moved)),
    }


def _along(graph: OnnxGraph, axes: str, vectors: str, flipped: bool = False) -> str:
    """Each of the axes times the vector, [B 2]; both with y up where it is `flipped`."""
    columns = graph.add("Unsqueeze", vectors, np.array([2], np.int64))
    if flipped:
        columns = graph.add("Mul", columns, _FLIP)
    product = graph.add("MatMul", axes, columns)
    if flipped:
        product = graph.add("Mul", product, _FLIP)
    return graph.add("Squeeze", product, np.array([2], np.int64))
