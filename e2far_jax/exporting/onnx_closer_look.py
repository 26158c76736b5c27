"""The closer look as ONNX nodes: `models.closer_look` and `models.windows`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from e2far_jax.exporting.onnx_camera_steps import face_axes, stepped
from e2far_jax.exporting.onnx_graph import OnnxGraph
from e2far_jax.exporting.onnx_layers import FeatureMap, dense
from e2far_jax.geometry.camera_steps import STEP_SIZE
from e2far_jax.models.closer_look import LEAST_CONTRAST, SHARED_CONTRAST
from e2far_jax.models.settings import NetworkSettings

Arrays = Mapping[str, Any]
_IMAGE_AXES = np.array([1, -1], np.float32)  # y is down in pictures


def corrected(
    graph: OnnxGraph,
    settings: NetworkSettings,
    layers: Arrays,
    points: Arrays,
    images: FeatureMap,
    first: Mapping[str, str],
) -> dict[str, str]:
    """A reading corrected.

    Args:
      graph: to add to.
      settings: of the network.
      layers: the closer look's parameters.
      points: its points.
      images: normalised pictures [B 3 S S].
      first: names of what was read so far, by what it is.
    Returns:
      The same, corrected.
    """
    identity, expression, rotation = (
        first[name] for name in ("identity", "expression", "rotation")
    )
    centres = _project(graph, first, _on(graph, points, identity, expression))
    axes = face_axes(graph, rotation)
    sides = graph.add("Mul", axes, _unsqueezed(graph, first["scale"], 1, 2))
    offsets = _offsets(graph, settings, sides)
    places = graph.add("Add", _unsqueezed(graph, centres, 2), _unsqueezed(graph, offsets, 1))
    features = _features(graph, settings, layers, images, places)
    flat = graph.add("Reshape", rotation, np.array([0, 9], np.int64))
    rows = graph.part(flat, 0, 6, 1)
    seen = graph.add("Concat", features, identity, expression, rows, axis=1)
    correction = dense(graph, seen, layers["read_out"])
    sizes = settings.identity_size, settings.expression_size, STEP_SIZE
    ends = np.cumsum([0, *sizes])
    parts = [graph.part(correction, *map(int, ends[n : n + 2]), 1) for n in range(3)]
    return {
        "identity": graph.add("Add", identity, parts[0]),
        "expression": graph.add("Add", expression, parts[1]),
        **stepped(graph, first, axes, parts[2]),
    }


def _on(graph: OnnxGraph, points: Arrays, identity: str, expression: str) -> str:
    """Where the points are on the face, mm, [B P 3]."""
    moved: str | np.ndarray = np.asarray(points["mean"], np.float32)
    for name, coefficients in (("identity", identity), ("expression", expression)):
        basis = np.asarray(points[name], np.float32)
        product = graph.add("MatMul", coefficients, basis.reshape(-1, basis.shape[-1]).T)
        displacement = graph.add("Reshape", product, np.array([0, len(basis), 3], np.int64))
        moved = graph.add("Add", displacement, moved)
    return moved


def _project(graph: OnnxGraph, first: Mapping[str, str], points: str) -> str:
    """The points in the picture, pixels, [B P 2]."""
    across = graph.add("Transpose", graph.part(first["rotation"], 0, 2, 1), perm=[0, 2, 1])
    turned = graph.add("Mul", graph.add("MatMul", points, across), _IMAGE_AXES)
    scaled = graph.add("Mul", turned, _unsqueezed(graph, first["scale"], 1, 2))
    return graph.add("Add", scaled, _unsqueezed(graph, first["translation"], 1))


def _offsets(graph: OnnxGraph, settings: NetworkSettings, axes: str) -> str:
    """Where a window's samples are from its centre, pixels, [B K 2]."""
    samples = settings.look_samples
    steps = (np.arange(samples) - (samples - 1) / 2.0) * (settings.look_extent / samples)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2).astype(np.float32)
    return graph.add("MatMul", grid, axes)


def _features(
    graph: OnnxGraph,
    settings: NetworkSettings,
    layers: Arrays,
    images: FeatureMap,
    places: str,
) -> str:
    """What the windows show, [B P C]."""
    # GridSample's pictures reach from -1 to 1.
    halves = graph.add("Mul", places, np.array(2.0 / images.side, np.float32))
    grid = graph.add("Sub", halves, np.array(1.0, np.float32))
    sampled = graph.add(
        "GridSample", images.name, grid, mode="bilinear", padding_mode="border", align_corners=0
    )
    kernel = np.asarray(layers["window_kernel"], np.float32)
    count, entries, channels = kernel.shape
    windows = graph.add("Transpose", _contrasts(graph, sampled), perm=[2, 0, 3, 1])  # [P B K 3]
    flat = graph.add("Reshape", windows, np.array([count, -1, entries], np.int64))
    product = graph.add("Transpose", graph.add("MatMul", flat, kernel), perm=[1, 0, 2])
    features = graph.add("Reshape", product, np.array([-1, count * channels], np.int64))
    return graph.add("Relu", features)


def _contrasts(graph: OnnxGraph, windows: str) -> str:
    """Windows [B 3 P K] without their mean colours, of nearly the same contrast."""
    means = graph.add("ReduceMean", windows, axes=[3], keepdims=1)
    centred = graph.add("Sub", windows, means)
    squares = graph.add("Mul", centred, centred)
    square = graph.add("ReduceMean", squares, axes=[1, 3], keepdims=1)
    of_picture = graph.add("ReduceMean", square, axes=[2], keepdims=1)
    shared = graph.add("Mul", of_picture, np.array(SHARED_CONTRAST, np.float32))
    contrast = graph.add("Add", square, shared)
    least = np.array(LEAST_CONTRAST, np.float32)
    return graph.add("Div", centred, graph.add("Sqrt", graph.add("Add", contrast, least)))


def _unsqueezed(graph: OnnxGraph, value: str, *axes: int) -> str:
    return graph.add("Unsqueeze", value, np.array(axes, np.int64))
