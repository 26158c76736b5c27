"""Errors of cameras: of the rotation, in degrees, of the scale and of the translation."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_angle
from e2far_jax.morphable.formats.w300lp import pose_para_from_camera

Rotations = Float[np.ndarray | Array, "B 3 3"]


def rotation_error(predicted: Rotations, true: Rotations) -> Float[Array, "B"]:
    """The angle between two rotations, degrees within [0, 180]."""
    return jnp.rad2deg(_angle(jnp.asarray(predicted), jnp.asarray(true)))


_angle = jax.jit(rotation_angle)


def euler_angles(rotation: Rotations) -> Float[np.ndarray, "B 3"]:
    """Pitch, yaw and roll of R = R_x R_y R_z as 300W-LP and AFLW2000-3D define them.

    Not the order of `geometry.rotations.rotation_from_euler`. `morphable.formats.w300lp` has the
    matrices, their signs and the reference.

    Args:
      rotation: from the face's axes to the camera's (x right, y up, z towards the viewer).
    Returns:
      Degrees: pitch and roll within [-180, 180], yaw within [-90, 90], where only the sum or the
      difference of pitch and roll is determined at a yaw of +-90.
    """
    count = len(rotation)
    cameras = Camera(jnp.asarray(rotation), jnp.ones(count), jnp.zeros((count, 2)))
    return np.rad2deg(np.asarray(_pose_para(cameras, 0)[..., :3], np.float64))


_pose_para = jax.jit(pose_para_from_camera, static_argnames="image_height")


@dataclasses.dataclass(frozen=True)
class EulerErrors:
    """Absolute differences of Euler angles, degrees within [0, 180], one a face."""

    pitch: Float[np.ndarray, "B"]
    yaw: Float[np.ndarray, "B"]
    roll: Float[np.ndarray, "B"]

    @property
    def mean(self) -> Float[np.ndarray, "B"]:
        """Of the three; its mean over faces is the head-pose literature's MAE."""
        return (self.pitch + self.yaw + self.roll) / 3.0


def euler_errors(predicted: Rotations, true: Rotations) -> EulerErrors:
    """How far pitch, yaw and roll are off.

    Ruiz, Chong, Rehg, "Fine-grained head pose estimation without keypoints", CVPR workshops 2018;
    they leave out faces with an angle beyond 99 degrees. That 359 degrees are 1 is ours. Near a
    yaw of +-90 pitch and roll say little; `rotation_error` has no such gap.
    """
    turned = np.abs(euler_angles(predicted) - euler_angles(true))
    return EulerErrors(*np.minimum(turned, 360.0 - turned).T)


@dataclasses.dataclass(frozen=True)
class CameraErrors:
    """How far scale and translation of cameras are off, one a face.

    Attributes:
      scale: |s / s_true - 1|, percent.
      translation: |t - t_true|, pixels.
      displacement: the same on the face, |t - t_true| / s_true, mm.
    """

    scale: Float[np.ndarray, "B"]
    translation: Float[np.ndarray, "B"]
    displacement: Float[np.ndarray, "B"]


def camera_errors(predicted: Camera, true: Camera) -> CameraErrors:
    """Errors of scale and translation (ours: no two papers share a definition).

    They compare only between systems whose faces have the same origin and unit.

    Args:
      predicted: cameras of B faces.
      true: theirs, with scales above 0.
    """
    scale, true_scale = (np.asarray(camera.scale, np.float64) for camera in (predicted, true))
    apart = np.asarray(predicted.translation, np.float64) - np.asarray(true.translation, np.float64)
    distance = np.linalg.norm(apart, axis=-1)
    return CameraErrors(100.0 * np.abs(scale / true_scale - 1.0), distance, distance / true_scale)
