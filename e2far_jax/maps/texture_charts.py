"""Where each triangle lies on a texture: as the model says, or wrapped around a cylinder."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.model import MorphableModel

MOST_STRETCH = 8  # of a texture's width over its height
MOST_TEXELS = 4096  # along a side; what graphics cards of any age take


class TextureChart(NamedTuple):
    """Texture coordinates of a mesh, with a numbering of their own.

    Attributes:
      coordinates: (u, v) in [0, 1], v up.
      triangles: indices into `coordinates`, one triple a triangle of the model, in its order.
    """

    coordinates: Float[np.ndarray, "T 2"]
    triangles: Int[np.ndarray, "F 3"]


def texture_chart(model: MorphableModel) -> TextureChart:
    """A model's own texture coordinates, or those of a cylinder around its mean face.

    u of the cylinder (ours) is the angle about the vertical axis through the origin, 0.5 towards
    the face, and v the height, both scaled to what the mean face takes up; the seam is behind. What
    lies inside the head shares its place with the skin before it.
    """
    if model.texture_coordinates is not None and model.texture_triangles is not None:
        return TextureChart(
            np.asarray(model.texture_coordinates), np.asarray(model.texture_triangles)
        )
    return _cylinder(np.asarray(model.mean), np.asarray(model.triangles))


def texture_shape(model: MorphableModel, size: int) -> tuple[int, int]:
    """Rows and columns of a texture on which the face is as fine across as it is downwards.

    The width is the height times a power of two, so that a model whose chart is squeezed, as are
    ICT-FaceKit's ten tiles, gets a wide texture.

    Args:
      model: whose chart.
      size: rows that are wanted, pixels; fewer where a side would exceed `MOST_TEXELS`.
    """
    chart = texture_chart(model)
    face = np.asarray(model.regions["face"])[np.asarray(model.triangles)].all(axis=1)
    corners = np.asarray(model.mean)[np.asarray(model.triangles)[face]]
    places = chart.coordinates[chart.triangles[face]]
    lengths, steps = (array - np.roll(array, 1, axis=1) for array in (corners, places))
    # Along edges, mm^2 = a du^2 + b dv^2.
    squares = (steps.reshape(-1, 2).astype(np.float64)) ** 2
    a, b = np.linalg.lstsq(squares, (lengths.reshape(-1, 3) ** 2).sum(axis=1), rcond=None)[0]
    ratio = np.sqrt(max(a, 1e-9) / max(b, 1e-9))
    stretch = 2.0 ** np.rint(np.log2(np.clip(ratio, 1.0 / MOST_STRETCH, MOST_STRETCH)))
    rows = min(size, MOST_TEXELS, int(MOST_TEXELS / stretch))
    return rows, max(int(rows * stretch), 1)


def _cylinder(mean: Float[np.ndarray, "N 3"], triangles: Int[np.ndarray, "F 3"]) -> TextureChart:
    """Vertices of triangles across the seam are there twice."""
    angle = np.arctan2(mean[:, 0], mean[:, 2]) / (2.0 * np.pi)
    corners = angle[triangles]
    across = corners.max(axis=1) - corners.min(axis=1) > 0.5
    beyond = across[:, None] & (corners < 0.0)
    numbers, places = np.unique(triangles + len(mean) * beyond, return_inverse=True)
    vertices = numbers % len(mean)
    coordinates = np.stack([angle[vertices] + (numbers >= len(mean)), mean[vertices, 1]], axis=1)
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    coordinates = (coordinates - low) / np.maximum(high - low, 1e-6)
    return TextureChart(
        coordinates.astype(np.float32), places.reshape(triangles.shape).astype(np.int32)
    )
