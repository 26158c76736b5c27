"""The lids and the sockets: where the lids' edges run, and how the skin about them stands out.

The figures were measured on, or fitted to, the mean face of ICT-FaceKit (MIT licence), rounded to
0.5 mm; those of the relief are control values of smooth surfaces (see `splines`).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.splines import spline, spline_table

# Heights of the lids' edges by distance from the midline, mm. They meet at the corners.
UPPER_EDGE = {
    8: 33.5, 17.5: 33.5, 19: 33.9, 20.5: 34.8, 22.5: 36.3, 24.5: 37.7, 27: 39, 30: 39.8, 33:
    39.9, 36: 39.5, 38.5: 38.6, 41: 37, 43: 35.5, 44.8: 33.7, 46: 33.5, 56: 33.5, 64:
    33.5,
}  # fmt: skip
LOWER_EDGE = {
    8: 33.5, 17.5: 33.5, 19: 33.1, 20.5: 32.7, 22.5: 32.1, 25: 31.3, 28: 30.6, 31: 30.1, 34:
    30, 37: 30.4, 40: 31.1, 42: 31.8, 43.5: 32.6, 44.8: 33.2, 46: 33.5, 56: 33.5, 64: 33.5,
}  # fmt: skip

# mm forward: by the distance from the lid's edge, mm, at these distances from the midline; the
# last row goes on to crown and chin.
_ACROSS = (9, 13, 16, 18.5, 21, 24, 28, 32, 36, 40, 43, 45.5, 48.5, 53, 60)
_UPPER = {
    0: (0, 0, -1, -4, -4.5, -2, 0, 1, 1, -0.5, -3, -2, -1.5, 0.5, 0),
    0.9: (0, 0.5, -1.5, -3, -2.5, -0.5, 1, 2, 2, 1.5, -1, -2, -1.5, 0.5, 0),
    1.9: (0, 0.5, -1.5, -3, -2, -0.5, 0.5, 1.5, 2, 1.5, 1, -0.5, -1.5, 1, 0),
    3: (0, 0.5, -1.5, -2.5, -1.5, -0.5, 0, 0.5, 1, 1.5, 1, 0, -1.5, 1, 0),
    4.4: (0, 0.5, -1, -2.5, -1.5, -1.5, -0.5, 0, 0, 0.5, 0.5, 0.5, -1.5, 1, 0),
    6.2: (0, 0, -0.5, -1.5, -1.5, -1, -0.5, 0, 0, 0, 0, -0.5, -1, 1, 0),
    8.5: (0, 0, -0.5, -1, -1, -1, -1, -0.5, -0.5, 0, 0, 0, -0.5, 1, 0),
    11.5: (0, 0, 0.5, -0.5, -0.5, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),
    15: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}  # fmt: skip
_LOWER = {
    0: (0, 0, -1, -4, -5, -2, -0.5, 0.5, 0.5, 0, -1, -2, -1.5, 0.5, 0),
    0.9: (0, 0, -1, -4.5, -3, -1, 0.5, 1, 1.5, 1, 0.5, -1, -2, 0, 0),
    1.9: (0, 0, -1, -3, -2, -1, 0, 1, 1.5, 1.5, 1, -0.5, -2, 0, 0),
    3: (0, 0, -0.5, -2, -1.5, -1, 0, 1, 1.5, 1.5, 1, 0, -1.5, 0, 0),
    4.4: (0, 0, -0.5, -1.5, -1.5, -1, 0, 0.5, 1, 1, 1, 0, -1, 0, 0),
    6.2: (0, 0, -0.5, -1, -1, -1, -0.5, 0, 0, 0.5, 0.5, 0, -1, 0, 0),
    8.5: (0, 0.5, -0.5, -1, -1, -1, -0.5, 0, 0, 0, 0, 0, -0.5, 0, 0),
    11.5: (0, 0, 0.5, 0, 0.5, 0, -0.5, 0, 0, 0, 0, 0, -0.5, 0.5, 0),
    15: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}  # fmt: skip


def lid_height(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N"]:
    """How far the skin about the eyes stands out at points of the smooth head, mm."""
    across, y = np.abs(points[:, 0]), points[:, 1]
    up, down = y - spline(UPPER_EDGE, across), spline(LOWER_EDGE, across) - y
    upper = spline_table(_UPPER, _ACROSS, np.maximum(up, 0.0), across)
    lower = spline_table(_LOWER, _ACROSS, np.maximum(down, 0.0), across)
    return np.where(up > down, upper, lower)
