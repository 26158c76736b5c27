"""Faces that 300W-LP's morphable model was fitted to: landmarks, pose and coefficients.

Zhu, Lei, Liu, Shi, Li, "Face alignment across large poses: a 3D solution", CVPR 2016. 300W-LP and
AFLW2000-3D have a MATLAB file beside each picture, whose points count pixels as MATLAB does: the
middle of the top left one is (1, 1). AFLW2000-3D's own MATLAB demonstration plots `pt3d_68` as it
stands, and the formula of the poses (`morphable.formats.w300lp`) agrees. That `pt2d` counts in the
same way is likely, but not confirmed: if it does not, landmarks are one pixel off.
"""

from __future__ import annotations

import abc
import dataclasses
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.mat import read_mat
from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.formats.bfm2009 import Deviations
from e2far_jax.morphable.formats.w300lp import camera_from_pose_para, whitened_coefficients

POSE, SHAPE, EXPRESSION = "Pose_Para", "Shape_Para", "Exp_Para"
_SIZES = {POSE: 7, SHAPE: 199, EXPRESSION: 29}

# From MATLAB, where a pixel's middle is at a whole number and the first one's at 1.
_FIRST_PIXEL = 0.5


class PosedFace(abc.ABC):
    """A face in a picture with a fitted model; loads what it is asked for, each time."""

    @abc.abstractmethod
    def landmarks(self) -> Float[np.ndarray, "68 2"]:
        """The 68 iBUG points, pixels; (0, 0) is the top left corner of the top left pixel."""

    @abc.abstractmethod
    def values(self, name: str) -> Float[np.ndarray, "V"]:
        """The numbers of POSE, SHAPE or EXPRESSION, as the set has them."""

    @property
    def pose(self) -> Float[np.ndarray, "3"]:
        """Pitch, yaw and roll of R = R_x R_y R_z (`morphable.formats.w300lp`), radians."""
        return self.values(POSE)[:3]

    def camera(self, image_height: int) -> Camera:
        """What puts the model's millimetres into the picture.

        Args:
          image_height: of the picture, pixels.
        """
        return camera_from_pose_para(jnp.asarray(self.values(POSE), jnp.float32), image_height)

    def coefficients(self, deviations: Deviations) -> tuple[Float[Array, "I"], Float[Array, "E"]]:
        """Whitened identity and expression.

        Args:
          deviations: by `read_bfm2009_deviations` from the set's `Model_Shape.mat`.
        Returns:
          Coefficients of the model that `read_bfm2009` makes of the same file.
        """
        shape, expression = (
            jnp.asarray(self.values(name), jnp.float32) for name in (SHAPE, EXPRESSION)
        )
        return whitened_coefficients(shape, expression, deviations)


@dataclasses.dataclass(frozen=True)
class PosedPicture(PosedFace):
    """A picture with its MATLAB file.

    Attributes:
      name: its path in the set without an ending.
      picture: its file.
      annotation: the MATLAB file.
      points: which of its variables are the landmarks.
    """

    name: str
    picture: Path
    annotation: Path
    points: str

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it."""
        return self.picture, self.annotation

    def landmarks(self) -> Float[np.ndarray, "68 2"]:
        """The 68 iBUG points, pixels; (0, 0) is the top left corner of the top left pixel.

        Raises:
          FormatError: for a damaged file, or other points.
        """
        points = self._array(self.points)
        if points.ndim != 2 or points.shape[0] not in (2, 3) or points.shape[1] != 68:
            raise self._wrong(self.points, f"the shape is {points.shape}, expected (2 or 3, 68)")
        return from_matlab_pixels(points[:2].T)

    def values(self, name: str) -> Float[np.ndarray, "V"]:
        """The numbers of a variable.

        Args:
          name: POSE, SHAPE or EXPRESSION.
        Raises:
          FormatError: for a damaged file, or another number of them.
        """
        numbers = self._array(name).ravel()
        if len(numbers) != _SIZES[name]:
            raise self._wrong(name, f"has {len(numbers)} numbers, expected {_SIZES[name]}")
        return numbers

    def _array(self, name: str) -> np.ndarray:
        array = read_mat(self.annotation, [name])[name].astype(np.float64)
        if not np.isfinite(array).all():
            raise self._wrong(name, "is not finite")
        return array

    def _wrong(self, name: str, problem: str) -> FormatError:
        return FormatError(self.annotation, name, problem)


def from_matlab_pixels(points: Float[np.ndarray, "*L 2"]) -> Float[np.ndarray, "*L 2"]:
    """Points that count pixels as MATLAB does, in this package's pixels."""
    return points - _FIRST_PIXEL
