"""Random backgrounds: gradients, smooth noise, and a few boxes and discs."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from e2far_jax.pytrees import pytree_dataclass

SHAPES = 4
_GRIDS = (3, 7, 17, 41)  # cells along a side


@pytree_dataclass
class Background:
    """What a background is made of; lengths are shares of the picture's side.

    Attributes:
      blend: the colours of a linear gradient.
      direction: unit vector along which it runs.
      centres, radii, are_discs, colours: of boxes and discs, the last on top.
      noise: random colours on grids from coarse to fine, within [-1, 1] times their strength.
    """

    blend: Float[Array, "2 3"]
    direction: Float[Array, "2"]
    centres: Float[Array, "S 2"]
    radii: Float[Array, "S 2"]
    are_discs: Bool[Array, "S"]
    colours: Float[Array, "S 3"]
    noise: tuple[Float[Array, "_ _ 3"], ...]


def random_background(key: Key[Array, ""], clutter: bool) -> Background:
    """Draw a background's parts; without clutter there is only the gradient."""
    keys = jax.random.split(key, 8)
    count = SHAPES if clutter else 0
    angle = jax.random.uniform(keys[1], maxval=2.0 * jnp.pi)
    strength = jax.random.uniform(keys[2], maxval=0.3)
    noise_keys = jax.random.split(keys[3], len(_GRIDS))
    noise = tuple(
        strength * 0.5**octave * jax.random.uniform(noise_key, (cells, cells, 3), minval=-1.0)
        for octave, (noise_key, cells) in enumerate(zip(noise_keys, _GRIDS, strict=True))
    )
    return Background(
        blend=_random_colours(keys[0], 2),
        direction=jnp.stack([jnp.cos(angle), jnp.sin(angle)]),
        centres=jax.random.uniform(keys[4], (count, 2)),
        radii=jax.random.uniform(keys[5], (count, 2), minval=0.03, maxval=0.4),
        are_discs=jax.random.bernoulli(keys[6], shape=(count,)),
        colours=_random_colours(keys[7], count),
        noise=noise if clutter else (),
    )


def draw_background(background: Background, size: int) -> Float[Array, "H W 3"]:
    """Draw a square picture.

    Args:
      background: its parts.
      size: side, pixels.
    Returns:
      Display colours within [0, 1].
    """
    ticks = (jnp.arange(size) + 0.5) / size
    x, y = ticks, ticks[:, None]
    ramp = background.direction[0] * (x - 0.5) + background.direction[1] * (y - 0.5)
    first, second = background.blend
    canvas = first + (ramp[..., None] / math.sqrt(2.0) + 0.5) * (second - first)
    for shape in range(len(background.centres)):
        across = ((x - background.centres[shape, 0]) / background.radii[shape, 0]) ** 2
        down = ((y - background.centres[shape, 1]) / background.radii[shape, 1]) ** 2
        in_box = jnp.maximum(across, down) < 1.0
        inside = in_box & ((across + down < 1.0) | ~background.are_discs[shape])
        canvas = jnp.where(inside[..., None], background.colours[shape], canvas)
    for grid in background.noise:
        canvas = canvas + jax.image.resize(grid, (size, size, 3), "linear")
    return jnp.clip(canvas, 0.0, 1.0)


def _random_colours(key: Key[Array, ""], count: int) -> Float[Array, "K 3"]:
    """Display colours of any lightness, rather gray than gaudy."""
    keys = jax.random.split(key, 3)
    gray = jax.random.uniform(keys[0], (count, 1))
    saturation = jax.random.uniform(keys[1], (count, 1)) ** 2
    return gray + saturation * (jax.random.uniform(keys[2], (count, 3)) - gray)
