"""A mesh drawn with its texture, without a light of its own: the photograph's is in it."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Float, Int

from e2far_jax.geometry.cameras import Camera, project, transform_image
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.rendering.images import shrink
from e2far_jax.rendering.rasteriser import interpolate, rasterise

_SAMPLES = 2  # along each axis of a pixel
_LEAST_LIGHT = 0.55  # of what is seen edge-on, so that the shape is told where the texture is plain


@functools.partial(jax.jit, static_argnames=("height", "width"))
def render_textured(
    vertices: Float[Array, "N 3"],
    triangles: Int[Array, "F 3"],
    coordinates: Float[Array, "T 2"],
    texture_triangles: Int[Array, "F 3"],
    texture: Float[Array, "R C 3"],
    camera: Camera,
    height: int,
    width: int,
) -> Float[Array, "H W 4"]:
    """A textured mesh with smooth edges on nothing, somewhat darker where it is slanted.

    Args:
      vertices: the face's axes, mm.
      triangles: counter-clockwise seen from outside.
      coordinates: on the texture, (u, v) in [0, 1], v up.
      texture_triangles: indices into these, one triple a triangle.
      texture: RGB in [0, 1]; the first row is v = 1.
      camera: in pixels of the picture to be made.
      height: of the picture, pixels.
      width: of the picture, pixels.
    Returns:
      RGB, and the share of each pixel that the mesh covers; all in [0, 1]. RGB is not multiplied by
      that share.
    """
    finer = transform_image(camera, jnp.float32(_SAMPLES), jnp.zeros(2))
    normals = vertex_normals(vertices @ camera.rotation.T, triangles)
    fragments = rasterise(project(finer, vertices), triangles, height * _SAMPLES, width * _SAMPLES)
    place = interpolate(fragments, texture_triangles, coordinates)
    facing = jnp.clip(interpolate(fragments, triangles, normals[:, 2:])[..., 0], 0.0, 1.0)
    rows = (1.0 - place[..., 1]) * texture.shape[0] - 0.5
    columns = place[..., 0] * texture.shape[1] - 0.5
    channels = [
        map_coordinates(channel, [rows, columns], order=1, mode="nearest")
        for channel in jnp.moveaxis(texture, -1, 0)
    ]
    colour = jnp.stack(channels, axis=-1)
    colour = colour * (_LEAST_LIGHT + (1.0 - _LEAST_LIGHT) * jnp.sqrt(facing))[..., None]
    covered = (fragments.triangle >= 0)[..., None].astype(colour.dtype)
    coverage = shrink(covered, _SAMPLES)
    return jnp.concatenate(
        [shrink(colour * covered, _SAMPLES) / jnp.maximum(coverage, 1e-6), coverage], axis=-1
    )
