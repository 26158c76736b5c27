"""The lips: where their line and borders run, and how far they stand out from the smooth head.

The figures were measured on, or fitted to, the mean face of ICT-FaceKit (MIT licence), rounded to
0.5 mm; those of the relief are control values of smooth surfaces (see `splines`).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.splines import spline, spline_table

# Heights of the line between the lips and of the red's borders by distance from the midline, mm;
# they meet at the corners, 25 mm out, and part again beyond them.
LINE = {0: -33.4, 6: -33.1, 12: -33.5, 18: -34.2, 23: -35, 28: -36, 36: -36.5, 44: -36}
UPPER_BORDER = {
    0: -25, 3: -24.3, 6: -24.3, 10: -25.3, 15: -27.2, 20: -30, 24: -33.2, 26.5: -34.2, 29: -33.8,
    36: -30.5, 44: -28,
}  # fmt: skip
LOWER_BORDER = {
    0: -43.8, 5: -43.6, 10: -42.8, 15: -41, 20: -38.6, 24: -37, 26.5: -37.2, 29: -38.4, 36: -42,
    44: -43.5,
}  # fmt: skip

# mm forward: by the distance from the line as a share of the lip's height, at these distances from
# the midline; where the lips come together their height counts as this much.
_LEAST = 5.0
_ACROSS = (0, 3, 6, 10, 14, 18, 21.5, 24.5, 27.5, 32, 38)
_UPPER = {
    0: (-4, -4, -4, -4, -4, -4, -4.5, -3.5, -0.5, 0.5, 0),
    0.1: (-1.5, -1.5, -1.5, -1.5, -2, -2, -2.5, -3, -0.5, 0.5, 0),
    0.22: (-0.5, 0, 0, -0.5, -0.5, -0.5, -1.5, -2.5, -0.5, 0.5, 0),
    0.38: (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, -0.5, -1.5, -0.5, 0.5, 0),
    0.56: (1.5, 1, 1, 1, 1, 1, 0, -1, 0, 0.5, 0),
    0.74: (1, 1, 1.5, 1.5, 1.5, 1.5, 0.5, -0.5, 0, 0.5, 0),
    0.9: (1, 1, 1.5, 1.5, 1.5, 1.5, 0.5, -0.5, 0.5, 0.5, 0),
    1.1: (-1.5, -0.5, 0.5, 1, 1, 1, 0.5, 0, 0.5, 0.5, 0),
    1.4: (-1, 0, 0, 0, 0, 0.5, 1, 0, 0.5, 0, 0),
    1.8: (0.5, 0, 0, 0, 0, -0.5, 0, 0.5, 0.5, 0, 0),
    2.3: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}  # fmt: skip
_LOWER = {
    0: (-4, -4, -4, -4, -4, -4, -4.5, -3.5, -0.5, 0.5, 0),
    0.1: (-3, -3, -2.5, -2, -2, -3.5, -4.5, -3.5, -1, 0.5, 0),
    0.22: (-1.5, -1, -1, -0.5, -1, -2, -3.5, -3, -1, 0.5, 0),
    0.38: (0, 0, 0.5, 1, 0.5, -1, -2.5, -2.5, -1, 0.5, 0),
    0.56: (1, 1, 1.5, 2, 1.5, 0, -1.5, -2, -1, 0.5, 0),
    0.74: (1.5, 1.5, 2, 2, 1.5, 0.5, -1, -1.5, -1, 0.5, 0),
    0.9: (1.5, 2, 2, 2.5, 2, 1, -0.5, -1.5, -1, 0, 0),
    1.1: (-0.5, -0.5, 0.5, 1.5, 1.5, 1, 0, -1, -1, 0, 0),
    1.4: (-2, -2, -1.5, -0.5, 0.5, 1, 0, -0.5, -0.5, 0, 0),
    1.8: (0.5, 0.5, 0, -0.5, 0, 0.5, 0.5, 0, -0.5, 0, 0),
    2.3: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}  # fmt: skip


def lip_height(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N"]:
    """How far the lips and the skin about them stand out at points of the smooth head, mm."""
    across, y = np.abs(points[:, 0]), points[:, 1]
    line = spline(LINE, across)
    up = (y - line) / np.hypot(spline(UPPER_BORDER, across) - line, _LEAST)
    down = (line - y) / np.hypot(spline(LOWER_BORDER, across) - line, _LEAST)
    upper = spline_table(_UPPER, _ACROSS, np.maximum(up, 0.0), across)
    lower = spline_table(_LOWER, _ACROSS, np.maximum(down, 0.0), across)
    return np.where(y >= line, upper, lower)
