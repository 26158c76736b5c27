"""The tongue: a flat tube that lies in the lower jaw, and comes out over the lower lip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import Number, curve

Grid = Float[np.ndarray, "R C 3"]
Form = Mapping[Number, Number]

_RINGS, _SEGMENTS = 12, 14
# From the root (0) to the tip (1): half-width, half-height, and the middle's height and depth from
# the middle of the line between the closed lips, mm.
_LYING: tuple[Form, ...] = (
    {0: 14, 0.6: 14.5, 0.8: 12, 0.93: 7.5, 1: 0.3},
    {0: 4, 0.5: 4.5, 0.8: 3.5, 0.93: 2.2, 1: 0.2},
    {0: -9, 0.4: -6.5, 0.8: -7, 1: -7.5},
    {0: -42, 1: -12.5},
)
_OUT: tuple[Form, ...] = (
    {0: 14, 0.5: 15, 0.7: 15, 0.86: 12.5, 0.95: 8, 1: 0.3},
    {0: 4, 0.35: 3.2, 0.55: 3, 0.75: 3.6, 0.93: 2.4, 1: 0.2},
    {0: -10, 0.25: -9, 0.4: -8.5, 0.55: -9, 0.7: -13.5, 0.85: -20, 1: -27},
    {0: -40, 0.25: -22, 0.4: -9, 0.55: 1.5, 0.7: 8, 0.85: 10.5, 1: 11},
)


def lying_tongue(lip_centre: Float[np.ndarray, "3"]) -> Grid:
    """The tongue in the closed mouth: rings from the root to the tip, mm.

    Args:
      lip_centre: the middle of the line between the closed lips.
    """
    return lip_centre + _tube(*_LYING)


def tongue_out(lip_centre: Float[np.ndarray, "3"]) -> Grid:
    """The tongue out of a mouth that makes room, mm; the same rings."""
    return lip_centre + _tube(*_OUT)


def _tube(width: Form, height: Form, middle: Form, depth: Form) -> Grid:
    """Ellipses across a line from the root to the tip; the last segment meets the first."""
    along = np.linspace(0.0, 1.0, _RINGS)
    turn = np.linspace(0.0, 2 * np.pi, _SEGMENTS + 1)[:-1]
    line = np.stack([0 * along, curve(middle, along), curve(depth, along)], axis=-1)
    tangent = np.gradient(line, along, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    upwards = np.stack([0 * along, tangent[:, 2], -tangent[:, 1]], axis=-1)
    across = curve(width, along)[:, None, None] * np.sin(turn)[:, None] * np.array([1.0, 0, 0])
    above = (curve(height, along)[:, None] * np.cos(turn))[..., None] * upwards[:, None]
    return line[:, None] + across + above
