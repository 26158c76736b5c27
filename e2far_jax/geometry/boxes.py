"""Landmark boxes and the square crops around them: one rule for training and for photographs.

A box is [x0, y0, x1, y1] in pixels, the tightest axis-aligned one around the 68 projected
landmarks. Its crop is the square with the box's centre whose side is the box's diagonal (ours:
sqrt 2 times the side of a square box), so that it hardly changes as the head turns or rolls.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


@jax.jit
def bounding_box(points: Float[Array, "*B L 2"]) -> Float[Array, "*B 4"]:
    """The tightest box [x0, y0, x1, y1] around points."""
    return jnp.concatenate([points.min(axis=-2), points.max(axis=-2)], axis=-1)


@jax.jit
def crop_square(
    box: Float[Array, "*B 4"],
) -> tuple[Float[Array, "*B 2"], Float[Array, "*B"]]:
    """The square to crop around a landmark box.

    Args:
      box: [x0, y0, x1, y1], pixels.
    Returns:
      The square's centre [x, y] and its side, both in pixels.
    """
    centre = (box[..., :2] + box[..., 2:]) / 2.0
    side = jnp.linalg.norm(box[..., 2:] - box[..., :2], axis=-1)
    return centre, side
