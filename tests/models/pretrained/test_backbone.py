"""Trained weights in the network: what it computes of a picture is what their publishers did."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.signal

from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.models.pretrained import (
    PretrainedError,
    PretrainedVGG16,
    read_vgg16,
    with_pretrained_backbone,
)
from tests.models.pretrained.files import FORMATS, Weights, blue_first, outputs_first

SETTINGS = NetworkSettings(
    image_size=32, identity_size=2, expression_size=2, fusion_channels=2, head_widths=()
)
PICTURE = np.random.default_rng(1).uniform(size=(32, 32, 3))
RGB_MEAN = np.array([129.1863, 104.7624, 93.5940])


@pytest.fixture(scope="module")
def variables() -> dict:
    return jax.jit(E2FAR(SETTINGS).init)(jax.random.key(0), PICTURE[None])


@pytest.fixture(scope="module")
def pretrained(weights: Weights) -> PretrainedVGG16:
    """As a file would have them, to be put into networks."""
    kernels, biases = ({name: pair[part] for name, pair in weights.items()} for part in (0, 1))
    return PretrainedVGG16(kernels, biases, tuple(RGB_MEAN), "a test's, vgg")


def caffe_input(picture: np.ndarray) -> np.ndarray:
    """BGR in 0..255 less the mean."""
    return (255.0 * picture)[..., ::-1] - RGB_MEAN[::-1]


def matconvnet_input(picture: np.ndarray) -> np.ndarray:
    """RGB in 0..255 less the mean."""
    return 255.0 * picture - RGB_MEAN


def torchvision_input(picture: np.ndarray) -> np.ndarray:
    """RGB in 0..1 less the mean, divided by the standard deviation."""
    return (picture - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]


PUBLISHED: dict[str, tuple[Callable, Callable]] = {
    "caffe": (caffe_input, lambda kernel: blue_first("conv1_1", kernel)),
    "matconvnet": (matconvnet_input, lambda kernel: kernel),
    "torchvision": (
        torchvision_input,
        lambda kernel: kernel * (255.0 * np.array([0.229, 0.224, 0.225]))[:, None],
    ),
}


@pytest.mark.parametrize("scale", [1.0, 64.0])
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_first_layer_sees_what_its_publishers_showed_it(
    name: str, scale: float, weights: Weights, variables: dict, tmp_path: Path
):
    """Against scipy's correlation of the picture as published, with the kernel as published."""
    path = FORMATS[name](tmp_path / "vgg", weights)
    found = read_vgg16(path)
    path.unlink()
    settings = dataclasses.replace(SETTINGS, pixel_mean=found.pixel_mean, pixel_scale=scale)
    replaced = with_pretrained_backbone(variables, found, settings.pixel_scale)
    _, state = E2FAR(settings).apply(
        replaced,
        jnp.asarray(PICTURE[None], jnp.float32),
        capture_intermediates=lambda module, _: module.name == "conv1_1",
    )
    features = state["intermediates"]["backbone"]["conv1_1"]["__call__"][0][0]
    prepare, arrange = PUBLISHED[name]
    shown, (kernel, bias) = prepare(PICTURE), weights["conv1_1"]
    for output, planes in enumerate(outputs_first(arrange(kernel))[:5]):
        expected = bias[output] + sum(
            scipy.signal.correlate2d(shown[..., channel], planes[channel], mode="same")
            for channel in range(3)
        )
        np.testing.assert_allclose(features[..., output], expected, rtol=1e-4, atol=1e-2)


def test_everything_else_stays(variables: dict, pretrained: PretrainedVGG16):
    before = jax.tree.map(np.asarray, variables)
    replaced = with_pretrained_backbone(variables, pretrained, 64.0)
    assert jax.tree.structure(replaced) == jax.tree.structure(variables)
    jax.tree.map(np.testing.assert_array_equal, before, variables)
    for part, parameters in replaced["params"].items():
        if part != "backbone":
            assert parameters is variables["params"][part]
    backbone = replaced["params"]["backbone"]
    for name, kernel in pretrained.kernels.items():
        factor = 64.0 if name == "conv1_1" else 1.0
        np.testing.assert_array_equal(backbone[name]["kernel"], factor * kernel)
        np.testing.assert_array_equal(backbone[name]["bias"], pretrained.biases[name])


def test_networks_without_these_layers_are_refused(variables: dict, pretrained: PretrainedVGG16):
    settings = dataclasses.replace(SETTINGS, backbone="compact", fusion_taps=("pool3", "pool4"))
    compact = jax.eval_shape(E2FAR(settings).init, jax.random.key(0), PICTURE[None])
    wide = jax.tree.map(lambda leaf: np.zeros((8, *leaf.shape)), variables)
    for wrong, problem in (
        (compact, "missing"),
        ({}, "missing"),
        ({"params": variables["params"]["backbone"]}, "missing"),
        (wide, r"has the shape \(8, 3, 3, 3, 64\)"),
    ):
        with pytest.raises(
            PretrainedError,
            match=rf"test's, vgg: params/backbone/conv1_1/kernel: {problem}, "
            r"expected \(3, 3, 3, 64\): only the backbone 'vgg16' takes these weights",
        ):
            with_pretrained_backbone(wrong, pretrained, 1.0)
