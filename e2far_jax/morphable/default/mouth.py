"""The lips' rows, and what is behind them: the mouth's cavity and two rows of teeth."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import curve
from e2far_jax.morphable.default.grid import LOWER_LIP_ROW, MOUTH_ROW, UPPER_LIP_ROW, Sheet

Points = Float[np.ndarray, "N 3"]

# How far the lips' borders stand from the mouth line, as a share of their height in the middle, by
# degrees round the head; the corners are at 21.
_UPPER_BORDER = {0: 1, 6: 1.06, 10: 0.9, 14: 0.65, 18: 0.35, 21: 0.1, 23: 0.15, 42: 1}
_LOWER_BORDER = {0: 1, 8: 0.92, 14: 0.7, 18: 0.35, 21: 0.1, 23: 0.15, 42: 1}
# How far beyond the borders rows give way, mm.
_REACH = 16.0

# The cavity's rings behind the lips: share of the width, height at the middle (mm, up for the
# upper half, down for the lower one), depth (mm).
_CAVITY_RINGS = ((1.0, 0.5, 3.0), (1.02, 10.0, 8.0), (1.1, 11.0, 26.0), (0.6, 5.0, 40.0))

_TEETH_COLUMNS = 15


def gather_lips(heights: Float[np.ndarray, "N"], sheet: Sheet) -> Float[np.ndarray, "N"]:
    """Bring the rows of the lips together towards the corners, so that they follow the borders."""
    gathered = heights.copy()
    degrees = np.degrees(np.abs(sheet.angle))
    for border, row in ((_UPPER_BORDER, UPPER_LIP_ROW), (_LOWER_BORDER, LOWER_LIP_ROW)):
        half = row - MOUTH_ROW
        along = (sheet.height - MOUTH_ROW) / half
        beyond = np.clip(1 - (along - 1) * abs(half) / _REACH, 0.0, 1.0)
        moved = np.where(along < 1, along, beyond**1.3) * (along > 0)
        gathered += half * (curve(border, degrees) - 1) * moved
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
    x = np.linspace(-17.0, 17.0, _TEETH_COLUMNS)
    arch = lip_centre[2] - 8.0 - 0.033 * x**2
    upper, lower = (
        np.stack([np.stack([x, np.full_like(x, y), arch], axis=-1) for y in lip_centre[1] + edges])
        for edges in (np.array([8.0, -2.0]), np.array([-2.5, -9.0]))
    )
    return upper, lower
