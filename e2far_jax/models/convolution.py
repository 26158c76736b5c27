"""Convolutions that are fast on CPUs too, in what XLA's are slow at there.

One is the weight gradient of 3x3 kernels. The sum over pixels p of x[p + offset] g[p]^T for each of
the nine offsets is to XLA a convolution with a kernel as large as the picture, which its CPU
compiler runs at a fifth of a matrix product's speed; it takes half of a training step. Here it is
one matrix product: three copies of the features, a column apart, against three copies of the
output's gradient, a row apart, give all nine offsets at once, and copy three times what others copy
nine times. The product runs over strips of some rows, for which the copies stay in the processor's
cache. Features of bfloat16 are multiplied as float32, since CPUs without bfloat16 units would be
slow at it. Forwards, and backwards to the features, XLA's convolution is as fast as the machine's
matrix products.

The others are kernels as large as their stride, where each pixel is read once, and 3x3 kernels that
halve the size: both are one product of patches, so their gradients are, too.

Other platforms keep XLA's convolution for everything: which one is used is decided where a program
is compiled, not where it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

LAYOUT = ("NHWC", "HWIO", "NHWC")
STRIP = 2**18  # numbers in a copy of a strip's features and gradient, 1 MiB
FEWEST_CHANNELS = 32  # below, copying costs more than it saves
SMALLEST_WIDTH = 8  # below, XLA's convolution is as fast

Features = Float[Array, "B _H _W C"]
Outputs = Float[Array, "B _h _w D"]
Kernel = Float[Array, "3 3 C D"]


def convolve(
    features: Float[Array, "B _H _W C"],
    kernel: Float[Array, "_h _w C D"],
    window_strides: Sequence[int],
    padding: Any,
    **rest: Any,
) -> Outputs:
    """`lax.conv_general_dilated`, to be handed to `flax.linen.Conv`.

    A 3x3 kernel, one pixel of padding and stride 1 get the gradient above, where pictures and
    channels are large enough for it to be faster; the same with stride 2 and a kernel as large as
    its stride are products of patches; anything else is handed on. Forward-mode derivatives of the
    first are not defined.
    """
    strides, simple = tuple(window_strides), _neither_dilated_nor_grouped(rest)
    if simple and strides == (2, 2) and _is_3x3_with_a_margin(kernel, padding):
        return lax.platform_dependent(
            features, kernel, cpu=halving_convolution, default=plain_halving_convolution
        )
    if simple and _is_of_patches(features, kernel, strides, padding):
        return lax.platform_dependent(
            features, kernel, cpu=patch_convolution, default=plain_patch_convolution
        )
    if simple and _has_slow_gradient(features, kernel, strides, padding):
        return _convolve(features, kernel)
    return lax.conv_general_dilated(features, kernel, window_strides, padding, **rest)


def _has_slow_gradient(
    features: Features, kernel: Float[Array, "_h _w C D"], strides: tuple[int, ...], padding: Any
) -> bool:
    """Whether this is a convolution that `_convolve` does, and faster."""
    return (
        strides == (1, 1)
        and _is_3x3_with_a_margin(kernel, padding)
        and kernel.shape[2] >= FEWEST_CHANNELS
        and features.shape[2] >= SMALLEST_WIDTH
    )


def _is_3x3_with_a_margin(kernel: Float[Array, "_h _w C D"], padding: Any) -> bool:
    return kernel.shape[:2] == (3, 3) and padding in ([(1, 1), (1, 1)], ((1, 1), (1, 1)))


def _is_of_patches(
    features: Features, kernel: Float[Array, "_h _w C D"], strides: tuple[int, ...], padding: Any
) -> bool:
    """Whether every pixel belongs to one patch."""
    sides = zip(features.shape[1:3], kernel.shape[:2], strict=True)
    return (
        strides == kernel.shape[:2]
        and padding in ("VALID", [(0, 0), (0, 0)], ((0, 0), (0, 0)))
        and all(size % side == 0 for size, side in sides)
    )


def _neither_dilated_nor_grouped(rest: dict[str, Any]) -> bool:
    return all(
        rest.get(name) in (None, 1, (1, 1))
        for name in ("lhs_dilation", "rhs_dilation", "feature_group_count")
    )


def patch_convolution(features: Features, kernel: Float[Array, "h w C D"]) -> Outputs:
    """A convolution whose stride is its kernel's size, as a matrix product of the patches."""
    batch, height, width, inputs = features.shape
    rows, columns = (
        size // side for size, side in zip((height, width), kernel.shape, strict=False)
    )
    patches = features.reshape(batch, rows, kernel.shape[0], columns, kernel.shape[1], inputs)
    patches = patches.transpose(0, 1, 3, 2, 4, 5).reshape(batch, rows, columns, -1)
    return patches @ kernel.reshape(-1, kernel.shape[-1])


def plain_patch_convolution(features: Features, kernel: Float[Array, "h w C D"]) -> Outputs:
    """The same as a convolution; the reference."""
    strides = kernel.shape[:2]
    return lax.conv_general_dilated(features, kernel, strides, "VALID", dimension_numbers=LAYOUT)


def halving_convolution(features: Features, kernel: Kernel) -> Outputs:
    """A 3x3 convolution of stride 2 as a matrix product of its overlapping patches."""
    _, height, width, _ = features.shape
    rows, columns = (height + 1) // 2, (width + 1) // 2
    padded = jnp.pad(features, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [
        padded[:, row : row + 2 * rows - 1 : 2, column : column + 2 * columns - 1 : 2]
        for row in range(3)
        for column in range(3)
    ]
    patches = jnp.concatenate(shifted, axis=-1)
    return patches @ kernel.reshape(-1, kernel.shape[-1])


def plain_halving_convolution(features: Features, kernel: Kernel) -> Outputs:
    """The same as a convolution; the reference."""
    return lax.conv_general_dilated(
        features, kernel, (2, 2), ((1, 1), (1, 1)), dimension_numbers=LAYOUT
    )


@jax.custom_vjp
def _convolve(features: Features, kernel: Kernel) -> Outputs:
    return _plain(features, kernel)


def _forward(features: Features, kernel: Kernel) -> tuple[Outputs, tuple[Features, Kernel]]:
    return _plain(features, kernel), (features, kernel)


def _backward(saved: tuple[Features, Kernel], gradient: Outputs) -> tuple[Features, Kernel]:
    features, kernel = saved
    _, by_features = jax.vjp(lambda features: _plain(features, kernel), features)
    by_kernel = lax.platform_dependent(
        features, gradient, cpu=strip_weight_gradient, default=plain_weight_gradient
    )
    return *by_features(gradient), by_kernel.astype(kernel.dtype)


_convolve.defvjp(_forward, _backward)


def _plain(features: Features, kernel: Kernel) -> Outputs:
    return lax.conv_general_dilated(
        features, kernel, (1, 1), ((1, 1), (1, 1)), dimension_numbers=LAYOUT
    )


def plain_weight_gradient(features: Features, gradient: Outputs) -> Kernel:
    """The gradient by the kernel as a convolution; the reference."""
    nothing = jnp.zeros((3, 3, features.shape[-1], gradient.shape[-1]), features.dtype)
    _, by_kernel = jax.vjp(lambda kernel: _plain(features, kernel), nothing)
    return by_kernel(gradient)[0].astype(jnp.float32)


def strip_weight_gradient(features: Features, gradient: Outputs) -> Kernel:
    """The gradient by the kernel as matrix products over strips of rows.

    All pictures' rows stand in one list, with a row of zeros after each picture.

    Args:
      features: what was convolved.
      gradient: of the loss by the convolution's output.
    Returns:
      float32.
    """
    _, height, width, inputs = features.shape
    outputs = gradient.shape[-1]
    rows = len(features) * (height + 1)
    strip = max(1, min(rows, STRIP // (width * (inputs + outputs))))
    strips = -(-rows // strip)
    missing = strips * strip - rows
    listed = jnp.pad(features, ((0, 0), (0, 1), (1, 1), (0, 0))).reshape(rows, width + 2, inputs)
    listed = jnp.pad(listed, ((0, missing), (0, 0), (0, 0)))
    target = jnp.pad(gradient, ((0, 0), (0, 1), (0, 0), (0, 0))).reshape(rows, width, outputs)
    target = jnp.pad(target, ((1, 1 + missing), (0, 0), (0, 0)))

    def add_strip(index: Array, total: Array) -> Array:
        near = lax.dynamic_slice_in_dim(listed, index * strip, strip)
        far = lax.dynamic_slice_in_dim(target, index * strip, strip + 2)
        columns = [near[:, shift : shift + width] for shift in range(3)]
        shifted = [far[2 - shift : 2 - shift + strip] for shift in range(3)]
        return total + lax.dot(_matrix(columns).T, _matrix(shifted))

    total = lax.fori_loop(0, strips, add_strip, jnp.zeros((3 * inputs, 3 * outputs)))
    return total.reshape(3, inputs, 3, outputs).transpose(2, 0, 1, 3)


def _matrix(copies: list[Array]) -> Float[Array, "P _K"]:
    """Channels of all copies side by side, a row a pixel."""
    joined = jnp.concatenate(copies, axis=-1).astype(jnp.float32)
    return joined.reshape(-1, joined.shape[-1])
