"""Meshes coloured by how far their vertices are off, and the scale of the colours."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.gallery.studio import BACKGROUND, lay_over, view_camera
from e2far_jax.geometry.cameras import Camera
from e2far_jax.rendering.preview import render_mesh

LARGEST_ERROR = 6.0  # mm, the scale's end unless another one is given
SCALE_HEIGHT = 22  # pixels
_UNKNOWN = 0.05  # linear reflectance, where there is no error to show
_MARGIN = 1.1  # the view's side, in longer sides of the mesh's box


def error_colours(
    errors: Float[np.ndarray, "*any"], largest: float = LARGEST_ERROR
) -> Float[np.ndarray, "*any 3"]:
    """Linear reflectance from blue over white to red, for errors from 0 to `largest`, mm.

    Errors that are NaN are dark gray.
    """
    import matplotlib

    colours = matplotlib.colormaps["coolwarm"](np.clip(errors / largest, 0.0, 1.0))
    linear = colours[..., :3] ** 2.2
    return np.where(np.isnan(errors)[..., None], _UNKNOWN, linear).astype(np.float32)


def error_view(
    vertices: Float[Array | np.ndarray, "N 3"],
    triangles: Int[Array | np.ndarray, "F 3"],
    errors: Float[np.ndarray, "N"],
    camera: Camera,
    size: int,
    largest: float = LARGEST_ERROR,
) -> Float[np.ndarray, "S S 3"]:
    """A mesh with each vertex coloured by its error.

    Args:
      vertices: the face's axes, mm.
      triangles: counter-clockwise seen from outside.
      errors: mm; NaN where there is none.
      camera: in pixels of the picture.
      size: the picture's height and width, pixels.
      largest: error from which on all is red, mm.
    Returns:
      Display RGB in [0, 1].
    """
    colours = jnp.asarray(error_colours(errors, largest))
    points = jnp.asarray(vertices, jnp.float32)
    mesh = render_mesh(points, jnp.asarray(triangles), camera, size, size, colours)
    return lay_over(np.full((size, size, 3), BACKGROUND, np.float32), np.asarray(mesh))


def error_picture(
    vertices: Float[Array | np.ndarray, "N 3"],
    triangles: Int[Array | np.ndarray, "F 3"],
    errors: Float[np.ndarray, "N"],
    size: int,
    *,
    yaw: float = 0.0,
    largest: float = LARGEST_ERROR,
) -> Float[np.ndarray, "S S 3"]:
    """The whole mesh of `error_view` above the scale of its colours, in one square.

    Args:
      vertices: as there, and so are triangles, errors and largest.
      triangles: of the mesh.
      errors: of its vertices, mm.
      size: the picture's height and width, pixels; more than SCALE_HEIGHT.
      yaw: by which the mesh is turned, radians.
      largest: the scale's end, mm.
    Returns:
      Display RGB in [0, 1].
    Raises:
      ValueError: for a size that leaves no room for the mesh.
    """
    side = size - SCALE_HEIGHT
    if side <= 0:
        raise ValueError(f"size is {size}; expected more than the scale's {SCALE_HEIGHT} pixels")
    camera = view_camera(jnp.asarray(vertices, jnp.float32), yaw, side, _MARGIN)
    view = error_view(vertices, triangles, errors, camera, side, largest)
    picture = np.full((size, size, 3), BACKGROUND, np.float32)
    left = SCALE_HEIGHT // 2
    picture[:side, left : left + side] = view
    picture[side:] = error_scale(size, largest)
    return picture


def error_scale(width: int, largest: float = LARGEST_ERROR) -> Float[np.ndarray, "h w 3"]:
    """The colours with their millimetres, SCALE_HEIGHT pixels high; display RGB in [0, 1]."""
    from PIL import Image, ImageDraw

    bar = error_colours(np.linspace(0.0, largest, width), largest) ** (1 / 2.2)
    picture = Image.fromarray((255.0 * np.tile(bar[None], (SCALE_HEIGHT, 1, 1))).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for place, label in enumerate(("0", f"{largest / 2:g} mm", f"{largest:g} mm")):
        position = (3 + place * (width - 6) / 2, SCALE_HEIGHT / 2)
        draw.text(position, label, "black", anchor=("lm", "mm", "rm")[place])
    return np.asarray(picture, np.float32) / 255.0
