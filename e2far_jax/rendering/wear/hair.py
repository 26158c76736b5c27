"""Hair on a head, and hats, caps and scarves in its place."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from e2far_jax.rendering.ranges import Range, Ranges, between, number, share
from e2far_jax.rendering.stored import stored
from e2far_jax.rendering.wear.hair_shell import (
    COLUMNS,
    INNER,
    Shell,
    hair_shell,
    shell_triangles,
)
from e2far_jax.rendering.wear.hair_styles import HAIR, KINDS, NUMBERS, HairStyle, hair_style
from e2far_jax.rendering.wear.head import Head
from e2far_jax.rendering.wear.piece import Piece, shown

_INNER_SHADE = 0.4  # of the light that reaches the outer side


@dataclasses.dataclass(frozen=True)
class HairRanges(Ranges):
    """Ranges of hair and headgear; all but the last two are probabilities, in all at most 1.

    Attributes:
      cropped: a few mm all over.
      short: up to 3 cm, over the ears or around them.
      fringe: down to over the brows, short or half-long at the sides.
      medium: from a parting to the jaw.
      long: from a parting to the shoulders.
      receding: short, bare in front.
      tied: combed back, with a knot.
      volume: thick all around.
      beanie: a knit cap instead.
      hat: a hat or cap with a brim.
      scarf: around the head and under the chin.
      thickness: as a multiple of the usual one.
      roughness: from combed (0) to unkempt (1).
    """

    cropped: float = share(0.08)
    short: float = share(0.17)
    fringe: float = share(0.12)
    medium: float = share(0.12)
    long: float = share(0.14)
    receding: float = share(0.05)
    tied: float = share(0.07)
    volume: float = share(0.06)
    beanie: float = share(0.05)
    hat: float = share(0.05)
    scarf: float = share(0.04)
    thickness: Range = number((0.8, 1.25), smallest=0.1, largest=3.0)
    roughness: Range = number((0.0, 1.0), largest=1.0)

    @classmethod
    def off(cls) -> HairRanges:
        """No hair but what is painted on the scalp."""
        return cls(*[0.0] * len(KINDS))

    @classmethod
    def at_level(cls, level: int) -> HairRanges:
        """Some short hair (0), ordinary hair (1), all hair and few hats (2), everything (3)."""
        few = dict.fromkeys(KINDS, 0.0)
        return (
            cls(**few | {"cropped": 0.2, "short": 0.3}, roughness=(0.0, 0.4)),
            cls(**few | {"cropped": 0.1, "short": 0.2, "medium": 0.12, "long": 0.12, "tied": 0.1}),
            cls(beanie=0.02, hat=0.02, scarf=0.02),
            cls(),
        )[level]


def hair_triangles() -> Int[np.ndarray, "F 3"]:
    """The triangles of `random_hair`'s piece."""
    return shell_triangles()


def random_hair(
    key: Key[Array, ""], head: Head, colour: Float[Array, "3"], ranges: HairRanges
) -> tuple[Piece, dict[str, Float[Array, ""]]]:
    """Hair or headgear of one head.

    Args:
      key: decides everything.
      head: to put it on.
      colour: of the person's hair, linear reflectance; headgear has its own.
      ranges: what may come.
    Returns:
      The piece, NaN where there is none, and "hair.kind" (0 for none, else 1 and on in the order of
      the ranges) and "hair.length", how far below the eyes it reaches, mm.
    """
    numbers = jax.random.uniform(key, (20 + NUMBERS + 2 * COLUMNS,))
    shares = jnp.array([getattr(ranges, name) for name in KINDS])
    kind = jnp.sum(numbers[0] >= jnp.cumsum(shares))
    present = kind < len(KINDS)
    style = hair_style(jnp.minimum(kind, len(KINDS) - 1), numbers[20 : 20 + NUMBERS])
    thicker = between(numbers[1], ranges.thickness)
    style = dataclasses.replace(style, top=thicker * style.top, side=thicker * style.side)
    is_hair = style.material == HAIR
    seam = jnp.where(is_hair, 0.75 * (numbers[2] - 0.5), 0.0)
    seam = jnp.where(numbers[3] < 0.4, 0.0, seam)
    ends = 2.0 * numbers[20 + NUMBERS :].reshape(2, COLUMNS) - 1.0
    shell = stored(hair_shell(head, style, seam, 2.0 * math.pi * numbers[4:12], ends), head.unit)
    rough = between(numbers[12], ranges.roughness)
    plain = jnp.where(is_hair, colour, _cloth_colour(numbers[13:16]))
    piece = _piece(shell, style, plain, rough, 700.0 * numbers[16], head.unit)
    lowest = jnp.maximum(head.eyes[:, 1].mean() - shell.outer[..., 1].min(), 0.0)
    factors = {
        "kind": jnp.where(present, kind + 1.0, 0.0),
        "length": jnp.where(present, lowest, 0.0),
    }
    return shown(piece, present), {f"hair.{name}": value for name, value in factors.items()}


def _piece(
    shell: Shell,
    style: HairStyle,
    colour: Float[Array, "3"],
    rough: Float[Array, ""],
    offset: Float[Array, ""],
    unit: Float[Array, ""],
) -> Piece:
    """Both sides of a shell as one list of vertices, with roots darker than ends."""
    is_hair = style.material == HAIR
    shade = 1.0 + is_hair * (0.3 * shell.down - 0.2)
    across = 90.0 * shell.azimuth + offset
    material = jnp.where(is_hair, 0.02 + 0.96 * rough, style.material + 0.5)
    coordinates = jnp.stack(
        [across, shell.along / unit, jnp.broadcast_to(material, across.shape)], axis=-1
    )
    colours = shade[..., None] * colour
    gloss = jnp.broadcast_to(jnp.where(is_hair, 1.2 - 0.7 * rough, 0.1), across.shape)
    return Piece(
        vertices=_both(shell.outer, shell.inner),
        colours=_both(colours, _INNER_SHADE * colours),
        gloss=_both(gloss[..., None], 0.3 * gloss[..., None])[:, 0],
        coordinates=_both(coordinates, coordinates),
    )


def _both(outer: Float[Array, "2 C R D"], inner: Float[Array, "2 C R D"]) -> Float[Array, "K D"]:
    """The vertices of the outer side, then those of the inner side."""
    size = outer.shape[-1]
    return jnp.concatenate([outer.reshape(-1, size), inner[:, :, INNER:].reshape(-1, size)])


def _cloth_colour(numbers: Float[Array, "3"]) -> Float[Array, "3"]:
    """From black to white, seldom bright, of any hue."""
    hue = 2.0 * math.pi * (numbers[0] + jnp.arange(3.0) / 3.0)
    return (0.02 + 0.5 * numbers[1] ** 2) * (1.0 + 0.85 * numbers[2] * jnp.cos(hue))
