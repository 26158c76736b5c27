"""The whitened vector of 62 numbers by which 3DDFA_V2 describes a face in a picture.

In its order: a pose matrix [s R | t] row by row, 40 identity and 10 expression coefficients, each
with the mean of the training pictures taken off and divided by their deviation. The latter two are
the coefficients of `read_tddfa`'s model. The matrix puts that model, in micrometres, into a crop of
120 x 120 pixels whose y points up and whose pixels are counted from 1.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.formats.tddfa import Statistics
from e2far_jax.pytrees import pytree_dataclass

CROP_SIZE = 120

_MICROMETRES = 1000.0  # a millimetre
_FIRST_PIXEL = 0.5  # where this package has the middle of the pixel that is counted 1


@pytree_dataclass
class TddfaCoefficients:
    """A face in a crop; leading axes are batches.

    Attributes:
      pose: [s R | t], pixels and pixels per micrometre.
      identity: whitened.
      expression: whitened.
    """

    pose: Float[Array, "*B 3 4"]
    identity: Float[Array, "*B 40"]
    expression: Float[Array, "*B 10"]


def split_tddfa(vector: Float[Array, "*B 62"], statistics: Statistics) -> TddfaCoefficients:
    """Take the vector apart; the pose gets its mean and deviation back."""
    pose = statistics.mean[:12] + statistics.deviation[:12] * vector[..., :12]
    matrix = pose.reshape(*pose.shape[:-1], 3, 4)
    return TddfaCoefficients(matrix, vector[..., 12:52], vector[..., 52:])


def join_tddfa(coefficients: TddfaCoefficients, statistics: Statistics) -> Float[Array, "*B 62"]:
    """Put the vector together: the inverse of `split_tddfa`."""
    flat = coefficients.pose.reshape(*coefficients.pose.shape[:-2], 12)
    pose = (flat - statistics.mean[:12]) / statistics.deviation[:12]
    return jnp.concatenate([pose, coefficients.identity, coefficients.expression], axis=-1)


def camera_from_tddfa(pose: Float[Array, "*B 3 4"]) -> Camera:
    """The camera that puts the model, which is in millimetres, into the crop.

    A predicted matrix is not quite a scaled rotation: the camera has the nearest rotation, and the
    scale is the mean length of the first two rows, as 3DDFA_V2 takes it.

    Args:
      pose: [s R | t].
    """
    left, _, right = jnp.linalg.svd(pose[..., :3])
    rotation = jnp.matmul(left, right, precision="highest")
    scale = jnp.linalg.norm(pose[..., :2, :3], axis=-1).mean(axis=-1)
    x, y = pose[..., 0, 3] - _FIRST_PIXEL, CROP_SIZE + _FIRST_PIXEL - pose[..., 1, 3]
    return Camera(rotation, scale * _MICROMETRES, jnp.stack([x, y], axis=-1))


def tddfa_pose(camera: Camera, depth: Float[Array, "*B"] | float = 0.0) -> Float[Array, "*B 3 4"]:
    """[s R | t]: the inverse of `camera_from_tddfa`.

    Args:
      camera: of the crop.
      depth: t_z, pixels, which the camera does not tell.
    """
    x = camera.translation[..., 0] + _FIRST_PIXEL
    y = CROP_SIZE + _FIRST_PIXEL - camera.translation[..., 1]
    place = jnp.stack([x, y, jnp.broadcast_to(jnp.asarray(depth, x.dtype), x.shape)], axis=-1)
    scaled = camera.scale[..., None, None] / _MICROMETRES * camera.rotation
    return jnp.concatenate([scaled, place[..., None]], axis=-1)
