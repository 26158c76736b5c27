"""One worn thing: vertices for a fixed list of triangles, drawn together with the face."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from e2far_jax.pytrees import pytree_dataclass


@pytree_dataclass
class Piece:
    """A worn thing; leading axes are batches. Its triangles are a constant of its kind.

    Attributes:
      vertices: the face's axes, mm; NaN where there is nothing.
      colours: linear reflectance.
      gloss: of the highlight; 1 is the skin's.
      coordinates: for the thing's own detail by the pixel.
    """

    vertices: Float[Array, "*B K 3"]
    colours: Float[Array, "*B K 3"]
    gloss: Float[Array, "*B K"]
    coordinates: Float[Array, "*B K 3"]


def shown(piece: Piece, present: Bool[Array, ""]) -> Piece:
    """The same thing where it is present; else NaN vertices, which are not drawn."""
    return dataclasses.replace(piece, vertices=jnp.where(present, piece.vertices, jnp.nan))
