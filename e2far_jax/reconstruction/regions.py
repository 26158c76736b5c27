"""Which faces of a photograph are reconstructed."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from jaxtyping import Float

from e2far_jax.reconstruction.boxes_file import check_inside
from e2far_jax.reconstruction.errors import NoFaceError, PhotographError
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.faces import LEAST_SCORE, find_faces
from e2far_jax.reconstruction.photographs import read_photograph

EYES, MOUTH = slice(36, 48), slice(48, 68)  # of the 68 landmarks


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which of the detected faces to take.

    Attributes:
      least_score: the detector's score from which on a face counts, 0..1.
      largest: take the largest of them only.
    """

    least_score: float = LEAST_SCORE
    largest: bool = False

    def of(self, regions: list[FaceRegion]) -> list[FaceRegion]:
        """The regions to take, of some that come largest first."""
        return regions[:1] if self.largest else regions


SURE_FACES = Choice()


@dataclasses.dataclass(frozen=True)
class Given:
    """What is known of a photograph's faces before it is looked at.

    Attributes:
      boxes: landmark boxes [x0, y0, x1, y1], pixels; None looks for faces.
      landmarks: the 68 points of the one face that is meant, pixels.
    """

    boxes: Float[np.ndarray, "faces 4"] | None = None
    landmarks: Float[np.ndarray, "68 2"] | None = None


NOTHING_GIVEN = Given()


def regions_in(path: str, given: Given, choice: Choice) -> list[FaceRegion]:
    """Read a photograph and find its faces, at least one.

    Raises:
      NoFaceError: where there is none.
      PhotographError: for an unusable picture, or a box outside it.
    """
    regions = regions_of(read_photograph(path), path, given, choice)
    if not regions:
        raise NoFaceError(f"{path}: no face found (--boxes can say where it is)")
    return regions


def regions_of(
    photograph: Float[np.ndarray, "H W 3"],
    image: str,
    given: Given,
    choice: Choice,
) -> list[FaceRegion]:
    """The faces of a photograph.

    Args:
      photograph: RGB in [0, 1].
      image: what it is called.
      given: where faces are; landmarks go before boxes.
      choice: which of those that are found to take; given ones are all taken.
    Returns:
      One region a face, detected ones largest first; empty where there is no face.
    Raises:
      PhotographError: for a box outside the photograph.
    """
    boxes = given.boxes
    if given.landmarks is not None:
        boxes = np.concatenate([given.landmarks.min(axis=0), given.landmarks.max(axis=0)])[None]
    height, width = photograph.shape[:2]
    for box in [] if boxes is None else boxes:
        try:
            check_inside(box, width, height)
        except ValueError as error:
            raise PhotographError(f"{image}: {error}") from None
    found = find_faces(photograph, boxes, choice.least_score)
    regions = found if boxes is not None else choice.of(found)
    if given.landmarks is not None:
        regions = [
            dataclasses.replace(region, landmarks=given.landmarks, roll=_roll(given.landmarks))
            for region in regions
        ]
    return [dataclasses.replace(region, image=image) for region in regions]


def _roll(landmarks: Float[np.ndarray, "68 2"]) -> float:
    """How far a head is turned in the picture's plane, from its mouth's middle to its eyes'."""
    right, down = landmarks[EYES].mean(axis=0) - landmarks[MOUTH].mean(axis=0)
    return math.atan2(-right, -down)
