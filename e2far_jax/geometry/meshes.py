"""Normals and areas of triangle meshes. Triangles are counter-clockwise seen from outside."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def triangle_normals(
    vertices: Float[Array, "N 3"], triangles: Int[Array, "F 3"]
) -> Float[Array, "F 3"]:
    """Outward normals whose length is twice the triangle's area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    return jnp.cross(b - a, c - a)


@jax.jit
def vertex_normals(
    vertices: Float[Array, "N 3"], triangles: Int[Array, "F 3"]
) -> Float[Array, "N 3"]:
    """Unit normals, the area-weighted mean of the incident triangles' normals.

    A vertex without a triangle gets a zero vector.
    """
    normals = jnp.repeat(triangle_normals(vertices, triangles), 3, axis=0)
    summed = jnp.zeros_like(vertices).at[triangles.reshape(-1)].add(normals)
    square = jnp.sum(summed**2, axis=-1, keepdims=True)
    return summed / jnp.sqrt(jnp.maximum(square, 1e-20))


def vertex_areas(vertices: Float[Array, "N 3"], triangles: Int[Array, "F 3"]) -> Float[Array, "N"]:
    """A third of the incident triangles' areas, in the square of the vertices' unit."""
    areas = jnp.linalg.norm(triangle_normals(vertices, triangles), axis=-1) / 2.0
    thirds = jnp.repeat(areas / 3.0, 3)
    return jnp.zeros(vertices.shape[0], vertices.dtype).at[triangles.reshape(-1)].add(thirds)
