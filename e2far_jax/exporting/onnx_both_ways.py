"""Pictures and their mirror images read as one, as ONNX nodes: `e2far_jax.both_ways`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from e2far_jax.exporting.onnx_camera import gram_schmidt
from e2far_jax.exporting.onnx_graph import OnnxGraph
from e2far_jax.morphable.symmetry import FLIP, Mirror


def with_mirror_images(graph: OnnxGraph, images: str) -> str:
    """Pictures [B S S 3], then their mirror images."""
    backwards = [np.array([number], np.int64) for number in (-1, -(2**31), 2, -1)]
    return graph.add("Concat", images, graph.add("Slice", images, *backwards), axis=0)


def mean_of_both(
    graph: OnnxGraph, values: Mapping[str, str], mirror: Mirror, side: int
) -> dict[str, str]:
    """The mean of what was predicted of pictures and, mirrored back, of their mirror images.

    Args:
      graph: to add to.
      values: names of predictions [2B ...] by what they are.
      mirror: of the morphable model.
      side: of the pictures, pixels.
    Returns:
      Names of the means [B ...], by the same words.
    """
    means = {}
    for kind, matrix in (("identity", mirror.identity), ("expression", mirror.expression)):
        one, other = _halves(graph, values[kind], (len(matrix),))
        means[kind] = _mean(graph, one, graph.add("MatMul", other, np.float32(matrix)))
    if "rotation" not in values:
        return means
    one, other = _halves(graph, values["rotation"], (3, 3))
    rotation = _mean(graph, one, graph.add("Mul", other, FLIP[:, None] * FLIP))
    rows = graph.add("Reshape", rotation, np.array([0, 9], np.int64))
    means["rotation"] = gram_schmidt(graph, graph.part(rows, 0, 6, 1))
    means["scale"] = _mean(graph, *_halves(graph, values["scale"], ()))
    one, other = _halves(graph, values["translation"], (2,))
    other = graph.add("Add", graph.add("Mul", other, FLIP[:2]), np.array([side, 0], np.float32))
    means["translation"] = _mean(graph, one, other)
    return means


def _halves(graph: OnnxGraph, value: str, shape: tuple[int, ...]) -> tuple[str, str]:
    """The first and the second half of a batch of arrays of a shape."""
    both = graph.add("Reshape", value, np.array([2, -1, *shape], np.int64))
    first = np.array([0], np.int64)
    one, other = (graph.add("Squeeze", graph.part(both, way, way + 1, 0), first) for way in (0, 1))
    return one, other


def _mean(graph: OnnxGraph, one: str, other: str) -> str:
    return graph.add("Mul", graph.add("Add", one, other), np.array(0.5, np.float32))
