"""A clean picture of a mesh, for overlays and contact sheets."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from e2far_jax.geometry.cameras import Camera, project, transform_image
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.rendering.images import encode_gamma, shrink
from e2far_jax.rendering.rasteriser import interpolate, rasterise
from e2far_jax.rendering.shading import Light, normalise, shade, spherical_harmonics

_SAMPLES = 2  # along each axis of a pixel
_GRAY = 0.62


@functools.partial(jax.jit, static_argnames=("height", "width"))
def render_mesh(
    vertices: Float[Array, "N 3"],
    triangles: Int[Array, "F 3"],
    camera: Camera,
    height: int,
    width: int,
    colours: Float[Array, "N 3"] | None = None,
) -> Float[Array, "H W 4"]:
    """A shaded mesh with smooth edges on nothing.

    Args:
      vertices: the face's axes, mm.
      triangles: counter-clockwise seen from outside.
      camera: in pixels of the picture to be made.
      height: of the picture, pixels.
      width: of the picture, pixels.
      colours: linear reflectance of each vertex; light gray by default.
    Returns:
      Display RGB, and the share of each pixel that the mesh covers; all in [0, 1]. RGB is not
      multiplied by that share.
    """
    finer = transform_image(camera, jnp.float32(_SAMPLES), jnp.zeros(2))
    if colours is None:
        colours = jnp.full_like(vertices, _GRAY)
    normals = vertex_normals(vertices @ camera.rotation.T, triangles)
    image_points = project(finer, vertices)
    fragments = rasterise(image_points, triangles, height * _SAMPLES, width * _SAMPLES)
    seen = interpolate(fragments, triangles, jnp.concatenate([normals, colours], axis=-1))
    normals, albedo = jnp.split(jnp.moveaxis(seen, -1, 0), 2)
    lit = shade(albedo, normalise(normals), _studio_light(), scattering=(0.0, 0.0, 0.0))
    lit = jnp.moveaxis(lit, 0, -1)
    covered = (fragments.triangle >= 0)[..., None].astype(lit.dtype)
    coverage = shrink(covered, _SAMPLES)
    colour = shrink(encode_gamma(lit) * covered, _SAMPLES) / jnp.maximum(coverage, 1e-6)
    return jnp.concatenate([colour, coverage], axis=-1)


def _studio_light() -> Light:
    """A key light above the viewer's left shoulder in a bright room."""
    room = 0.9 * spherical_harmonics(jnp.array([0.0, 0.6, 0.8])) / jnp.pi
    return Light(
        environment=jnp.tile(room.at[0].add(0.8)[:, None], 3),
        directions=jnp.array([[-0.42, 0.48, 0.77]]),
        colours=jnp.full((1, 3), 0.75),
        specular=jnp.float32(0.08),
        shininess=jnp.float32(12.0),
        shadow=jnp.float32(0.0),
        exposure=jnp.float32(1.0),
    )
