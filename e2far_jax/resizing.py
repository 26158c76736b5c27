"""Square pictures brought to another size, as a product with a matrix on either side."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

SMOOTHING = 0.35  # Gaussian deviation, in pixels of the smaller picture


def resized(images: Float[Array, "B H H 3"], side: int) -> Float[Array, "B _S _S 3"]:
    """Pictures brought to another size as `data.augmentation.move_crop` does it.

    Args:
      images: of any levels.
      side: the new one, pixels.
    """
    if images.shape[1] == side:
        return images
    weights = jnp.array(resizing_weights(images.shape[1], side), jnp.float32)
    return jnp.einsum("yh,bhwc,xw->byxc", weights, images, weights, precision="highest")


def resizing_weights(size: int, side: int) -> Float[np.ndarray, "_S _H"]:
    """How much of each old pixel is in each new one, along one axis: bilinear.

    A picture that becomes smaller is smoothed before.

    Args:
      size: the old side, pixels.
      side: the new one.
    """
    centres = (np.arange(side) + 0.5) * (size / side) - 0.5
    centres = np.clip(centres, 0.0, size - 1.0)
    linear = np.maximum(1.0 - np.abs(centres[:, None] - np.arange(size)), 0.0)
    if side > size:
        return linear
    deviation = SMOOTHING * size / side
    radius = math.ceil(3.0 * deviation)
    bell = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    around = np.pad(np.eye(size), ((radius, radius), (0, 0)), mode="reflect")
    smooth = sum(share * around[k : k + size] for k, share in enumerate(bell / bell.sum()))
    return linear @ smooth
