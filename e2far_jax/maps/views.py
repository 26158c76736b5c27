"""Pictures of a face for people to look at: over its photograph, and turned from side to side."""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.faces.face import Face
from e2far_jax.gallery.studio import BACKGROUND, lay_over, opaque_triangles, turntable_camera
from e2far_jax.geometry.cameras import Camera, transform_image
from e2far_jax.maps.blocks import BLOCK, blocks, window_around
from e2far_jax.maps.texture import Texture
from e2far_jax.maps.texture_charts import texture_chart
from e2far_jax.maps.textured_view import render_textured
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.preview import render_mesh

OVERLAY_OPACITY = 0.65
TURN = math.radians(70.0)  # from the front to either side
MARGIN = 1.1  # the picture's side, in the longest extent of the turning head


def overlay(face: Face, opacity: float = OVERLAY_OPACITY) -> Float[np.ndarray, "H W 3"]:
    """The shaded mesh over its photograph, at the photograph's size.

    Args:
      face: one whose photograph is at hand.
      opacity: of the mesh, 0 to 1.
    Returns:
      RGB in [0, 1].
    Raises:
      ValueError: for a face without its photograph.
    """
    if face.photograph is None:
        raise ValueError("the face's photograph is not at hand, so nothing can be laid over it")
    picture = np.array(face.photograph, np.float32)
    vertices, triangles = jnp.asarray(face.vertices), opaque_triangles(face.model)
    window = window_around(face.projected(face.vertices), face.picture_size)
    for block, _ in blocks(window):
        corner = -jnp.array([block.left, block.top], jnp.float32)
        camera = transform_image(face.camera, jnp.float32(1.0), corner)
        mesh = np.asarray(render_mesh(vertices, triangles, camera, BLOCK, BLOCK, None))
        below = block.cut(picture)
        below[:] = lay_over(below, mesh[: block.height, : block.width], opacity)
    return picture


def turntable(
    face: Face,
    texture: Texture | None = None,
    frames: int = 24,
    size: int = 384,
) -> list[Float[np.ndarray, "S S 3"]]:
    """The face turning to one side, to the other, and back, as a loop without end.

    The pictures are all of the same scale, with the face's expression. No more than 70 degrees are
    shown: what is behind is a guess.

    Args:
      face: which.
      texture: its colours; without them the mesh is plain.
      frames: pictures in the loop, at least one.
      size: side of a picture, pixels.
    Returns:
      RGB in [0, 1].
    Raises:
      ValueError: for less than one frame.
    """
    if frames < 1:
        raise ValueError(f"frames is {frames}, expected 1 or more")
    return turned_views(face, turntable_yaws(frames), texture, size)


def turntable_yaws(frames: int) -> list[float]:
    """A sine over one loop, radians: slow at the sides, and it begins at the front."""
    return [TURN * math.sin(2.0 * math.pi * frame / frames) for frame in range(frames)]


def turned_views(
    face: Face, yaws: Sequence[float], texture: Texture | None, size: int
) -> list[Float[np.ndarray, "S S 3"]]:
    """The face from the front, turned by each yaw (radians), in pictures of one scale."""
    background = np.full((size, size, 3), BACKGROUND, np.float32)
    vertices = jnp.asarray(face.vertices)
    cameras = [turntable_camera(vertices, yaw, size, MARGIN) for yaw in yaws]
    return [
        lay_over(background, _drawn(face.model, vertices, texture, camera, size))
        for camera in cameras
    ]


def _drawn(
    model: MorphableModel,
    vertices: Float[Array, "N 3"],
    texture: Texture | None,
    camera: Camera,
    size: int,
) -> Float[np.ndarray, "S S 4"]:
    if texture is None:
        return np.asarray(render_mesh(vertices, opaque_triangles(model), camera, size, size, None))
    chart = texture_chart(model)
    textured = render_textured(
        vertices, model.triangles, jnp.asarray(chart.coordinates), jnp.asarray(chart.triangles),
        jnp.asarray(texture.colours), camera, size, size,
    )  # fmt: skip
    return np.asarray(textured)
