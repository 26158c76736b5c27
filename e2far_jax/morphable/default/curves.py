"""Smooth one-dimensional building blocks of the sculpture: curves through points, steps, bells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

Number = float | int
Values = Float[np.ndarray, "..."]


def curve(points: Mapping[Number, Number], at: Values) -> Values:
    """A smooth curve through points that never overshoots them; constant outside their range.

    The monotone cubic of Fritsch and Carlson, "Monotone piecewise cubic interpolation", SIAM
    Journal on Numerical Analysis 1980, with the harmonic mean of neighbouring slopes.

    Args:
      points: position -> value, any order, at least two.
      at: the positions to evaluate.
    Returns:
      The curve's values.
    """
    knots = np.array(sorted(points))
    values = np.array([points[knot] for knot in knots])
    widths, slopes = np.diff(knots), np.diff(values) / np.diff(knots)
    tangents = np.zeros_like(values)
    same_sign = slopes[:-1] * slopes[1:] > 0
    left, right = slopes[:-1][same_sign], slopes[1:][same_sign]
    tangents[1:-1][same_sign] = 2 * left * right / (left + right)
    cell = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(widths) - 1)
    width = widths[cell]
    s = np.clip((at - knots[cell]) / width, 0.0, 1.0)
    rise = values[cell + 1] - values[cell]
    return (
        values[cell]
        + rise * s**2 * (3 - 2 * s)
        + width * s * (1 - s) * (tangents[cell] * (1 - s) - tangents[cell + 1] * s)
    )


def step(start: Number, end: Number, at: Values) -> Values:
    """0 before `start`, 1 after `end`, smooth between; falling where `end` is below `start`."""
    s = np.clip((at - start) / (end - start), 0.0, 1.0)
    return s * s * s * (s * (6 * s - 15) + 10)


def bell(distance: Values) -> Values:
    """exp(-d^2 / 2): 1 at 0, a Gaussian of standard deviation 1."""
    return np.exp(-0.5 * distance**2)
