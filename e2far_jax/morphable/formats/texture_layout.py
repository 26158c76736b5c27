"""Texture coordinates on which no two parts of a mesh share a place."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

CELLS = 128  # along a tile: how finely it is seen which places are taken
STEPS = 10  # along a triangle's edges: where it is looked for
MOST_SHARED = 0.25  # of a part's cells; neighbours share those along their border
PER_TILE = 3  # parts along each side of a tile that is added
_MARGIN = 0.04  # of a part's cell, kept free on each side


def separated(
    coordinates: Float[np.ndarray, "T 2"], triangles: Int[np.ndarray, "F 3"]
) -> Float[np.ndarray, "T 2"]:
    """Move parts that lie over others into further tiles.

    Models whose parts have materials of their own lay several of them over the same square tile.
    The part of the most triangles stays, and each next one that shares its place with none before;
    the others are drawn smaller, nine to a tile, to the right of all tiles (ours).

    Args:
      coordinates: (u, v); tiles are squares of side 1, side by side along u from 0 on, v within
        [0, 1].
      triangles: indices into them; each belongs to the part of the triangles it shares them with.
    Returns:
      Coordinates in the same order, which reach further along u where parts were moved.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    first, second = triangles[:, [0, 1]].ravel(), triangles[:, [1, 2]].ravel()
    links = coo_matrix((np.ones(len(first)), (first, second)), shape=(len(coordinates),) * 2)
    part = connected_components(links, directed=False)[1]
    sizes = np.bincount(part[triangles[:, 0]], minlength=part.max() + 1)
    cells = _cells(coordinates[triangles])
    taken, moved = np.zeros(0, np.int64), []
    for number in np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]:
        own = np.unique(cells[part[triangles[:, 0]] == number])
        if np.isin(own, taken).mean() > MOST_SHARED:
            moved.append(number)
        else:
            taken = np.union1d(taken, own)
    return _moved(coordinates, [part == number for number in moved])


def _cells(corners: Float[np.ndarray, "F 3 2"]) -> Int[np.ndarray, "F P"]:
    """Numbers of cells that hold points spread over each triangle."""
    steps = np.arange(STEPS) + 1.0 / 3.0
    first, second = (grid.ravel() for grid in np.meshgrid(steps, steps, indexing="ij"))
    inside = first + second < STEPS
    weights = np.stack([first, second, STEPS - first - second], axis=1)[inside] / STEPS
    places = np.floor(np.einsum("pk,fkc->fpc", weights, corners) * CELLS).astype(np.int64)
    return places[..., 0] * CELLS + places[..., 1]


def _moved(
    coordinates: Float[np.ndarray, "T 2"], parts: list[np.ndarray]
) -> Float[np.ndarray, "T 2"]:
    """Each of the parts in a cell of its own, its longer side filling it."""
    result = coordinates.copy()
    begin = max(1.0, np.ceil(coordinates[:, 0].max(initial=0.0)))
    for place, part in enumerate(parts):
        tile, cell = divmod(place, PER_TILE**2)
        row, column = divmod(cell, PER_TILE)
        low, high = coordinates[part].min(axis=0), coordinates[part].max(axis=0)
        inner = (coordinates[part] - low) / max((high - low).max(), 1e-12)
        inner = _MARGIN + (1.0 - 2.0 * _MARGIN) * inner
        result[part] = (np.array([column, row]) + inner) / PER_TILE + np.array([begin + tile, 0.0])
    return result
