"""The nose: sections by height, how far each stands out from the smooth head.

The figures are control values of a smooth surface (see `splines`), fitted to the mean face of
ICT-FaceKit (MIT licence) and rounded to 0.5 mm.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.splines import spline, spline_table

# Half the nose's width, mm: the wings' edges, above them the foot of the bridge.
HALF_WIDTH = {
    56: 15, 46: 14, 36: 13, 28: 13, 20: 14, 14: 15.2, 8: 16.6, 3: 17.4, -1: 17.7, -4: 17.5,
    -7: 16.6,
    -9.5: 14.8, -13: 13.5, -18: 13, -24: 13,
}  # fmt: skip
# mm forward: by height, at these shares of half the width.
_SHARES = (0, 0.18, 0.36, 0.54, 0.7, 0.82, 0.92, 1, 1.08, 1.18, 1.4, 1.8)
_SECTIONS = {
    56: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    50: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    43: (3.5, 3.5, 3, 2.5, 2, 1.5, 0.5, 0, -0.5, -1, -0.5, 0),
    36: (9.5, 9, 7.5, 5, 1, -1.5, -2.5, -3, -3, -1, 0, 0),
    28: (18.5, 18, 16.5, 13.5, 9, 5.5, 3, 1.5, 0, -1, 0, 0),
    20: (24.5, 23.5, 22, 18.5, 15, 12, 9.5, 8, 6, 3.5, -0.5, 0),
    13: (28.5, 27.5, 25.5, 21.5, 15.5, 11.5, 10, 8.5, 5.5, 5.5, 0.5, 0),
    7: (30, 29.5, 28, 25.5, 18.5, 10.5, 5.5, 4.5, 4, 2.5, 0.5, 0),
    2: (28.5, 28, 26.5, 24.5, 21, 17.5, 13, 3.5, 1, 1, 0, 0),
    -2: (25, 25, 23.5, 21, 17.5, 15.5, 16, 10.5, -2, 0, 0, 0),
    -5: (21.5, 20.5, 16, 13, 10, 9.5, 10.5, 10, -1.5, -1.5, 0, 0),
    -8: (15, 11, 5, 4.5, 3, 3, 4, 3.5, -1, -2.5, -0.5, 0),
    -10.5: (5, 3.5, 3.5, 3, 1.5, 0.5, -0.5, -1.5, -1, -2.5, -0.5, 0),
    -13: (2, 2.5, 2.5, 1.5, 1, 0, -0.5, -1, -0.5, -2, -1, 0),
    -16: (-1.5, -0.5, 0.5, 0.5, 0.5, 0, 0, -0.5, -0.5, -1, -0.5, 0),
    -20: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    -24: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}  # fmt: skip


def nose_height(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N"]:
    """How far the nose stands out at points of the smooth head, mm."""
    share = np.abs(points[:, 0]) / spline(HALF_WIDTH, points[:, 1])
    return spline_table(_SECTIONS, _SHARES, points[:, 1], share)
