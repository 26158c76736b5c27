"""The network as an ONNX graph, built from its settings and parameters.

It says in ONNX's operators what `models/` says in Flax. A translation of the traced JAX program
would need no such copy, but knows no max pooling in what it reads and no channels first: ten times
as many nodes, which other runtimes are slow at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx

from e2far_jax.exporting.onnx_both_ways import mean_of_both, with_mirror_images
from e2far_jax.exporting.onnx_camera import camera
from e2far_jax.exporting.onnx_closer_look import corrected
from e2far_jax.exporting.onnx_graph import OnnxGraph
from e2far_jax.exporting.onnx_layers import (
    FeatureMap,
    convolution,
    dense,
    flattened,
    layer_norm,
    max_pool,
)
from e2far_jax.models.backbones import VGG16_BLOCKS
from e2far_jax.models.settings import NetworkSettings
from e2far_jax.morphable.symmetry import Mirror

Variables = Mapping[str, Any]
Parameters = Mapping[str, Any]
CAMERA_SHAPES = {"rotation": (3, 3), "scale": (), "translation": (2,)}


def onnx_network(
    settings: NetworkSettings,
    variables: Variables,
    weights: bool = False,
    mirror: Mirror | None = None,
) -> onnx.ModelProto:
    """A network for any number of pictures, with its parameters, in float32.

    Args:
      settings: of the network.
      variables: as Flax names them.
      weights: whether expression coefficients are weights, which are clipped to 0..1.
      mirror: of the morphable model, for a program that looks at mirror images, too.
    Returns:
      From `images` [batch S S 3], RGB in [0, 1], to what `network_function` returns, in its order.
    """
    graph, size = OnnxGraph(), settings.image_size
    images = "images" if mirror is None else with_mirror_images(graph, "images")
    values = _prediction(graph, settings, variables, images)
    if mirror is not None:
        values = mean_of_both(graph, values, mirror, size)
    if weights:
        bounds = [np.array(bound, np.float32) for bound in (0.0, 1.0)]
        values["expression"] = graph.add("Clip", values["expression"], *bounds)
    for name, value in values.items():
        graph.add("Identity", value, name=name)
    sizes = {"identity": (settings.identity_size,), "expression": (settings.expression_size,)}
    shapes = {name: ("batch", *{**sizes, **CAMERA_SHAPES}[name]) for name in values}
    return graph.model({"images": ("batch", size, size, 3)}, shapes)


def _prediction(
    graph: OnnxGraph, settings: NetworkSettings, variables: Variables, images: str
) -> dict[str, str]:
    """What `E2FAR` returns, by name."""
    parameters = variables["params"]
    normalised = _normalised(graph, settings, images)
    maps = _backbone(graph, settings, parameters["backbone"], normalised)
    top = maps[settings.feature_maps[-1]]
    fused = top
    if settings.fusion:
        tapped = [maps[name] for name in settings.fusion_taps]
        fused = _fusion(graph, settings, parameters["fusion"], tapped)
    values = _coefficients(graph, settings, parameters, top, fused)
    if settings.camera:
        raw = _head(graph, settings, parameters["camera_head"], top, "relu")
        values |= camera(graph, raw, settings)
        if settings.look_points:
            for number in range(1, settings.looks + 1):
                layers = parameters[f"closer_look_{number}"]
                points = variables["points"]["face"]
                values = corrected(graph, settings, layers, points, normalised, values)
    return values


def _normalised(graph: OnnxGraph, settings: NetworkSettings, images: str) -> FeatureMap:
    levels = graph.add("Mul", images, np.array(255.0, np.float32))
    centred = graph.add("Sub", levels, np.array(settings.pixel_mean, np.float32))
    scaled = graph.add("Div", centred, np.array(settings.pixel_scale, np.float32))
    return FeatureMap(graph.add("Transpose", scaled, perm=[0, 3, 1, 2]), settings.image_size)


def _backbone(
    graph: OnnxGraph, settings: NetworkSettings, layers: Parameters, features: FeatureMap
) -> dict[str, FeatureMap]:
    if settings.backbone == "vgg16":
        return _vgg16(graph, layers, features)
    return _compact(graph, settings, layers, features)


def _vgg16(graph: OnnxGraph, layers: Parameters, features: FeatureMap) -> dict[str, FeatureMap]:
    maps = {}
    for block, widths in enumerate(VGG16_BLOCKS, start=1):
        for number in range(1, len(widths) + 1):
            layer = layers[f"conv{block}_{number}"]
            features = convolution(graph, features, layer, padding=(1, 1))
        maps[f"pool{block}"] = features = max_pool(graph, features)
    return maps


def _compact(
    graph: OnnxGraph, settings: NetworkSettings, layers: Parameters, features: FeatureMap
) -> dict[str, FeatureMap]:
    maps = {}
    for stage, depth in enumerate(settings.compact_depths, start=2):
        stride, padding = (4, (0, 0)) if stage == 2 else (2, (1, 1))
        features = convolution(graph, features, layers[f"conv{stage}_1"], stride, padding)
        if settings.compact_norms:
            features = layer_norm(graph, features, layers[f"norm{stage}"])
        for number in range(2, depth + 2):
            layer = layers[f"conv{stage}_{number}"]
            residual = convolution(graph, features, layer, padding=(1, 1))
            features = features._replace(name=graph.add("Add", features.name, residual.name))
        maps[f"pool{stage}"] = features
    return maps


def _fusion(
    graph: OnnxGraph, settings: NetworkSettings, layers: Parameters, maps: list[FeatureMap]
) -> FeatureMap:
    *finer, last = maps
    names = [f"conv6_{number}" for number in range(len(finer) - 1, 0, -1)] + ["conv6"]
    joined = [
        _reduced(graph, settings, layers[name], features, last.side)
        for name, features in zip(names, finer, strict=True)
    ]
    joined.append(convolution(graph, last, layers["conv7"]))
    together = graph.add("Concat", *(features.name for features in joined), axis=1)
    return convolution(graph, last._replace(name=together), layers["conv8"])


def _reduced(
    graph: OnnxGraph, settings: NetworkSettings, layer: Parameters, features: FeatureMap, side: int
) -> FeatureMap:
    """A finer map brought to a side, as `FusionCNN` does."""
    stride = round(features.side / side)
    kernel, start = (stride, 0) if settings.fusion_patches else (5, 1)
    end = (side - 1) * stride + kernel - start - features.side
    return convolution(graph, features, layer, stride, (start, end))


def _coefficients(
    graph: OnnxGraph,
    settings: NetworkSettings,
    parameters: Parameters,
    top: FeatureMap,
    fused: FeatureMap,
) -> dict[str, str]:
    """`identity` and `expression`."""
    between = settings.head_activation
    if settings.single_task:
        both, split = settings.identity_size + settings.expression_size, settings.identity_size
        shape = _head(graph, settings, parameters["shape_head"], fused, between)
        identity, expression = graph.part(shape, 0, split, 1), graph.part(shape, split, both, 1)
    else:
        identity = _head(graph, settings, parameters["identity_head"], top, between)
        expression = _head(graph, settings, parameters["expression_head"], fused, between)
    return {"identity": identity, "expression": expression}


def _head(
    graph: OnnxGraph,
    settings: NetworkSettings,
    layers: Parameters,
    features: FeatureMap,
    activation: str,
) -> str:
    gain = np.array(settings.head_gain, np.float32)
    hidden = graph.add("Mul", flattened(graph, features), gain)
    for number in range(1, len(layers)):
        hidden = dense(graph, hidden, layers[f"fc{number}"])
        if activation == "relu":
            hidden = graph.add("Relu", hidden)
    return dense(graph, hidden, layers["read_out"])
