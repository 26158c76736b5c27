"""Clean pictures of shapes: one light, plain colours, nothing around them."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.preview import render_mesh

BACKGROUND = 0.95

# Linear reflectance of regions, the later ones on top; the rest of a head is the first.
_SKIN = (0.62, 0.62, 0.62)
_PARTS = (
    ("lips", (0.58, 0.42, 0.40)),
    ("brows", (0.30, 0.28, 0.27)),
    ("mouth_cavity", (0.20, 0.09, 0.08)),
    ("teeth", (0.80, 0.78, 0.72)),
    ("eyes", (0.85, 0.85, 0.85)),
    ("irises", (0.10, 0.14, 0.20)),
    ("pupils", (0.02, 0.02, 0.02)),
)


def mesh_picture(
    model: MorphableModel, vertices: Float[Array, "N 3"], camera: Camera, size: int
) -> Float[np.ndarray, "S S 3"]:
    """A shape of a model, its eyes, lips, brows and teeth told by their colours.

    Args:
      model: for triangles and regions.
      vertices: the face's own axes, mm.
      camera: in pixels of the picture to be made.
      size: the picture's height and width, pixels.
    Returns:
      Display RGB in [0, 1].
    """
    mesh = render_mesh(
        vertices, opaque_triangles(model), camera, size, size, jnp.asarray(part_colours(model))
    )
    return lay_over(np.full((size, size, 3), BACKGROUND, np.float32), np.asarray(mesh))


def opaque_triangles(model: MorphableModel) -> Int[Array, "F 3"]:
    """What is drawn of a model: not the film over an eye, nor lashes, where it says so."""
    return jnp.asarray(np.asarray(model.triangles)[opaque(model)])


def opaque(model: MorphableModel) -> Bool[np.ndarray, "F"]:
    """Which triangles `opaque_triangles` are."""
    triangles = np.asarray(model.triangles)
    if "opaque" not in model.regions:
        return np.ones(len(triangles), bool)
    return np.asarray(model.regions["opaque"])[triangles].all(axis=1)


def part_colours(model: MorphableModel) -> Float[np.ndarray, "N 3"]:
    """Plain colours of a model's regions, gray where it has none; linear reflectance."""
    colours = np.tile(np.array(_SKIN, np.float32), (len(model.mean), 1))
    for name, colour in _PARTS:
        if name in model.regions:
            colours[np.asarray(model.regions[name])] = colour
    return colours


def view_camera(points: Float[Array, "K 3"], yaw: float, size: int, margin: float) -> Camera:
    """The camera that shows points, turned by `yaw`, in the middle of a square picture.

    Args:
      points: mm.
      yaw: radians.
      size: of the picture, pixels.
      margin: the picture's side, in longer sides of the points' box.
    """
    return _framing(points, jnp.asarray(yaw), size, margin)


@functools.partial(jax.jit, static_argnames=("size", "margin"))
def _framing(
    points: Float[Array, "K 3"], yaw: Float[Array, ""], size: int, margin: float
) -> Camera:
    """What `view_camera` says."""
    rotation = _turned(yaw)
    seen = project(Camera(rotation, jnp.ones(()), jnp.zeros(2)), points)[:, :2]
    low, high = seen.min(axis=0), seen.max(axis=0)
    scale = size / (margin * (high - low).max())
    return Camera(rotation, scale, size / 2.0 - scale * (low + high) / 2.0)


def turntable_camera(points: Float[Array, "K 3"], yaw: float, size: int, margin: float) -> Camera:
    """A camera beside a turntable: points fit into its square picture whatever the yaw.

    Args:
      points: mm; they turn about the vertical axis through the middle of their box.
      yaw: radians.
      size: of the picture, pixels.
      margin: the picture's side, in the longest extent that the turning points have.
    """
    middle = (points.min(axis=0) + points.max(axis=0)) / 2.0
    centred = points - middle
    reach = jnp.maximum(jnp.hypot(centred[:, 0], centred[:, 2]).max(), jnp.abs(centred[:, 1]).max())
    scale = size / (2.0 * margin * reach)
    camera = Camera(_turned(jnp.asarray(yaw)), scale, jnp.zeros(2))
    return Camera(camera.rotation, scale, size / 2.0 - project(camera, middle[None])[0, :2])


def lay_over(
    background: Float[np.ndarray, "H W 3"],
    layer: Float[np.ndarray, "H W 4"],
    opacity: float = 1.0,
) -> Float[np.ndarray, "H W 3"]:
    """A picture with a fourth channel that says how much it covers, on another one."""
    cover = opacity * layer[..., 3:]
    return cover * layer[..., :3] + (1.0 - cover) * background


def _turned(yaw: Float[Array, ""]) -> Float[Array, "3 3"]:
    zero = jnp.zeros(())
    return rotation_from_euler(zero, yaw, zero)
