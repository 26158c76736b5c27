from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.models import E2FAR, NetworkSettings, predict_camera
from e2far_jax.models.backbones import VGG16
from e2far_jax.models.fusion import FusionCNN
from e2far_jax.models.heads import Head

SMALL = NetworkSettings(
    image_size=40,
    identity_size=7,
    expression_size=3,
    backbone="compact",
    compact_widths=(4, 8, 8, 8),
    compact_depths=(1, 1, 1, 1),
    fusion_channels=6,
    head_widths=(16,),
    pixel_scale=64.0,
)


def count(tree: object) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def shapes_of(settings: NetworkSettings) -> dict:
    images = jnp.zeros((1, settings.image_size, settings.image_size, 3))
    return jax.eval_shape(E2FAR(settings).init, jax.random.key(0), images)["params"]


def initialised(settings: NetworkSettings, images: jax.Array) -> dict:
    """Random parameters everywhere, the read-outs too, which would start at zero."""
    variables = E2FAR(settings).init(jax.random.key(0), images)
    keys = iter(jax.random.split(jax.random.key(1), len(jax.tree.leaves(variables))))
    return jax.tree.map(
        lambda leaf: leaf + 0.02 * jax.random.normal(next(keys), leaf.shape), variables
    )


def test_paper_network_has_the_papers_parameter_counts() -> None:
    parameters = shapes_of(NetworkSettings(camera=False))
    assert count(parameters["backbone"]) == 14_714_688
    assert count(parameters["fusion"]["conv6"]) == 6_554_112
    assert count(parameters["fusion"]["conv7"]) == 262_656
    assert count(parameters["fusion"]["conv8"]) == 524_800
    assert count(parameters["identity_head"]) == 56_832_199
    assert count(parameters["expression_head"]) == 56_657_949
    assert count(parameters) == 135_546_404


def test_vgg_maps_have_the_papers_sizes() -> None:
    module = VGG16()
    maps = jax.eval_shape(
        lambda key, x: module.init_with_output(key, x)[0],
        jax.random.key(0),
        jnp.zeros((1, 180, 180, 3)),
    )
    assert [m.shape[1:] for m in maps.values()] == [
        (90, 90, 64),
        (45, 45, 128),
        (22, 22, 256),
        (11, 11, 512),
        (5, 5, 512),
    ]


@pytest.mark.parametrize("rounding", [math.floor, math.ceil])
@pytest.mark.parametrize("maps", [2, 3])
def test_fusion_fits_every_picture_size(rounding: Callable, maps: int) -> None:
    """Pooling rounds sizes down, strided convolutions up; the fused map has the last one's."""
    for size in range(8, 40):
        sizes = [size]
        for _ in range(maps - 1):
            sizes.append(rounding(sizes[-1] / 2))
        tapped = [jax.ShapeDtypeStruct((1, s, s, 2), jnp.float32) for s in sizes]
        module = FusionCNN(channels=4)
        fused = jax.eval_shape(
            lambda key, tapped, module=module: module.init_with_output(key, tapped)[0],
            jax.random.key(0),
            tapped,
        )
        assert fused.shape == (1, sizes[-1], sizes[-1], 4)


def test_conv6_reads_windows_as_the_paper_does() -> None:
    """Against loops: 5x5 windows, stride 2, one pixel of zeros at the start."""
    finer = jax.random.normal(jax.random.key(0), (1, 11, 11, 2))
    last = jnp.zeros((1, 5, 5, 3))
    module = FusionCNN(channels=4)
    variables = module.init(jax.random.key(1), [finer, last])
    fused = module.apply(variables, [finer, last])
    parameters = jax.tree.map(np.asarray, variables["params"])
    padded = np.pad(np.asarray(finer[0]), ((1, 1), (1, 1), (0, 0)))
    for row in range(5):
        for column in range(5):
            window = padded[2 * row : 2 * row + 5, 2 * column : 2 * column + 5]
            reduced = np.einsum("ijc,ijcd->d", window, parameters["conv6"]["kernel"])
            joined = np.concatenate([np.maximum(reduced, 0.0), np.zeros(4)])
            expected = np.maximum(joined @ parameters["conv8"]["kernel"][0, 0], 0.0)
            np.testing.assert_allclose(fused[0, row, column], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fusion", [True, False])
@pytest.mark.parametrize("single_task", [True, False])
@pytest.mark.parametrize("camera", [True, False])
def test_options_choose_the_parts(fusion: bool, single_task: bool, camera: bool) -> None:
    settings = dataclasses.replace(SMALL, fusion=fusion, single_task=single_task, camera=camera)
    images = jax.random.uniform(jax.random.key(2), (2, 40, 40, 3))
    variables = initialised(settings, images)
    parts = {"backbone"} | ({"shape_head"} if single_task else {"identity_head", "expression_head"})
    parts |= ({"fusion"} if fusion else set()) | ({"camera_head"} if camera else set())
    assert set(variables["params"]) == set(settings.parts) == parts
    predicted = E2FAR(settings).apply(variables, images)
    assert predicted.identity.shape == (2, 7)
    assert predicted.expression.shape == (2, 3)
    assert (predicted.camera is not None) == camera
    assert not np.allclose(predicted.identity[0], predicted.identity[1])


def test_expression_reads_finer_maps_and_identity_does_not() -> None:
    images = jax.random.uniform(jax.random.key(3), (1, 40, 40, 3))
    variables = initialised(SMALL, images)
    changed = jax.tree_util.tree_map_with_path(
        lambda path, leaf: leaf + 0.5 if "conv6" in jax.tree_util.keystr(path) else leaf, variables
    )
    before, after = (E2FAR(SMALL).apply(v, images) for v in (variables, changed))
    np.testing.assert_array_equal(before.identity, after.identity)
    assert not np.allclose(before.expression, after.expression)


def test_untrained_network_predicts_the_frontal_mean_face() -> None:
    images = jax.random.uniform(jax.random.key(4), (2, 40, 40, 3))
    module = E2FAR(SMALL)
    predicted = module.apply(module.init(jax.random.key(0), images), images)
    np.testing.assert_array_equal(predicted.identity, 0.0)
    np.testing.assert_array_equal(predicted.expression, 0.0)
    np.testing.assert_allclose(predicted.camera.rotation, np.broadcast_to(np.eye(3), (2, 3, 3)))
    np.testing.assert_allclose(predicted.camera.scale, 40 / 180.0)
    np.testing.assert_allclose(predicted.camera.translation, 20.0)


def test_camera_numbers_mean_what_they_say() -> None:
    raw = jnp.array([[-1.0, 0.0, -2.0, 0.0, 3.0, 0.0, jnp.log(2.0), 0.25, -0.5]])
    camera = predict_camera(raw, SMALL)
    # First row (0, 0, -1), second (0, 1, 0): the face looks towards the subject's right.
    expected = [[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    np.testing.assert_allclose(camera.rotation[0], expected, atol=1e-6)
    np.testing.assert_allclose(camera.scale, 2 * 40 / 180.0, rtol=1e-6)
    np.testing.assert_allclose(camera.translation, [[30.0, 0.0]], atol=1e-5)


def test_pixels_are_centred_inside_the_network() -> None:
    """A picture of VGG-Face's mean colour is nothing but zeros to the first convolution."""
    mean = jnp.array(SMALL.pixel_mean) / 255.0
    images = jnp.broadcast_to(mean, (1, 40, 40, 3))
    variables = E2FAR(SMALL).init(jax.random.key(0), images)
    _, state = E2FAR(SMALL).apply(variables, images, capture_intermediates=True)
    features = state["intermediates"]["backbone"]["conv2_1"]["__call__"][0]
    np.testing.assert_allclose(features, 0.0, atol=1e-5)


@pytest.mark.parametrize(("activation", "is_linear"), [("linear", True), ("relu", False)])
def test_head_activation(activation: str, is_linear: bool) -> None:
    head = Head(3, (8, 8), activation)
    a, b = jax.random.normal(jax.random.key(5), (2, 1, 2, 2, 4))
    variables = head.init(jax.random.key(6), a)
    variables["params"]["read_out"]["kernel"] = jax.random.normal(jax.random.key(7), (8, 3))
    together = head.apply(variables, a) + head.apply(variables, b)
    assert np.allclose(head.apply(variables, a + b), together, atol=1e-4) == is_linear


def test_dropout_acts_in_training_only() -> None:
    settings = dataclasses.replace(SMALL, head_dropout=0.5)
    images = jax.random.uniform(jax.random.key(8), (1, 40, 40, 3))
    variables = initialised(settings, images)
    module = E2FAR(settings)
    np.testing.assert_array_equal(
        module.apply(variables, images).identity, module.apply(variables, images).identity
    )
    dropped = [
        module.apply(variables, images, train=True, rngs={"dropout": jax.random.key(k)}).identity
        for k in (0, 1)
    ]
    assert not np.allclose(*dropped)


def test_bfloat16_computes_close_to_float32_with_float32_parameters() -> None:
    images = jax.random.uniform(jax.random.key(9), (2, 40, 40, 3))
    variables = initialised(SMALL, images)
    half = dataclasses.replace(SMALL, dtype="bfloat16")
    assert {leaf.dtype for leaf in jax.tree.leaves(shapes_of(half))} == {jnp.dtype("float32")}
    exact, rough = (E2FAR(s).apply(variables, images) for s in (SMALL, half))
    assert rough.identity.dtype == jnp.float32
    scale = np.abs(exact.identity).max()
    assert 0 < np.abs(exact.identity - rough.identity).max() < 0.05 * scale


def test_another_picture_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(41, 40, 3\).*\(40, 40, 3\)"):
        E2FAR(SMALL).init(jax.random.key(0), jnp.zeros((1, 41, 40, 3)))
