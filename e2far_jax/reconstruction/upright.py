"""Rolled faces, turned upright for the network, and back."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from e2far_jax.faces.face import Face
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.turning import Upright, turn_upright

MOST_ROLL = math.radians(30.0)  # of faces that are taken as they are


@dataclasses.dataclass(frozen=True)
class Uprighted:
    """A region as the network gets it.

    Attributes:
      region: of an upright picture; the region itself where that does.
      original: of the photograph.
      upright: how it was turned; None where it was not.
    """

    region: FaceRegion
    original: FaceRegion
    upright: Upright | None = None

    def in_photograph(self, face: Face) -> Face:
        """A face of the upright picture as one of the photograph."""
        if self.upright is None:
            return face
        height, width = self.original.photograph.shape[:2]
        return dataclasses.replace(
            face,
            camera=self.upright.camera_in_photograph(face.camera),
            picture_size=(width, height),
            box=_box_in_photograph(face, self.upright),
            photograph=self.original.photograph,
        )


def uprighted(region: FaceRegion) -> Uprighted:
    """A region turned upright where it is rolled too far."""
    if abs(region.roll) <= MOST_ROLL:
        return Uprighted(region, region)
    upright = turn_upright(region.photograph, region.box, region.roll)
    turned = dataclasses.replace(region, photograph=upright.pixels, box=upright.box, roll=0.0)
    return Uprighted(turned, region, upright)


def _box_in_photograph(face: Face, upright: Upright) -> np.ndarray:
    """The box around the landmarks, which are not turned along with a box."""
    points = upright.points_in_photograph(face.landmarks_2d)
    return np.concatenate([points.min(axis=0), points.max(axis=0)]).astype(face.box.dtype)
