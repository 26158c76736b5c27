"""The vector of 257 numbers by which Deep3DFaceRecon describes a face in a picture.

In its order: identity, expression, colour, angles, lighting, translation. Its bases are scaled to
one standard deviation, so the first three are the whitened coefficients of `read_deep3d`'s model.

The pose stays as it is, since its camera has a perspective, which this package's has not. It turns
and moves the face, in decimetres and with the mean of the mean face's vertices at 0, by

    V = R_z(angle_z) R_y(angle_y) R_x(angle_x) S + translation,

each R counter-clockwise about its axis. A camera at a distance d of 10 decimetres, with a focal
length f of 1015 pixels, then sees it at (f V_x / (d - V_z), f V_y / (d - V_z)) from the middle of a
picture of 224 x 224 pixels, y up.
"""

from __future__ import annotations

from itertools import pairwise

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass

_ENDS = np.cumsum([0, 80, 64, 80, 3, 27, 3])


@pytree_dataclass
class Deep3DCoefficients:
    """A face in a picture; leading axes are batches.

    Attributes:
      identity: whitened.
      expression: whitened.
      colour: whitened.
      angles: about x, y and z, radians.
      lighting: nine spherical harmonics each for red, green and blue.
      translation: x, y, z, decimetres.
    """

    identity: Float[Array, "*B 80"]
    expression: Float[Array, "*B 64"]
    colour: Float[Array, "*B 80"]
    angles: Float[Array, "*B 3"]
    lighting: Float[Array, "*B 27"]
    translation: Float[Array, "*B 3"]


def split_deep3d(vector: Float[Array, "*B 257"]) -> Deep3DCoefficients:
    """Take the vector apart."""
    return Deep3DCoefficients(*(vector[..., start:end] for start, end in pairwise(_ENDS)))


def join_deep3d(coefficients: Deep3DCoefficients) -> Float[Array, "*B 257"]:
    """Put the vector together: the inverse of `split_deep3d`."""
    parts = (
        coefficients.identity,
        coefficients.expression,
        coefficients.colour,
        coefficients.angles,
        coefficients.lighting,
        coefficients.translation,
    )
    return jnp.concatenate(parts, axis=-1)
