"""The lips' rows, and what is behind them: the mouth's cavity and two rows of teeth."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import step
from e2far_jax.morphable.default.grid import LOWER_LIP_ROW, MOUTH_ROW, UPPER_LIP_ROW, Sheet
from e2far_jax.morphable.default.lip_relief import LINE, LOWER_BORDER, UPPER_BORDER
from e2far_jax.morphable.default.skull import skull
from e2far_jax.morphable.default.splines import spline

Points = Float[np.ndarray, "N 3"]

# How far beyond the borders, and beyond the corners, rows give way, mm.
_REACH = 16.0
_ASIDE = (30.0, 55.0)

# The cavity's rings behind the lips: share of the width, height at the middle (mm, up for the
# upper half, down for the lower one), depth (mm).
_CAVITY_RINGS = ((1.0, 0.5, 3.0), (1.02, 10.0, 8.0), (1.1, 11.0, 26.0), (0.6, 5.0, 40.0))

_TEETH_COLUMNS = 19


def gather_lips(heights: Float[np.ndarray, "N"], sheet: Sheet) -> Float[np.ndarray, "N"]:
    """Let the rows of the lips follow the lips' line and borders."""
    points = skull(sheet.angle, heights)
    across, climb = np.abs(points[:, 0]), points[:, 1] - heights
    line = spline(LINE, across)
    gathered = heights.copy()
    for border, row in ((UPPER_BORDER, UPPER_LIP_ROW), (LOWER_BORDER, LOWER_LIP_ROW)):
        half = row - MOUTH_ROW
        along = (sheet.height - MOUTH_ROW) / half
        at_line, at_border = line - MOUTH_ROW - climb, spline(border, across) - row - climb
        beyond = np.clip(1 - (along - 1) * abs(half) / _REACH, 0.0, 1.0) ** 1.3
        shift = np.where(along < 1, at_line + (at_border - at_line) * along, at_border * beyond)
        own = along >= 0 if half > 0 else along > 0
        gathered += np.where(own, shift, 0.0) * step(*_ASIDE[::-1], across)
    return gathered


def cavity(edge: Float[np.ndarray, "R 3"], upper_count: int) -> Float[np.ndarray, "K R 3"]:
    """Rings of the cavity behind the lips.

    Args:
      edge: once round the opening, upper lip first, from the subject's right corner.
      upper_count: how many of these are the upper lip's, corners included.
    Returns:
      The rings, from the lips inwards, mm.
    """
    half_width = np.abs(edge[:, 0]).max()
    bow = 1 - np.abs(edge[:, 0] / half_width) ** 1.5
    sign = np.where(np.arange(len(edge)) < upper_count, 1.0, -1.0)
    rings = []
    for share, height, depth in _CAVITY_RINGS:
        offset = np.stack([(share - 1) * edge[:, 0], sign * bow * height, 0 * bow - depth], axis=-1)
        rings.append(edge + offset)
    return np.stack(rings)


def teeth(
    lip_centre: Float[np.ndarray, "3"],
) -> tuple[Float[np.ndarray, "2 C 3"], Float[np.ndarray, "2 C 3"]]:
    """The fronts of the upper and the lower row: grids of vertices, mm.

    Args:
      lip_centre: the middle of the line between the closed lips.
    """
    x = np.linspace(-22.0, 22.0, _TEETH_COLUMNS)
    arch = lip_centre[2] - 8.0 - 0.033 * x**2
    upper, lower = (
        np.stack([np.stack([x, np.full_like(x, y), arch], axis=-1) for y in lip_centre[1] + edges])
        for edges in (np.array([8.0, -2.0]), np.array([-2.5, -9.0]))
    )
    return upper, lower
