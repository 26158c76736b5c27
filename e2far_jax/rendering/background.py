"""Random backgrounds: gradients, smooth noise, and a few boxes and discs."""

from __future__ import annotations

import dataclasses
import itertools
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.ranges import Ranges, number, share

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


@dataclasses.dataclass(frozen=True)
class BackgroundRanges(Ranges):
    """Ranges of the background.

    Attributes:
      shapes: probability of boxes and discs.
      noise: most strength of smooth noise, in display values.
    """

    shapes: float = share(0.8)
    noise: float = number(0.3)

    @classmethod
    def off(cls) -> BackgroundRanges:
        """Nothing but a gradient."""
        return cls(0.0, 0.0)

    @classmethod
    def at_level(cls, level: int) -> BackgroundRanges:
        """From a plain gradient (0) to all there is (3)."""
        return (cls.off(), cls(0.0, 0.1), cls(0.5, 0.2), cls())[level]


def random_background(
    key: Key[Array, ""], ranges: BackgroundRanges
) -> tuple[Background, dict[str, Float[Array, ""]]]:
    """Draw a background's parts."""
    keys = jax.random.split(key)
    count = SHAPES
    numbers = jax.random.uniform(keys[0], (2 + count, 10))
    colours, shapes = _random_colours(numbers[:, :5]), numbers[2:, 5:]
    angle, strength = 2.0 * jnp.pi * numbers[0, 5], ranges.noise * numbers[1, 5]
    drawn = numbers[0, 6] < ranges.shapes
    background = Background(
        blend=colours[:2],
        direction=jnp.stack([jnp.cos(angle), jnp.sin(angle)]),
        centres=shapes[:, :2],
        radii=jnp.where(drawn, 0.03 + 0.37 * shapes[:, 2:4], 1e-6),
        are_discs=shapes[:, 4] < 0.5,
        colours=colours[2:],
        noise=_random_grids(keys[1], strength),
    )
    factors = {"shapes": drawn.astype(jnp.float32), "noise": strength}
    return background, {f"background.{name}": value for name, value in factors.items()}


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


def _random_colours(numbers: Float[Array, "K 5"]) -> Float[Array, "K 3"]:
    """Display colours of any lightness, rather gray than gaudy, from uniform numbers."""
    gray, saturation = numbers[:, :1], numbers[:, 1:2] ** 2
    return gray + saturation * (numbers[:, 2:] - gray)


def _random_grids(
    key: Key[Array, ""], strength: Float[Array, ""]
) -> tuple[Float[Array, "_ _ 3"], ...]:
    """Noise on finer and finer grids, each half as strong as the one before; mostly gray."""
    sizes = [cells * cells for cells in _GRIDS]
    values = jax.random.uniform(key, (sum(sizes), 4), minval=-1.0)
    values = strength * (0.8 * values[:, :1] + 0.4 * values[:, 1:])
    parts = jnp.split(values, list(itertools.accumulate(sizes))[:-1])
    return tuple(
        0.5**octave * part.reshape(cells, cells, 3)
        for octave, (part, cells) in enumerate(zip(parts, _GRIDS, strict=True))
    )
