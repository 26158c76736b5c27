"""What is done to whole pictures: display values, averaging, blur, noise."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

_SHOULDER = 0.7  # linear light from which on highlights are compressed


def encode_gamma(linear: Float[Array, "*B"]) -> Float[Array, "*B"]:
    """From linear light to display values: the 2.2 power law, cut at [0, 1]."""
    return jnp.exp(jnp.log(jnp.clip(linear, 1e-6, 1.0)) / 2.2)  # faster than a power on CPUs


def expose(linear: Float[Array, "*B"], exposure: Float[Array, ""]) -> Float[Array, "*B"]:
    """Linear light times the exposure, with highlights that run out softly below 1.

    Straight up to `_SHOULDER`, from there k + (1 - k) (1 - exp(-(x - k) / (1 - k))), which leaves
    the line with its slope and never arrives (ours; photographic film and cameras do the like).
    """
    bright = jnp.maximum(linear * exposure - _SHOULDER, 0.0)
    room = 1.0 - _SHOULDER
    return jnp.minimum(linear * exposure, _SHOULDER) + room * (1.0 - jnp.exp(-bright / room))


def shrink(image: Float[Array, "H W C"], factor: int) -> Float[Array, "h w C"]:
    """The mean of each block of factor x factor pixels."""
    height, width, channels = image.shape
    blocks = image.reshape(height // factor, factor, width // factor, factor, channels)
    return blocks.mean(axis=(1, 3))


def soften(image: Float[Array, "H W C"], amount: Float[Array, ""]) -> Float[Array, "H W C"]:
    """Blend with the neighbours: weights (a, 4 - 2a, a) / 4 along each axis, a in [0, 1]."""
    for axis in (0, 1):
        padded = jnp.pad(image, [(int(axis == other),) * 2 for other in range(3)], mode="edge")
        before, after = (
            jax.lax.slice_in_dim(padded, start, start + image.shape[axis], axis=axis)
            for start in (0, 2)
        )
        image = image + 0.25 * amount * (before + after - 2.0 * image)
    return image


def uniform_noise(key: Key[Array, ""], height: int, width: int) -> Float[Array, "H W 3"]:
    """Independent numbers of zero mean and unit variance for each pixel and colour.

    Ten bits a colour out of one 32-bit draw a pixel: drawing takes most of the time otherwise.
    """
    bits = jax.random.bits(key, (height, width, 1), jnp.uint32)
    parts = (bits >> jnp.array([0, 10, 20], jnp.uint32)) & 1023
    return (parts.astype(jnp.float32) - 511.5) * (12.0**0.5 / 1024.0)
