"""Kinds of hair and headgear: ranges of a few lengths and shares for each, lengths in mm."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.ranges import Range

KINDS = (
    "cropped", "short", "fringe", "medium", "long", "receding", "tied", "volume",
    "beanie", "hat", "scarf",
)  # fmt: skip
HAIR, KNIT, CLOTH = 0.0, 1.0, 2.0

_USUAL: dict[str, Range] = {
    "top": (8.0, 14.0),
    "side": (4.0, 8.0),
    "front": (-6.0, 6.0),
    "temples": (-8.0, 2.0),
    "length": (-8.0, 8.0),
    "cover": (0.0, 0.0),
    "curtain": (0.0, 0.0),
    "opening": (1.15, 1.4),
    "parting": (0.0, 0.0),
    "waves": (0.5, 1.5),
    "ragged": (3.0, 7.0),
    "bun": (0.0, 0.0),
    "brim": (0.0, 0.0),
    "cuff": (0.0, 0.0),
    "material": (HAIR, HAIR),
}
_SPECIAL: dict[str, dict[str, Range]] = {
    "cropped": {"top": (2.5, 6.0), "side": (1.8, 3.0), "ragged": (1.0, 3.0), "waves": (0.1, 0.4)},
    "short": {"top": (12.0, 30.0), "side": (4.0, 12.0), "front": (-8.0, 14.0)},
    "fringe": {
        "top": (10.0, 18.0), "side": (8.0, 14.0), "front": (20.0, 42.0), "temples": (15.0, 40.0),
        "length": (-5.0, 100.0), "cover": (0.0, 1.0), "ragged": (4.0, 10.0),
    },
    "medium": {
        "top": (10.0, 22.0), "side": (10.0, 18.0), "length": (20.0, 75.0), "cover": (1.0, 1.0),
        "curtain": (1.0, 1.0), "parting": (0.4, 0.9), "waves": (1.0, 4.0), "ragged": (5.0, 14.0),
        "opening": (0.95, 1.45),
    },
    "long": {
        "top": (8.0, 18.0), "side": (8.0, 20.0), "length": (90.0, 190.0), "cover": (1.0, 1.0),
        "curtain": (1.0, 1.0), "parting": (0.4, 0.9), "waves": (1.0, 6.0), "ragged": (8.0, 25.0),
        "opening": (0.95, 1.5),
    },
    "receding": {
        "top": (3.0, 9.0), "side": (3.0, 10.0), "front": (-55.0, -20.0),
        "temples": (-55.0, -25.0),
    },
    "tied": {
        "top": (5.0, 9.0), "side": (4.0, 6.0), "front": (-4.0, 2.0), "temples": (-6.0, 2.0),
        "bun": (25.0, 55.0), "ragged": (1.0, 4.0), "waves": (0.2, 0.5),
    },
    "volume": {
        "top": (30.0, 65.0), "side": (22.0, 55.0), "length": (0.0, 60.0), "cover": (0.6, 1.0),
        "waves": (2.0, 5.0), "ragged": (5.0, 12.0),
    },
    "beanie": {
        "top": (8.0, 35.0), "side": (6.0, 10.0), "front": (14.0, 30.0), "temples": (8.0, 20.0),
        "length": (-40.0, -15.0), "cover": (0.3, 1.0), "waves": (0.3, 1.5), "ragged": (0.0, 0.5),
        "cuff": (0.0, 5.0), "material": (KNIT, KNIT),
    },
    "hat": {
        "top": (14.0, 34.0), "side": (8.0, 10.0), "front": (4.0, 18.0), "temples": (12.0, 20.0),
        "length": (-35.0, -15.0), "cover": (0.0, 0.1), "waves": (0.0, 0.3), "ragged": (0.0, 0.0),
        "brim": (25.0, 75.0), "material": (CLOTH, CLOTH),
    },
    "scarf": {
        "top": (6.0, 12.0), "side": (6.0, 10.0), "length": (60.0, 130.0), "cover": (1.0, 1.0),
        "curtain": (1.0, 1.0), "opening": (1.0, 1.2), "waves": (0.5, 3.0), "ragged": (0.0, 6.0),
        "material": (CLOTH, CLOTH),
    },
}  # fmt: skip


@pytree_dataclass
class HairStyle:
    """One head of hair, or a hat.

    Attributes:
      top, side: thickness on the crown and around, mm.
      front, temples: how far below the natural hair line it ends there, mm; negative recedes.
      length: how far below the natural rim it ends around the sides and the back, mm.
      cover: 1 where the ears are covered, 0 where the rim goes around them.
      curtain: 1 where it falls to both sides of the face from a parting.
      opening: azimuth of its edges beside the face, radians from the front.
      parting: depth of the parting's groove as a share of the thickness.
      waves: sideways waves, mm.
      ragged: spread of the ends, mm.
      bun: height of a knot, mm.
      brim: width of a brim, mm.
      cuff: of a turned-up rim, mm.
      material: 0 hair, 1 knit, 2 cloth.
    """

    top: Float[Array, "*B"]
    side: Float[Array, "*B"]
    front: Float[Array, "*B"]
    temples: Float[Array, "*B"]
    length: Float[Array, "*B"]
    cover: Float[Array, "*B"]
    curtain: Float[Array, "*B"]
    opening: Float[Array, "*B"]
    parting: Float[Array, "*B"]
    waves: Float[Array, "*B"]
    ragged: Float[Array, "*B"]
    bun: Float[Array, "*B"]
    brim: Float[Array, "*B"]
    cuff: Float[Array, "*B"]
    material: Float[Array, "*B"]


NUMBERS = len(_USUAL)
_TABLE = [[(_USUAL | _SPECIAL[kind])[name] for name in _USUAL] for kind in KINDS]


def hair_style(kind: Int[Array, ""], numbers: Float[Array, "K"]) -> HairStyle:
    """A style of one kind (an index into `KINDS`), from as many numbers in [0, 1] as it has."""
    limits = jnp.array(_TABLE)[kind]
    values = limits[:, 0] + numbers * (limits[:, 1] - limits[:, 0])
    return HairStyle(**dict(zip(_USUAL, values, strict=True)))
