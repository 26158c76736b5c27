"""3x3 convolutions against XLA's own and against a sum over offsets."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from e2far_jax.models import convolution
from e2far_jax.models.convolution import (
    LAYOUT,
    convolve,
    patch_convolution,
    plain_patch_convolution,
    plain_weight_gradient,
    strip_weight_gradient,
)

ORDINARY = {"padding": ((1, 1), (1, 1)), "dimension_numbers": LAYOUT}


def random(shape: tuple[int, ...], seed: int, dtype: str = "float32") -> jax.Array:
    return jax.random.normal(jax.random.key(seed), shape, dtype)


@pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 1, 1, 1),
        (2, 5, 3, 2, 3),
        (3, 8, 8, 4, 1),
        (2, 21, 20, 64, 8),
        (1, 90, 90, 64, 64),  # several strips
        (5, 16, 7, 300, 300),  # strips across pictures, the last one not full
    ],
)
def test_weight_gradient_in_strips(shape: tuple[int, ...]) -> None:
    batch, height, width, inputs, outputs = shape
    features = random((batch, height, width, inputs), 0)
    gradient = random((batch, height, width, outputs), 1)
    result = jax.jit(strip_weight_gradient)(features, gradient)
    padded = np.pad(np.float64(features), ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = [
        [
            np.einsum(
                "bhwc,bhwd->cd",
                padded[:, row : row + height, column : column + width],
                np.float64(gradient),
                optimize=True,
            )
            for column in range(3)
        ]
        for row in range(3)
    ]
    scale = np.sqrt(batch * height * width)
    np.testing.assert_allclose(result / scale, np.array(expected) / scale, atol=2e-5)


def test_strips_of_any_height_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    features, gradient = random((2, 9, 6, 3), 0), random((2, 9, 6, 5), 1)
    expected = plain_weight_gradient(features, gradient)
    for numbers in (1, 100, 300, 900, 10**6):
        monkeypatch.setattr(convolution, "STRIP", numbers)
        result = jax.jit(partial(strip_weight_gradient))(features, gradient)
        np.testing.assert_allclose(result, expected, atol=1e-4, err_msg=str(numbers))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("stride", [1, 2])
def test_values_and_gradients_are_those_of_xla(dtype: str, stride: int) -> None:
    features, kernel = random((2, 18, 17, 64), 0, dtype), 0.05 * random((3, 3, 64, 8), 1, dtype)

    def loss(function, features, kernel):
        outputs = function(features, kernel, (stride, stride), **ORDINARY)
        return jnp.sum(jnp.sin(outputs.astype(jnp.float32))), outputs

    results = [
        jax.jit(jax.value_and_grad(partial(loss, function), (0, 1), has_aux=True))(features, kernel)
        for function in (convolve, lax.conv_general_dilated)
    ]
    (ours, ours_outputs), ours_gradients = results[0]
    (plain, plain_outputs), plain_gradients = results[1]
    assert ours_outputs.dtype == plain_outputs.dtype == jnp.dtype(dtype)
    tolerance = 1e-4 if dtype == "float32" else 3e-2
    np.testing.assert_allclose(ours, plain, rtol=tolerance)
    for a, b in zip(ours_gradients, plain_gradients, strict=True):
        assert a.dtype == b.dtype
        a, b = np.float32(a), np.float32(b)
        np.testing.assert_allclose(a / np.abs(b).max(), b / np.abs(b).max(), atol=tolerance)


@pytest.mark.parametrize(("side", "shape"), [(2, (3, 14, 6, 5)), (4, (2, 8, 12, 3))])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_patches_have_values_and_gradients_of_the_convolution(
    side: int, shape: tuple[int, ...], dtype: str
) -> None:
    features, kernel = random(shape, 0, dtype), random((side, side, shape[-1], 7), 1, dtype)

    def loss(function, features, kernel):
        return jnp.sum(jnp.sin(function(features, kernel).astype(jnp.float32)))

    def through_convolve(features, kernel):
        return convolve(features, kernel, (side, side), "VALID", dimension_numbers=LAYOUT)

    functions = (through_convolve, patch_convolution, plain_patch_convolution)
    results = [
        jax.jit(jax.value_and_grad(partial(loss, function), (0, 1)))(features, kernel)
        for function in functions
    ]
    tolerance = 1e-4 if dtype == "float32" else 5e-2
    for value, gradients in results[:2]:
        np.testing.assert_allclose(value, results[2][0], rtol=tolerance, atol=tolerance)
        for ours, plain in zip(gradients, results[2][1], strict=True):
            assert ours.dtype == plain.dtype == jnp.dtype(dtype)
            scale = np.abs(np.float32(plain)).max()
            np.testing.assert_allclose(
                np.float32(ours) / scale, np.float32(plain) / scale, atol=tolerance
            )


@pytest.mark.parametrize(
    ("platform", "products", "convolutions"), [("cpu", 1, 0), ("cuda", 0, 1), ("tpu", 0, 1)]
)
def test_patches_are_a_product_on_cpus_only(
    platform: str, products: int, convolutions: int
) -> None:
    shapes = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((2, 8, 8, 3), (4, 4, 3, 5))]
    traced = jax.jit(lambda *args: convolve(*args, (4, 4), ((0, 0), (0, 0)))).trace(*shapes)
    program = traced.lower(lowering_platforms=(platform,)).as_text()
    assert program.count("stablehlo.dot") == products
    assert program.count("stablehlo.convolution") == convolutions


def test_a_kernel_that_leaves_a_rest_is_convolved() -> None:
    features, kernel = random((1, 9, 8, 2), 0), random((2, 2, 2, 3), 1)
    result = convolve(features, kernel, (2, 2), "VALID", dimension_numbers=LAYOUT)
    assert result.shape == (1, 4, 4, 3)
    np.testing.assert_allclose(result, patch_convolution(features[:, :8], kernel), atol=1e-5)


def lowered_gradient(platform: str, side: int) -> str:
    """The program, before compilation, of a convolution's gradients on a platform."""

    def loss(features, kernel):
        return jnp.sum(convolve(features, kernel, (1, 1), **ORDINARY) ** 2)

    shapes = [
        jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((2, side, side, 64), (3, 3, 64, 64))
    ]
    traced = jax.jit(jax.grad(loss, (0, 1))).trace(*shapes)
    return traced.lower(lowering_platforms=(platform,)).as_text()


@pytest.mark.parametrize("platform", ["cuda", "tpu"])
def test_other_platforms_keep_the_convolution(platform: str) -> None:
    program = lowered_gradient(platform, 32)
    assert program.count("stablehlo.convolution") == 3
    assert "stablehlo.while" not in program
    assert "stablehlo.dot" not in program


def test_cpus_multiply_matrices_where_pictures_are_large() -> None:
    assert "stablehlo.dot" in lowered_gradient("cpu", 32)
    assert lowered_gradient("cpu", 32).count("stablehlo.convolution") == 2
    assert "stablehlo.dot" not in lowered_gradient("cpu", 7)


def test_unusual_convolutions_are_handed_on() -> None:
    features, kernel = random((1, 20, 20, 64), 0), random((3, 3, 64, 4), 1)
    unusual = [
        {"padding": "VALID"},
        {"padding": ((1, 1), (1, 1)), "rhs_dilation": (2, 2)},
        {"padding": ((0, 2), (1, 1))},
    ]
    for options in unusual:
        options = {**options, "dimension_numbers": LAYOUT}
        result = convolve(features, kernel, (1, 1), **options)
        expected = lax.conv_general_dilated(features, kernel, (1, 1), **options)
        np.testing.assert_array_equal(result, expected)
