"""Pieces of the surface: their vertices, triangles and places on the texture."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.default.grid import Sheet


@dataclasses.dataclass(frozen=True)
class Chart:
    """A piece of the surface with texture coordinates of its own.

    Attributes:
      vertices: the mesh vertices it uses; one may be there twice, at two places of the texture.
      triangles: indices into `vertices`, counter-clockwise seen from outside.
      coordinates: texture coordinates of `vertices` in the unit square, v up.
    """

    vertices: Int[np.ndarray, "K"]
    triangles: Int[np.ndarray, "F 3"]
    coordinates: Float[np.ndarray, "K 2"]

    def placed(self, corner: tuple[float, float], size: tuple[float, float]) -> Chart:
        """The chart with its unit square moved to a rectangle of the texture."""
        coordinates = np.array(corner) + self.coordinates * size
        return dataclasses.replace(self, coordinates=coordinates)


def sheet_chart(sheet: Sheet) -> Chart:
    """The head: rows and columns are the texture's axes, cut open at the back of the head."""
    rows, columns = sheet.above.shape
    skin = len(sheet.angle)
    above, below = sheet.above.copy(), sheet.below.copy()
    above[:, -1] = below[:, -1] = skin + np.arange(rows)
    coordinates = np.zeros((skin + rows, 2))
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(1, 0, rows))
    coordinates[below] = coordinates[above] = np.stack([u, v], axis=-1)
    vertices = np.concatenate([np.arange(skin), sheet.above[:, -1]])
    return Chart(vertices, _split_mirrored(below[:-1], above[1:]), coordinates)


def strip_chart(rows: Int[np.ndarray, "R C"]) -> Chart:
    """A grid of vertices; rows go down and columns to the right as seen from outside."""
    numbers = np.arange(rows.size).reshape(rows.shape)
    u, v = np.meshgrid(np.linspace(0, 1, rows.shape[1]), np.linspace(1, 0, rows.shape[0]))
    coordinates = np.stack([u, v], axis=-1).reshape(-1, 2)
    return Chart(rows.reshape(-1), _split_mirrored(numbers[:-1], numbers[1:]), coordinates)


def tube_chart(rings: Int[np.ndarray, "R C"]) -> Chart:
    """A tube seen from within, such as the mouth.

    Args:
      rings: vertices clockwise as the viewer sees them, the nearest ring first.
    """
    closed = np.concatenate([rings, rings[:, :1]], axis=1)
    return strip_chart(closed)


def closing_chart(ring: Int[np.ndarray, "R"], upper_count: int) -> Chart:
    """The end of a tube: a strip between its upper and its lower side.

    Args:
      ring: the tube's last ring, upper side first.
      upper_count: how many of its vertices are the upper side's, both corners included.
    """
    lower = np.concatenate([ring[:1], ring[: upper_count - 1 : -1], ring[upper_count - 1 :][:1]])
    chart = strip_chart(np.stack([ring[:upper_count], lower]))
    a, b, c = chart.vertices[chart.triangles].T
    return dataclasses.replace(chart, triangles=chart.triangles[(a != b) & (b != c) & (c != a)])


def merge(charts: Sequence[Chart]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All charts as one mesh: triangles, texture coordinates, texture triangles."""
    starts = np.cumsum([0] + [len(chart.vertices) for chart in charts[:-1]])
    return (
        np.concatenate([chart.vertices[chart.triangles] for chart in charts]),
        np.concatenate([chart.coordinates for chart in charts]),
        np.concatenate(
            [chart.triangles + start for chart, start in zip(charts, starts, strict=True)]
        ),
    )


def _split_mirrored(
    upper: Int[np.ndarray, "R C"], lower: Int[np.ndarray, "R C"]
) -> Int[np.ndarray, "F 3"]:
    """Two triangles a cell; the diagonals of the left half mirror those of the right half."""
    corners = np.stack([lower[:, :-1], lower[:, 1:], upper[:, 1:], upper[:, :-1]], axis=-1)
    half = corners.shape[1] // 2
    corners[:, half:] = np.roll(corners[:, half:], 1, axis=-1)
    quads = corners.reshape(-1, 4)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
