"""The camera that nine numbers mean, as ONNX nodes: `models.e2far.predict_camera`."""

from __future__ import annotations

import numpy as np

from e2far_jax.exporting.onnx_graph import OnnxGraph
from e2far_jax.models.settings import NetworkSettings

SMALLEST_SQUARE = np.array(1e-12, np.float32)  # as in geometry.rotations


def camera(graph: OnnxGraph, raw: str, settings: NetworkSettings) -> dict[str, str]:
    """Add a camera in the crop's pixels.

    Args:
      graph: to add to.
      raw: what the camera head says, [B 9].
      settings: for the image's size and the crop's extent.
    Returns:
      The names of `rotation` [B 3 3], `scale` [B] and `translation` [B 2].
    """
    six = graph.add("Add", graph.part(raw, 0, 6, 1), np.array([1, 0, 0, 0, 1, 0], np.float32))
    size = settings.image_size
    frontal = np.array(size / settings.crop_extent, np.float32)
    logarithm = graph.add("Squeeze", graph.part(raw, 6, 7, 1), np.array([1], np.int64))
    from_corner = graph.add("Add", graph.part(raw, 7, 9, 1), np.array(0.5, np.float32))
    return {
        "rotation": gram_schmidt(graph, six),
        "scale": graph.add("Mul", graph.add("Exp", logarithm), frontal),
        "translation": graph.add("Mul", from_corner, np.array(size, np.float32)),
    }


def gram_schmidt(graph: OnnxGraph, six: str) -> str:
    """Rotations [B 3 3] whose first two rows are nearly given, [B 6]."""
    first = _normalised(graph, graph.part(six, 0, 3, 1))
    second = graph.part(six, 3, 6, 1)
    along = graph.add("Mul", _dot(graph, first, second), first)
    second = _normalised(graph, graph.add("Sub", second, along))
    rows = graph.add("Concat", first, second, _cross(graph, first, second), axis=1)
    return graph.add("Reshape", rows, np.array([0, 3, 3], np.int64))


def _normalised(graph: OnnxGraph, vectors: str) -> str:
    square = graph.add("Max", _dot(graph, vectors, vectors), SMALLEST_SQUARE)
    return graph.add("Div", vectors, graph.add("Sqrt", square))


def _dot(graph: OnnxGraph, a: str, b: str) -> str:
    """Dot products of rows, [B 1]."""
    product = graph.add("Mul", a, b)
    return graph.add("ReduceSum", product, np.array([1], np.int64), keepdims=1)


def _cross(graph: OnnxGraph, a: str, b: str) -> str:
    """(a x b)_i = a_j b_k - a_k b_j with (i, j, k) cyclic."""

    def turned(vectors: str, by: int) -> str:
        return graph.add("Gather", vectors, (np.arange(3) + by) % 3, axis=1)

    ahead = graph.add("Mul", turned(a, 1), turned(b, 2))
    return graph.add("Sub", ahead, graph.add("Mul", turned(a, 2), turned(b, 1)))
