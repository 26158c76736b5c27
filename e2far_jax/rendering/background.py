"""Random backgrounds: gradients, noise, foliage, tiles and stripes, furniture, lights, people.

Lengths are shares of the picture's side, colours display values. Backgrounds are drawn at half the
resolution: the camera looks at the face, so what is behind it is soft.
"""

from __future__ import annotations

import dataclasses
import itertools
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share

SHAPES, PEOPLE, LIGHTS = 5, 2, 7
_GRIDS = (3, 7, 17, 43)  # cells of noise along a side
_SKIN, _HAIR = (0.78, 0.58, 0.46), (0.22, 0.15, 0.11)  # display colours of people far away
_LEAVES = (0.25, 0.4, 0.16)


@dataclasses.dataclass(frozen=True)
class BackgroundRanges(Ranges):
    """Ranges of the background; shares are probabilities, each of its own.

    Attributes:
      noise: most strength of smooth noise, in display values.
      foliage: share with leaves.
      pattern: share with stripes or tiles.
      shapes: share with boxes and discs, as of windows, doors and furniture.
      people: share with other people, out of focus.
      lights: share with lights out of focus.
      softness: least and most width of edges.
    """

    noise: float = number(0.3)
    foliage: float = share(0.2)
    pattern: float = share(0.3)
    shapes: float = share(0.6)
    people: float = share(0.25)
    lights: float = share(0.2)
    softness: Range = number((0.008, 0.06), smallest=1e-3)

    @classmethod
    def off(cls) -> BackgroundRanges:
        """Nothing but a gradient."""
        return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    @classmethod
    def at_level(cls, level: int) -> BackgroundRanges:
        """From a plain gradient (0) to all there is (3)."""
        return (
            cls.off(),
            cls(0.12, 0.0, 0.0, 0.2, 0.0, 0.0, (0.03, 0.1)),
            cls(0.2, 0.12, 0.15, 0.4, 0.1, 0.1, (0.015, 0.08)),
            cls(),
        )[level]


@pytree_dataclass
class Spots:
    """Boxes and ellipses with soft edges, the last on top.

    Attributes:
      centres, radii: along x and y; radii of zero draw nothing.
      squareness: 0 for an ellipse to 1 for a box.
      colours: what they are painted with.
      opacities: how densely.
      softness: width of their edges.
    """

    centres: Float[Array, "*B S 2"]
    radii: Float[Array, "*B S 2"]
    squareness: Float[Array, "*B S"]
    colours: Float[Array, "*B S 3"]
    opacities: Float[Array, "*B S"]
    softness: Float[Array, "*B S"]


@pytree_dataclass
class Background:
    """What a background is made of.

    Attributes:
      blend: the colours of a linear gradient.
      direction: unit vector along which it runs.
      noise: random colours on grids from coarse to fine.
      foliage: how densely leaves cover it, 0 for none.
      pattern: strength of the stripes, of the joints between tiles, and of tiles' own shades.
      turn: unit vector along which the pattern repeats.
      periods: of the pattern, along that and across.
      spots: what stands before all that.
      softness: width of edges.
    """

    blend: Float[Array, "*B 2 3"]
    direction: Float[Array, "*B 2"]
    noise: tuple[Float[Array, "*B _ _ 3"], ...]
    foliage: Float[Array, "*B"]
    pattern: Float[Array, "*B 3"]
    turn: Float[Array, "*B 2"]
    periods: Float[Array, "*B 2"]
    spots: Spots
    softness: Float[Array, "*B"]


def random_background(
    key: Key[Array, ""], ranges: BackgroundRanges
) -> tuple[Background, dict[str, Float[Array, ""]]]:
    """Draw a background's parts.

    Returns:
      The background; and "background.noise" (its strength), "background.softness", and for
      foliage, pattern, shapes, people and lights whether there are any, 0 or 1.
    """
    keys = jax.random.split(key)
    numbers = jax.random.uniform(keys[0], (22 + 12 * (SHAPES + PEOPLE + LIGHTS),))
    scalars, rows = numbers[:22], numbers[22:].reshape(-1, 12)
    names = ("foliage", "pattern", "shapes", "people", "lights")
    drawn = {
        name: (scalars[index] < getattr(ranges, name)).astype(jnp.float32)
        for index, name in enumerate(names)
    }
    softness = between(scalars[5], ranges.softness)
    angle = 2.0 * jnp.pi * scalars[6]
    turn = 0.5 * jnp.pi * jnp.round(2.0 * scalars[7]) + 0.25 * (scalars[8] - 0.5)
    kind = jax.nn.one_hot(jnp.floor(3.0 * scalars[9]).astype(jnp.int32), 3)
    strength = ranges.noise * scalars[10] ** 2
    background = Background(
        blend=_random_colours(scalars[12:].reshape(2, 5)),
        direction=jnp.stack([jnp.cos(angle), jnp.sin(angle)]),
        noise=_random_grids(keys[1], jnp.maximum(strength, 0.25 * drawn["foliage"])),
        foliage=drawn["foliage"] * (0.6 + 0.4 * rows[2, 11]),
        pattern=drawn["pattern"] * 0.5 * scalars[11] * kind,
        turn=jnp.stack([jnp.cos(turn), jnp.sin(turn)]),
        periods=0.06 + 0.25 * jnp.stack([rows[0, 11] ** 2, rows[1, 11]]),
        spots=_random_spots(rows, drawn, softness),
        softness=softness,
    )
    drawn |= {"noise": strength, "softness": softness}
    return background, {f"background.{name}": value for name, value in drawn.items()}


def draw_background(background: Background, size: int) -> Float[Array, "3 H W"]:
    """Draw a square picture.

    Args:
      background: its parts.
      size: side, pixels.
    Returns:
      Display colours within [0, 1].
    """
    half = (size + 1) // 2
    ticks = (jnp.arange(half) + 0.5) * (2.0 / size)
    x, y = jnp.broadcast_arrays(ticks, ticks[:, None])
    ramp = background.direction[0] * (x - 0.5) + background.direction[1] * (y - 0.5)
    # Colours first: CPUs then compute several pixels at a time.
    first, second = background.blend[:, :, None, None]
    canvas = first + (ramp / math.sqrt(2.0) + 0.5) * (second - first)
    noise = sum(_enlarged(jnp.moveaxis(grid, -1, 0), half) for grid in background.noise)
    leaves = background.foliage * jax.nn.sigmoid(30.0 * noise.mean(axis=0) + 1.0)
    green = jnp.array(_LEAVES)[:, None, None] * (1.0 + 3.0 * noise)
    canvas = canvas + noise + leaves * (green - canvas - noise)
    canvas = canvas * (1.0 + _pattern(background, x, y))
    canvas = _with_spots(canvas, background.spots, x, y)
    return jnp.clip(_enlarged(canvas, 2 * half)[:, :size, :size], 0.0, 1.0)


def _enlarged(planes: Float[Array, "3 h w"], side: int) -> Float[Array, "3 H W"]:
    """Linear interpolation to a finer grid over the same square."""
    return jax.image.resize(planes, (3, side, side), "linear")


def _pattern(
    background: Background, x: Float[Array, "H W"], y: Float[Array, "H W"]
) -> Float[Array, "H W"]:
    """Stripes, joints between tiles, and tiles of different shades; 0 on the mean, more or less."""
    stripes, joints, shades = background.pattern
    cosine, sine = background.turn
    along = (cosine * x + sine * y) / background.periods[0]
    across = (cosine * y - sine * x) / background.periods[1]
    edge = background.softness / background.periods
    # No sines: CPUs take far longer for them.
    wave = 1.0 - 4.0 * jnp.abs(along - jnp.round(along))
    band = jnp.clip(wave / (4.0 * edge[0]), -1.0, 1.0)
    from_joint = [jnp.abs(place - jnp.round(place)) for place in (along, across)]
    joint = sum(
        jnp.exp(-((gap / (0.04 + w)) ** 2)) for gap, w in zip(from_joint, edge, strict=True)
    )
    tile = 0.618034 * jnp.round(along) + 0.754878 * jnp.round(across)
    shade = 2.0 * (tile - jnp.floor(tile)) - 1.0
    return stripes * band - joints * joint + shades * (shade - 0.5 * joint)


def _with_spots(
    canvas: Float[Array, "3 H W"], spots: Spots, x: Float[Array, "H W"], y: Float[Array, "H W"]
) -> Float[Array, "3 H W"]:
    """All spots painted over the canvas, one after the other."""

    def painted(index: Array, canvas: Array) -> Array:
        spot = jax.tree.map(lambda field: field[index], spots)
        radii = jnp.maximum(spot.radii, 1e-4)
        across = ((x - spot.centres[0]) / radii[0]) ** 2
        down = ((y - spot.centres[1]) / radii[1]) ** 2
        boxy = jnp.maximum(across, down)
        reach = jnp.sqrt(across + down + spot.squareness * (boxy - across - down))
        inside = (1.0 - reach) * radii.min() / spot.softness
        cover = spot.opacities * jnp.clip(0.5 + inside, 0.0, 1.0)
        return canvas + cover * (spot.colours[:, None, None] - canvas)

    return jax.lax.fori_loop(0, spots.opacities.shape[-1], painted, canvas)


def _random_spots(
    rows: Float[Array, "K 12"], drawn: dict[str, Float[Array, ""]], softness: Float[Array, ""]
) -> Spots:
    """Furniture behind, then lights, then people."""
    ends = (SHAPES, SHAPES + LIGHTS)
    furniture, lights, people = rows[: ends[0]], rows[ends[0] : ends[1]], rows[ends[1] :]
    shapes = Spots(
        furniture[:, :2],
        0.04 + 0.4 * furniture[:, 2:4] ** 1.5,
        jnp.where(furniture[:, 4] < 0.7, 1.0, 0.0),
        _random_colours(furniture[:, 5:10]),
        drawn["shapes"] * (0.5 + 0.5 * furniture[:, 10]),
        softness * jnp.ones(SHAPES),
    )
    radius = (0.02 + 0.06 * lights[:1, 2]) * (0.7 + 0.6 * lights[:, 3])
    bokeh = Spots(
        lights[:, :2],
        jnp.stack([radius, radius], axis=-1),
        jnp.zeros(LIGHTS),
        1.0 - 0.6 * lights[:, 4:7] * jnp.array([0.1, 0.6, 1.0]),
        drawn["lights"] * (0.25 + 0.6 * lights[:, 7]),
        0.012 * jnp.ones(LIGHTS),
    )
    crowd = [_person(person, drawn["people"], softness) for person in people]
    return jax.tree.map(lambda *fields: jnp.concatenate(fields), shapes, bokeh, *crowd)


def _person(
    numbers: Float[Array, "12"], present: Float[Array, ""], softness: Float[Array, ""]
) -> Spots:
    """Hair behind, shoulders, neck, a face, and hair above it, beside the middle."""
    size = 0.07 + 0.12 * numbers[0]
    aside = jnp.where(numbers[1] < 0.5, -1.0, 1.0) * (0.28 + 0.22 * numbers[2])
    head = jnp.stack([0.5 + aside, 0.15 + 0.45 * numbers[3]])
    offsets = jnp.array([[0, 0.05], [0, 2.75], [0, 1.1], [0, 0.1], [0, -0.75]])
    radii = jnp.array([[0.95, 1.15], [2.0, 1.7], [0.4, 0.6], [0.78, 1.02], [0.75, 0.42]])
    dark = 0.3 + 0.7 * numbers[4]
    skin, hair = dark * jnp.array(_SKIN), (0.4 + 1.8 * numbers[5] ** 2) * jnp.array(_HAIR)
    clothes = _random_colours(numbers[None, 6:11])[0]
    return Spots(
        head + size * offsets,
        size * radii,
        jnp.array([0.0, 0.15, 0.0, 0.0, 0.0]),
        jnp.stack([hair, clothes, 0.8 * skin, skin, hair]),
        present * jnp.ones(5),
        1.5 * softness * jnp.ones(5),
    )


def _random_colours(numbers: Float[Array, "K 5"]) -> Float[Array, "K 3"]:
    """Display colours of any lightness, rather gray than gaudy, from uniform numbers."""
    gray, saturation = numbers[:, :1], 0.8 * numbers[:, 1:2] ** 2
    return gray + saturation * (numbers[:, 2:] - gray)


def _random_grids(
    key: Key[Array, ""], strength: Float[Array, ""]
) -> tuple[Float[Array, "_ _ 3"], ...]:
    """Noise on finer and finer grids, each somewhat weaker than the one before; mostly gray."""
    sizes = [cells * cells for cells in _GRIDS]
    values = jax.random.uniform(key, (sum(sizes), 4), minval=-1.0)
    values = strength * (0.8 * values[:, :1] + 0.15 * values[:, 1:])
    parts = jnp.split(values, list(itertools.accumulate(sizes))[:-1])
    return tuple(
        0.6**octave * part.reshape(cells, cells, 3)
        for octave, (part, cells) in enumerate(zip(parts, _GRIDS, strict=True))
    )
