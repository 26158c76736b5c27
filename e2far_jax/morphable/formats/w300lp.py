"""The coefficients of 300W-LP and AFLW2000-3D, and what they are in this package.

Zhu, Lei, Liu, Shi, Li, "Face alignment across large poses: a 3D solution", CVPR 2016. A picture's
`Shape_Para` p_S, `Exp_Para` p_E and `Pose_Para` (pitch, yaw, roll, t_x, t_y, t_z, s) put the face
into the picture by

    S = mu_shape + mu_exp + w p_S + w_exp p_E  (micrometres),    V = s R S + t,    R = R_x R_y R_z

    R_x = [1 0 0; 0 c s; 0 -s c],  R_y = [c 0 -s; 0 1 0; s 0 c],  R_z = [c s 0; -s c 0; 0 0 1]

V is in pixels with y up; MATLAB, which counts them from 1, has it at column V_x and row
h + 1 - V_y, where h is the picture's height.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.formats.bfm2009 import Deviations

_MICROMETRES = 1000.0  # a millimetre

# In MATLAB a pixel's middle is at a whole number, the first one's at 1; here it is at 0.5.
_FIRST_PIXEL = 0.5


def whitened_coefficients(
    shape_para: Float[Array, "*B I"], exp_para: Float[Array, "*B E"], deviations: Deviations
) -> tuple[Float[Array, "*B I"], Float[Array, "*B E"]]:
    """Identity p_S / sigma and expression p_E / sigma_exp.

    That they are standard normal is what public fitting code assumes: face3d's penalises the
    squares of just these quotients. The scale of w_exp does not matter, as `read_bfm2009`
    multiplies it by sigma_exp.

    Args:
      shape_para: p_S, micrometres.
      exp_para: p_E.
      deviations: by `read_bfm2009_deviations`.
    Returns:
      Coefficients of the model that `read_bfm2009` reads from the same files.
    """
    return shape_para / deviations.identity, exp_para / deviations.expression


def native_coefficients(
    identity: Float[Array, "*B I"], expression: Float[Array, "*B E"], deviations: Deviations
) -> tuple[Float[Array, "*B I"], Float[Array, "*B E"]]:
    """`Shape_Para` and `Exp_Para`: the inverse of `whitened_coefficients`."""
    return identity * deviations.identity, expression * deviations.expression


def camera_from_pose_para(pose: Float[Array, "*B 7"], image_height: int) -> Camera:
    """The camera that puts the model, which is in millimetres, where the pose puts it.

    The pose's t_z has no counterpart: a camera without perspective does not need it.

    Args:
      pose: `Pose_Para`.
      image_height: h, of the picture that the pose belongs to.
    """
    x, y = pose[..., 3] - _FIRST_PIXEL, image_height + _FIRST_PIXEL - pose[..., 4]
    rotation = _rotation(pose[..., 0], pose[..., 1], pose[..., 2])
    return Camera(rotation, pose[..., 6] * _MICROMETRES, jnp.stack([x, y], axis=-1))


def pose_para_from_camera(
    camera: Camera, image_height: int, depth: Float[Array, "*B"] | float = 0.0
) -> Float[Array, "*B 7"]:
    """`Pose_Para`: the inverse of `camera_from_pose_para`.

    Args:
      camera: of a picture.
      image_height: h, of the picture.
      depth: t_z, pixels, which the camera does not tell.
    Returns:
      Pitch and roll within [-pi, pi] and yaw within [-pi/2, pi/2], where the angles of a rotation
      are unique but for a yaw of +-pi/2; t_x, t_y, t_z in pixels; s in pixels per micrometre.
    """
    r = camera.rotation
    pitch = jnp.arctan2(r[..., 1, 2], r[..., 2, 2])
    yaw = jnp.arctan2(-r[..., 0, 2], jnp.hypot(r[..., 1, 2], r[..., 2, 2]))
    roll = jnp.arctan2(r[..., 0, 1], r[..., 0, 0])
    x = camera.translation[..., 0] + _FIRST_PIXEL
    y = image_height + _FIRST_PIXEL - camera.translation[..., 1]
    z = jnp.broadcast_to(jnp.asarray(depth, x.dtype), x.shape)
    return jnp.stack([pitch, yaw, roll, x, y, z, camera.scale / _MICROMETRES], axis=-1)


def _rotation(
    pitch: Float[Array, "*B"], yaw: Float[Array, "*B"], roll: Float[Array, "*B"]
) -> Float[Array, "*B 3 3"]:
    """R_x R_y R_z, multiplied out."""
    (sx, sy, sz), (cx, cy, cz) = (
        [function(angle) for angle in (pitch, yaw, roll)] for function in (jnp.sin, jnp.cos)
    )
    rows = (
        (cy * cz, cy * sz, -sy),
        (sx * sy * cz - cx * sz, sx * sy * sz + cx * cz, sx * cy),
        (cx * sy * cz + sx * sz, cx * sy * sz - sx * cz, cx * cy),
    )
    return jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2)
