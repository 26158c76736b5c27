"""Points that stay where they are on a mesh while it moves, such as landmarks."""

from __future__ import annotations

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.pytrees import pytree_dataclass


@pytree_dataclass
class SurfacePoints:
    """Points in barycentric coordinates: p = sum_k w_k v_k over the corners of a triangle.

    Attributes:
      corners: vertex indices.
      weights: of the corners, summing to 1.
    """

    corners: Int[Array, "P 3"]
    weights: Float[Array, "P 3"]

    def on(self, vertices: Float[Array | np.ndarray, "*B N 3"]) -> Float[Array, "*B P 3"]:
        """Where the points are on a mesh with these vertices, or how a field moves them."""
        corners = jnp.asarray(vertices)[..., self.corners, :]
        return (self.weights[..., None] * corners).sum(axis=-2)

    @property
    def nearest(self) -> Int[np.ndarray, "P"]:
        """The vertex with the greatest weight in each point."""
        heaviest = np.asarray(self.weights).argmax(axis=-1)
        return np.take_along_axis(np.asarray(self.corners), heaviest[:, None], axis=-1)[:, 0]


def points_at_vertices(
    vertices: Sequence[int] | Int[np.ndarray | Array, "P"],
) -> SurfacePoints:
    """Points that are vertices themselves."""
    indices = np.asarray(vertices, np.int32)
    weights = np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(indices), 1))
    return SurfacePoints(jnp.asarray(np.tile(indices[:, None], 3)), jnp.asarray(weights))
