"""Triangles of grids of vertices, the building blocks of worn things."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int


def grid_triangles(
    rows: int, columns: int, first: int = 0, closed: bool = False
) -> Int[np.ndarray, "F 3"]:
    """Two triangles for each cell of a grid, counter-clockwise for who sees rows go down.

    Args:
      rows: vertices from top to bottom.
      columns: vertices from left to right.
      first: index of the top left vertex; rows follow one another.
      closed: whether the last column is joined to the first one.
    """
    across = np.arange(columns if closed else columns - 1)
    left = first + across + columns * np.arange(rows - 1)[:, None]
    right = left - across + (across + 1) % columns
    quads = np.stack([left, left + columns, right + columns, right], axis=-1).reshape(-1, 4)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
