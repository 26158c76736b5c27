"""ONNX Runtime says what JAX says, for networks with every option."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
import pytest
from jax import lax

from e2far_jax.exporting.function import network_function
from e2far_jax.exporting.onnx_graph import OnnxGraph
from e2far_jax.exporting.onnx_layers import FeatureMap, convolution
from e2far_jax.exporting.onnx_program import onnx_function, onnx_program
from e2far_jax.exporting.parity import random_pictures
from e2far_jax.models.convolution import LAYOUT
from tests.exporting.networks import trained

THREE = ("pool2", "pool3", "pool4")
NETWORKS = {
    "tiny": {},
    "vgg16": {"backbone": "vgg16", "fusion_taps": ("pool4", "pool5"), "pixel_scale": 100.0},
    "odd sizes": {"image_size": 45, "fusion_taps": (*THREE, "pool5")},
    "patches, norms": {
        "image_size": 52,
        "compact_widths": (4, 8, 8),
        "compact_depths": (0, 2, 1),
        "compact_norms": True,
        "fusion_patches": True,
        "fusion_taps": THREE,
    },
    "no fusion": {"fusion": False, "pixel_mean": (0.0, 120.0, 250.0)},
    "single task": {"single_task": True, "head_widths": (8, 6)},
    "read-outs": {"head_widths": (), "head_gain": 0.1, "camera_head_widths": (7, 5)},
    "linear heads": {"head_activation": "linear", "head_dropout": 0.5, "crop_extent": 90.0},
    "no camera": {"camera": False},
    "bfloat16": {"dtype": "bfloat16"},
    "standard deviations": {"named": False},
    "closer look": {"look_points": 70, "look_samples": 3, "look_channels": 2},
    "closer look, mirror images": {"look_points": 68, "image_size": 45, "mirrored": True},
    "mirror images": {"mirrored": True},
    "mirror images, no camera": {"mirrored": True, "camera": False},
}


@pytest.mark.parametrize("case", NETWORKS)
def test_onnx_runtime_reproduces_jax(case: str) -> None:
    network = trained(**NETWORKS[case])
    program = onnx_program(network)
    onnx.checker.check_model(onnx.load_from_string(program), full_check=True)
    expected, found = jax.jit(network_function(network)), onnx_function(program)
    images = random_pictures(np.random.default_rng(0), 3, network.image_size)
    ours, theirs = expected(jnp.asarray(images)), found(images)
    assert set(ours) == set(theirs)
    for name, value in ours.items():
        assert np.abs(value).max() > 1e-3, name
        np.testing.assert_allclose(theirs[name], value, rtol=1e-4, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("padding", [(0, 0), (1, 1), (1, -2), (0, -1)])
def test_convolution_leaves_pixels_out_as_lax_does(padding: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    images = np.float32(random.normal(size=(2, 3, 9, 9)))
    layer = {"kernel": random.normal(size=(3, 3, 3, 4)), "bias": random.normal(size=4)}
    graph = OnnxGraph()
    convolved = convolution(graph, FeatureMap("x", 9), layer, 2, padding)
    side = convolved.side
    model = graph.model({"x": ("n", 3, 9, 9)}, {convolved.name: ("n", 4, side, side)})
    (found,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": images})
    expected = lax.conv_general_dilated(
        np.moveaxis(images, 1, -1),
        np.float32(layer["kernel"]),
        (2, 2),
        [padding] * 2,
        dimension_numbers=LAYOUT,
    )
    expected = np.maximum(
        np.moveaxis(np.asarray(expected), -1, 1) + layer["bias"].reshape(4, 1, 1), 0.0
    )
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_expressions_are_clipped_where_they_are_weights() -> None:
    weights, deviations = trained(), trained(named=False)
    images = random_pictures(np.random.default_rng(0), 5, weights.image_size)
    raw = np.asarray(weights.predict(jnp.asarray(images)).expression)
    assert raw.min() < 0.0
    clipped = onnx_function(onnx_program(weights))(images)["expression"]
    np.testing.assert_allclose(clipped, raw.clip(0.0, 1.0), atol=1e-4)
    plain = onnx_function(onnx_program(deviations))(images)["expression"]
    np.testing.assert_allclose(plain, raw, atol=1e-4)


def test_inputs_and_outputs_have_names_and_free_batches() -> None:
    graph = onnx.load_from_string(onnx_program(trained())).graph
    shapes = {
        value.name: [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.output)
    }
    assert shapes == {
        "images": ["batch", 32, 32, 3],
        "identity": ["batch", 5],
        "expression": ["batch", 4],
        "rotation": ["batch", 3, 3],
        "scale": ["batch"],
        "translation": ["batch", 2],
    }


def test_graph_slices_like_numpy() -> None:
    graph = OnnxGraph()
    graph.add("Identity", graph.part("x", 1, 3, 0, 1), name="y")
    program = graph.model({"x": ("n", 4)}, {"y": ("m", 2)}).SerializeToString()
    x = np.arange(20, dtype=np.float32).reshape(5, 4)
    session = onnxruntime.InferenceSession(program)
    np.testing.assert_array_equal(session.run(None, {"x": x})[0], x[1:3, 1:3])
