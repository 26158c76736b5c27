"""A face laid out flat on its texture: what its vertices have, at every texel."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.faces.face import Face
from e2far_jax.maps.texture_charts import texture_chart, texture_shape
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.rasteriser import interpolate, rasterise

TEXTURE_SIZE = 1024  # rows


def position_map(
    face: Face, size: int = TEXTURE_SIZE
) -> tuple[Float[np.ndarray, "H W 3"], Bool[np.ndarray, "H W"]]:
    """Where on the face each texel is: the UV-position map.

    As in Feng, Wu, Shao, Wang, Zhou, "Joint 3D face reconstruction and dense alignment with
    position map regression network", ECCV 2018, but in the face's own axes; `face.projected` gives
    their picture coordinates.

    Args:
      face: which, with its expression.
      size: rows of the texture; `texture_shape` says how many columns that gives.
    Returns:
      Positions, mm; where the texture shows any part of the face. Positions are 0 elsewhere.
    """
    return unwrapped(face.model, face.vertices, *texture_shape(face.model, size))


def unwrapped(
    model: MorphableModel, attributes: Float[np.ndarray, "N C"], rows: int, columns: int
) -> tuple[Float[np.ndarray, "H W C"], Bool[np.ndarray, "H W"]]:
    """Attributes of a model's vertices at the middles of texels.

    The first row is v = 1. Where triangles overlap on the texture, the one farthest from the
    vertical axis through the mean face's origin is there.

    Args:
      model: for its chart.
      attributes: one row a vertex.
      rows: of the texture.
      columns: of the texture.
    Returns:
      The attributes, 0 where the chart is empty, and where it is not.
    """
    chart = texture_chart(model)
    places = chart.coordinates[chart.triangles] * np.array([1.0, -1.0]) + np.array([0.0, 1.0])
    corners = np.asarray(model.triangles)
    outwards = np.hypot(*np.asarray(model.mean)[corners][..., [0, 2]].transpose(2, 0, 1))
    points = np.concatenate([places * np.array([columns, rows]), outwards[..., None]], axis=-1)
    # The rasteriser draws triangles that go clockwise in the picture.
    edges = points[:, 1:, :2] - points[:, :1, :2]
    turned = edges[:, 0, 0] * edges[:, 1, 1] > edges[:, 0, 1] * edges[:, 1, 0]
    points[turned] = points[turned][:, ::-1]
    corners = np.where(turned[:, None], corners[:, ::-1], corners)
    arrays = (points.astype(np.float32), corners, np.float32(attributes))
    values, covered = _draw(*map(jnp.asarray, arrays), rows=rows, columns=columns)
    return np.asarray(values), np.asarray(covered)


@functools.partial(jax.jit, static_argnames=("rows", "columns"))
def _draw(
    points: Float[Array, "F 3 3"],
    corners: Int[Array, "F 3"],
    attributes: Float[Array, "N C"],
    rows: int,
    columns: int,
) -> tuple[Float[Array, "H W C"], Bool[Array, "H W"]]:
    """Triangles that each have corners of their own."""
    own = jnp.arange(3 * len(points)).reshape(-1, 3)
    fragments = rasterise(points.reshape(-1, 3), own, rows, columns)
    return interpolate(fragments, corners, attributes), fragments.triangle >= 0
