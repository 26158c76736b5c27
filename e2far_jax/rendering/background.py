"""Random backgrounds: gradients, smooth noise, and a few boxes and discs."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key


def gradient(key: Key[Array, ""], size: int) -> Float[Array, "H W 3"]:
    """A linear blend of two colours in a random direction."""
    keys = jax.random.split(key, 2)
    first, second = jax.random.uniform(keys[0], (2, 3))
    angle = jax.random.uniform(keys[1], maxval=2 * jnp.pi)
    across = jnp.linspace(-0.5, 0.5, size)
    ramp = jnp.cos(angle) * across + jnp.sin(angle) * across[:, None]
    return first + (ramp[..., None] + 0.5) * (second - first)


def smooth_noise(key: Key[Array, ""], size: int) -> Float[Array, "H W 3"]:
    """Random colours on coarse grids of several scales, interpolated and added, about [-1, 1]."""
    total = jnp.zeros((size, size, 3))
    for octave, cells in enumerate((3, 7, 17, 41)):
        grid_key = jax.random.fold_in(key, octave)
        grid = jax.random.uniform(grid_key, (cells, cells, 3), minval=-1.0)
        total = total + jax.image.resize(grid, (size, size, 3), "linear") * 0.5**octave
    return total


def shapes(
    key: Key[Array, ""], canvas: Float[Array, "H W 3"], count: int = 4
) -> Float[Array, "H W 3"]:
    """Draw boxes and discs of random places, sizes and colours over a canvas."""
    size = canvas.shape[0]
    ticks = (jnp.arange(size) + 0.5) / size
    for number in range(count):
        keys = jax.random.split(jax.random.fold_in(key, number), 4)
        centre = jax.random.uniform(keys[0], (2,))
        radius = jax.random.uniform(keys[1], (2,), minval=0.03, maxval=0.4)
        across = jnp.abs(ticks - centre[0]) / radius[0]
        down = jnp.abs(ticks - centre[1])[:, None] / radius[1]
        is_disc = jax.random.bernoulli(keys[2])
        distance = jnp.where(is_disc, jnp.hypot(across, down), jnp.maximum(across, down))
        colour = jax.random.uniform(keys[3], (3,))
        canvas = jnp.where((distance < 1.0)[..., None], colour, canvas)
    return canvas


def random_background(key: Key[Array, ""], size: int, clutter: bool) -> Float[Array, "H W 3"]:
    """A background picture.

    Args:
      key: decides everything.
      size: side, pixels.
      clutter: add smooth noise and shapes to the gradient.
    Returns:
      Display colours within [0, 1].
    """
    keys = jax.random.split(key, 4)
    canvas = gradient(keys[0], size)
    if clutter:
        canvas = shapes(keys[1], canvas)
        strength = jax.random.uniform(keys[2], maxval=0.4)
        canvas = canvas + strength * smooth_noise(keys[3], size)
    return jnp.clip(canvas, 0.0, 1.0)
