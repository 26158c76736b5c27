"""The network's layers as ONNX nodes, with Flax's parameters.

ONNX has channels before rows and columns, Flax after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from e2far_jax.exporting.onnx_graph import OnnxGraph

Layer = Mapping[str, Any]
NORM_EPSILON = 1e-6  # Flax's


class FeatureMap(NamedTuple):
    """A square feature map [B C S S].

    Attributes:
      name: of the value.
      side: S, pixels.
    """

    name: str
    side: int


def convolution(
    graph: OnnxGraph,
    features: FeatureMap,
    layer: Layer,
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
) -> FeatureMap:
    """A convolution with bias, and ReLU.

    Args:
      graph: to add to.
      features: what is convolved.
      layer: `kernel` [h h C D] and `bias`.
      stride: in pixels.
      padding: zeros at the start and at the end of rows and columns; a negative number at the end
        leaves so many out.
    """
    start, end = padding
    name, side = features.name, features.side
    if end < 0:
        name, side, end = graph.part(name, 0, side + end, 2, 3), side + end, 0
    kernel = np.transpose(np.asarray(layer["kernel"], np.float32), (3, 2, 0, 1))
    convolved = graph.add(
        "Conv",
        name,
        kernel,
        np.asarray(layer["bias"], np.float32),
        strides=[stride, stride],
        pads=[start, start, end, end],
    )
    side = (side + start + end - kernel.shape[-1]) // stride + 1
    return FeatureMap(graph.add("Relu", convolved), side)


def max_pool(graph: OnnxGraph, features: FeatureMap) -> FeatureMap:
    """Largest of each 2x2 block; an odd last row or column is left out."""
    pooled = graph.add("MaxPool", features.name, kernel_shape=[2, 2], strides=[2, 2])
    return FeatureMap(pooled, features.side // 2)


def layer_norm(graph: OnnxGraph, features: FeatureMap, layer: Layer) -> FeatureMap:
    """Each pixel's channels normalised; `scale` and `bias` are the layer's."""
    scale, bias = (np.asarray(layer[name], np.float32) for name in ("scale", "bias"))
    last = graph.add("Transpose", features.name, perm=[0, 2, 3, 1])
    normed = graph.add("LayerNormalization", last, scale, bias, axis=-1, epsilon=NORM_EPSILON)
    return FeatureMap(graph.add("Transpose", normed, perm=[0, 3, 1, 2]), features.side)


def flattened(graph: OnnxGraph, features: FeatureMap) -> str:
    """A feature map as vectors, in Flax's order."""
    last = graph.add("Transpose", features.name, perm=[0, 2, 3, 1])
    return graph.add("Flatten", last, axis=1)


def dense(graph: OnnxGraph, vectors: str, layer: Layer, name: str = "") -> str:
    """A dense layer, `kernel` [K L] and `bias`, without activation."""
    kernel, bias = (np.asarray(layer[part], np.float32) for part in ("kernel", "bias"))
    return graph.add("Gemm", vectors, kernel, bias, name=name)
