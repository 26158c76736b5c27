"""Which faces of a photograph are reconstructed."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from e2far_jax.reconstruction.boxes_file import check_inside
from e2far_jax.reconstruction.errors import NoFaceError, PhotographError
from e2far_jax.reconstruction.faces import FaceRegion, find_faces
from e2far_jax.reconstruction.photographs import read_photograph


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which of the detected faces to take.

    Attributes:
      least_score: the detector's score from which on a face counts, 0..1.
      largest: take the largest of them only.
    """

    least_score: float = 0.0
    largest: bool = False

    def of(self, regions: list[FaceRegion]) -> list[FaceRegion]:
        """The regions to take, of some that come largest first."""
        sure = [region for region in regions if region.score >= self.least_score]
        return sure[:1] if self.largest else sure


ALL_FACES = Choice()


def regions_in(
    path: str, boxes: Float[np.ndarray, "faces 4"] | None, choice: Choice
) -> list[FaceRegion]:
    """Read a photograph and find its faces, at least one.

    Raises:
      NoFaceError: where there is none.
      PhotographError: for an unusable picture, or a box outside it.
    """
    regions = regions_of(read_photograph(path), path, boxes, choice)
    if not regions:
        raise NoFaceError(f"{path}: no face found (--boxes can say where it is)")
    return regions


def regions_of(
    photograph: Float[np.ndarray, "H W 3"],
    image: str,
    boxes: Float[np.ndarray, "faces 4"] | None,
    choice: Choice,
) -> list[FaceRegion]:
    """The faces of a photograph.

    Args:
      photograph: RGB in [0, 1].
      image: what it is called.
      boxes: landmark boxes [x0, y0, x1, y1], pixels; None looks for faces.
      choice: which of those that are found to take; given boxes are all taken.
    Returns:
      One region a face, detected ones largest first; empty where there is no face.
    Raises:
      PhotographError: for a box outside the photograph.
    """
    height, width = photograph.shape[:2]
    for box in [] if boxes is None else boxes:
        try:
            check_inside(box, width, height)
        except ValueError as error:
            raise PhotographError(f"{image}: {error}") from None
    found = find_faces(photograph, boxes)
    regions = found if boxes is not None else choice.of(found)
    return [dataclasses.replace(region, image=image) for region in regions]
