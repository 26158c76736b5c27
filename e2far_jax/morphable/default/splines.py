"""Curves through few figures, and surfaces near a table of them, with continuous curvature.

The surfaces are cubic B-splines: they follow the control values without reaching every one of
them, never overshoot, and smooth what rounding the figures does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import Number

Values = Float[np.ndarray, "..."]


def spline(points: Mapping[Number, Number], at: Values) -> Values:
    """The natural cubic spline through points (position -> value); constant beyond its ends."""
    knots = np.array(sorted(points), float)
    values = np.array([points[knot] for knot in sorted(points)], float)
    widths = np.diff(knots)
    system = np.diag(np.concatenate([[1.0], 2 * (widths[:-1] + widths[1:]), [1.0]]))
    inner = np.arange(1, len(knots) - 1)
    system[inner, inner - 1], system[inner, inner + 1] = widths[:-1], widths[1:]
    bends = np.zeros_like(values)
    bends[1:-1] = 6 * np.diff(np.diff(values) / widths)
    curvature = np.linalg.solve(system, bends)
    position = np.clip(at, knots[0], knots[-1])
    cell = np.clip(np.searchsorted(knots, position, side="right") - 1, 0, len(widths) - 1)
    width = widths[cell]
    left, right = (knots[cell + 1] - position) / width, (position - knots[cell]) / width
    return (
        left * values[cell]
        + right * values[cell + 1]
        + width**2
        / 6
        * ((left**3 - left) * curvature[cell] + (right**3 - right) * curvature[cell + 1])
    )


def spline_table(
    sections: Mapping[Number, tuple[Number, ...]],
    columns: tuple[Number, ...],
    row_at: Float[np.ndarray, "N"],
    column_at: Float[np.ndarray, "N"],
) -> Float[np.ndarray, "N"]:
    """A smooth surface near a table of control values; its first and last columns are mirrors.

    Args:
      sections: row position -> the values along the row, any order.
      columns: the columns' positions, rising.
      row_at: where to evaluate; positions beyond the table count as its edge.
      column_at: the same for the columns.
    Returns:
      The surface's values.
    """
    rows = sorted(sections)
    values = np.array([sections[row] for row in rows], float)
    row_weights = spline_weights(np.array(rows, float), row_at)
    column_weights = spline_weights(np.array(columns, float), column_at, even=True)
    return ((row_weights @ values) * column_weights).sum(axis=-1)


def spline_weights(
    knots: Float[np.ndarray, "K"], at: Values, even: bool = False
) -> Float[np.ndarray, "... K"]:
    """The share of each control value in the spline's value: Cox-de Boor recursion, degree 3.

    Args:
      knots: the control values' positions, rising, at least four.
      at: where to evaluate; positions beyond the ends count as the ends.
      even: the curve mirrors itself at both ends, instead of running on straight.
    Returns:
      Weights that sum to one.
    """
    before, after = 2 * knots[0] - knots[3:0:-1], 2 * knots[-1] - knots[-2:-5:-1]
    extended = np.concatenate([before, knots, after])
    position = np.clip(np.asarray(at, float), knots[0], knots[-1] - 1e-9 * np.ptp(knots))[..., None]
    basis = ((extended[:-1] <= position) & (position < extended[1:])).astype(float)
    for degree in (1, 2, 3):
        rising = (position - extended[: -degree - 1]) / (
            extended[degree:-1] - extended[: -degree - 1]
        )
        falling = (extended[degree + 1 :] - position) / (
            extended[degree + 1 :] - extended[1:-degree]
        )
        basis = rising * basis[..., :-1] + falling * basis[..., 1:]
    weights = basis[..., 1:-1].copy()
    ends = ((0, 1, basis[..., 0]), (-1, -2, basis[..., -1]))
    for end, inner, outside in ends:
        weights[..., end] += 0.0 if even else 2 * outside
        weights[..., inner] += outside if even else -outside
    return weights
