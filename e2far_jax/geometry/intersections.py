"""Where a triangle mesh passes through itself. Plain NumPy: a check, not a part of any loop."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

Corners = Float[np.ndarray, "P 3 3"]
Pairs = Int[np.ndarray, "P 2"]


def intersecting_pairs(
    vertices: Float[np.ndarray, "N 3"],
    triangles: Int[np.ndarray, "F 3"],
    places: Int[np.ndarray, "N"] | None = None,
) -> Pairs:
    """The pairs of triangles that cross each other.

    Triangles that share a vertex never count, nor do those that only touch or lie in one plane.

    Args:
      vertices: of the mesh, any unit.
      triangles: its vertex indices.
      places: a number for each vertex, the same for vertices that are one, such as both sides of a
        seam (`welded`); by default each is its own.
    Returns:
      Pairs of triangle numbers, the smaller one first, in rising order.
    """
    places = np.arange(len(vertices)) if places is None else places
    corners = vertices[triangles].astype(np.float64)
    pairs = _close_pairs(corners, places[triangles])
    crossing = triangles_cross(corners[pairs[:, 0]], corners[pairs[:, 1]])
    return np.unique(pairs[crossing], axis=0)


def welded(vertices: Float[np.ndarray, "N 3"], step: float = 1e-3) -> Int[np.ndarray, "N"]:
    """A number for each place: vertices that agree once rounded to multiples of `step` share it."""
    cells = np.round(vertices / step).astype(np.int64)
    return np.unique(cells, axis=0, return_inverse=True)[1].reshape(-1)


def contact_zone(
    vertices: Float[np.ndarray, "N 3"],
    triangles: Int[np.ndarray, "F 3"],
    places: Int[np.ndarray, "N"],
    rings: int = 2,
) -> Bool[np.ndarray, "F"]:
    """The triangles that cross another one, and those up to some rings of neighbours about them."""
    zone = np.zeros(len(triangles), bool)
    zone[intersecting_pairs(vertices, triangles, places)] = True
    corners = places[triangles]
    for _ in range(rings):
        touched = np.zeros(len(places), bool)
        touched[corners[zone]] = True
        zone = touched[corners].any(axis=1)
    return zone


def new_crossings(
    vertices: Float[np.ndarray, "N 3"],
    triangles: Int[np.ndarray, "F 3"],
    places: Int[np.ndarray, "N"],
    zone: Bool[np.ndarray, "F"],
) -> Pairs:
    """The crossing pairs of a deformed mesh that do not both lie in the undeformed one's zone."""
    pairs = intersecting_pairs(vertices, triangles, places)
    return pairs[~zone[pairs].all(axis=1)]


def triangles_cross(first: Corners, second: Corners) -> Bool[np.ndarray, "P"]:
    """Whether an edge of either triangle passes through the other one's inside.

    Args:
      first: the corners of one triangle a pair.
      second: the corners of the other.
    """
    possible = np.flatnonzero(~_on_one_side(first, second) & ~_on_one_side(second, first))
    a, b = first[possible], second[possible]
    crossing = np.zeros(len(possible), bool)
    for edge in range(3):
        crossing |= _pierces(a[:, edge], a[:, (edge + 1) % 3], b)
        crossing |= _pierces(b[:, edge], b[:, (edge + 1) % 3], a)
    result = np.zeros(len(first), bool)
    result[possible] = crossing
    return result


def _on_one_side(triangle: Corners, points: Corners) -> Bool[np.ndarray, "P"]:
    """Whether all three points lie on the same side of the triangle's plane."""
    origin = triangle[:, 0]
    normal = np.cross(triangle[:, 1] - origin, triangle[:, 2] - origin)
    heights = np.einsum("pc,pkc->pk", normal, points - origin[:, None])
    return (heights > 0).all(axis=1) | (heights < 0).all(axis=1)


def _pierces(
    start: Float[np.ndarray, "P 3"], end: Float[np.ndarray, "P 3"], triangle: Corners
) -> Bool[np.ndarray, "P"]:
    """Whether segments pass through triangles, by the signs of tetrahedra's volumes."""
    a, b, c = triangle[:, 0], triangle[:, 1], triangle[:, 2]
    normal = np.cross(b - a, c - a)
    sides = np.einsum("pc,pc->p", normal, start - a), np.einsum("pc,pc->p", normal, end - a)
    along = end - start
    round_ = [
        np.einsum("pc,pc->p", along, np.cross(p - start, q - start))
        for p, q in ((a, b), (b, c), (c, a))
    ]
    same = (np.min(round_, axis=0) > 0) | (np.max(round_, axis=0) < 0)
    return (sides[0] * sides[1] < 0) & same


def _close_pairs(corners: Float[np.ndarray, "F 3 3"], places: Int[np.ndarray, "F 3"]) -> Pairs:
    """Pairs without a common vertex whose boxes overlap, found in a grid of cells."""
    if not len(corners):
        return np.zeros((0, 2), np.int64)
    low, high = corners.min(axis=1), corners.max(axis=1)
    size = max(2.0 * float(np.median(high - low)), 1e-12)
    first_cell, last_cell = (np.floor(edge / size).astype(np.int64) for edge in (low, high))
    owner, cells = _covered_cells(first_cell, last_cell)
    shape = cells.max(axis=0) + 1
    key = (cells[:, 0] * shape[1] + cells[:, 1]) * shape[2] + cells[:, 2]
    order = np.argsort(key, kind="stable")
    key, owner, cells = key[order], owner[order], cells[order]
    origin = first_cell.min(axis=0)
    found = [np.zeros((0, 2), np.int64)]
    shift = 1
    while len(at := np.flatnonzero(key[shift:] == key[:-shift])):
        a, b = owner[at], owner[at + shift]
        # A pair is taken in one cell only: where the overlap of its boxes begins.
        home = np.maximum(first_cell[a], first_cell[b]) - origin
        kept = (home == cells[at]).all(axis=1)
        a, b = a[kept], b[kept]
        kept = (np.maximum(low[a], low[b]) <= np.minimum(high[a], high[b])).all(axis=1)
        a, b = a[kept], b[kept]
        apart = (places[a][:, :, None] != places[b][:, None, :]).all(axis=(1, 2))
        found.append(np.sort(np.stack([a[apart], b[apart]], axis=1), axis=1))
        shift += 1
    return np.concatenate(found)


def _covered_cells(
    first: Int[np.ndarray, "F 3"], last: Int[np.ndarray, "F 3"]
) -> tuple[Int[np.ndarray, "K"], Int[np.ndarray, "K 3"]]:
    """Each box's cells: the box's number and the cell, counted from the lowest one."""
    counts = last - first + 1
    total = counts.prod(axis=1)
    owner = np.repeat(np.arange(len(first)), total)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(total) - total, total)
    count = counts[owner]
    offset = np.stack(
        [rank // (count[:, 1] * count[:, 2]), rank // count[:, 2] % count[:, 1],
         rank % count[:, 2]], axis=1,
    )  # fmt: skip
    return owner, first[owner] + offset - first.min(axis=0)
