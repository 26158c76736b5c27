"""Vertices split along the seams of a texture: glTF has one texture coordinate a vertex."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.gltf.mesh import Texture


@dataclasses.dataclass(frozen=True, eq=False)
class SplitMesh:
    """A mesh whose vertices have one texture coordinate each.

    Attributes:
      triangles: vertex indices.
      sources: the original vertex of each vertex: 0, 1, ..., N - 1, then those that had to be
        repeated.
      texture_coordinates: (u, v) of each vertex, v up; (0, 0) where no triangle has the vertex.
    """

    triangles: Int[np.ndarray, "F 3"]
    sources: Int[np.ndarray, "M"]
    texture_coordinates: Float[np.ndarray, "M 2"]


def split_at_seams(
    vertex_count: int, triangles: Int[np.ndarray, "F 3"], texture: Texture
) -> SplitMesh:
    """Repeat the vertices that have several texture coordinates.

    The first N vertices are the original ones in their order, so that their indices hold; the
    repeated ones follow.
    """
    count = len(texture.coordinates)
    pairs, corners = np.unique(
        triangles.astype(np.int64) * count + texture.triangles, return_inverse=True
    )
    vertices, coordinates = np.divmod(pairs, count)
    repeated = np.concatenate([[False], vertices[1:] == vertices[:-1]])
    places = vertices.copy()
    places[repeated] = vertex_count + np.arange(repeated.sum())
    sources = np.concatenate([np.arange(vertex_count), vertices[repeated]])
    placed = np.zeros((len(sources), 2))
    placed[places] = texture.coordinates[coordinates]
    return SplitMesh(places[corners].reshape(-1, 3), sources, placed)
