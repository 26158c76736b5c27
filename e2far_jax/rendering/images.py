"""What pictures of every kind need: display values and averaging down."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float


def encode_gamma(linear: Float[Array, "*B C"]) -> Float[Array, "*B C"]:
    """From linear light to display values: the 2.2 power law, cut at [0, 1]."""
    return jnp.clip(linear, 1e-6, 1.0) ** (1.0 / 2.2)


def shrink(image: Float[Array, "H W C"], factor: int) -> Float[Array, "h w C"]:
    """The mean of each block of factor x factor pixels."""
    height, width, channels = image.shape
    blocks = image.reshape(height // factor, factor, width // factor, factor, channels)
    return blocks.mean(axis=(1, 3))
