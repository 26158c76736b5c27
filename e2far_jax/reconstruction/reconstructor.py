"""The Python call: pictures in, faces out.

reconstructor = Reconstructor.from_weights()
for face in reconstructor("photo.jpg"):
    face.save("faces/photo")
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from numpy.typing import ArrayLike
from PIL import Image, ImageOps

from e2far_jax.ahead import computed_ahead
from e2far_jax.faces.face import Face
from e2far_jax.networks import network_for
from e2far_jax.reconstruction.boxes_file import checked_boxes
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.faces import BATCH_SIZE, LEAST_SCORE, FaceNetwork, reconstruct_batch
from e2far_jax.reconstruction.landmark_files import checked_points
from e2far_jax.reconstruction.photographs import decoded_photograph, read_photograph
from e2far_jax.reconstruction.pixels import as_photograph
from e2far_jax.reconstruction.regions import (
    NOTHING_GIVEN,
    SURE_FACES,
    Choice,
    Given,
    regions_of,
)

Picture = str | os.PathLike[str] | Image.Image | ArrayLike
READERS, READ_AHEAD = 2, 4


class Reconstructor:
    """Reconstructs the faces of pictures. May be used by several threads at a time.

    Attributes:
      network: the network, its parameters and its morphable model; `network.predict` is the pure
        function underneath.
      choice: which of the detected faces to take.
    """

    def __init__(self, network: FaceNetwork, choice: Choice = SURE_FACES) -> None:
        self.network, self.choice = network, choice

    @classmethod
    def from_weights(
        cls,
        weights: str | os.PathLike[str] | None = None,
        model: str | None = None,
        least_score: float = LEAST_SCORE,
        largest: bool = False,
    ) -> Reconstructor:
        """Open a trained network.

        Args:
          weights: a weights folder, or None for the network that comes with the package.
          model: the morphable model, as `open_morphable_model` takes it, if it is not where the
            weights say; without weights, None is ICT-FaceKit where `e2far model get ict` stored
            it, else the default one.
          least_score: leave out faces that the detector is less sure of, 0..1.
          largest: of each picture, take the largest face only.
        Raises:
          ValueError: for weights that are missing, damaged or of another morphable model.
        """
        from e2far_jax.weights import load_weights

        source = network_for(model) if weights is None else Path(weights)
        return cls(load_weights(source, model), Choice(least_score, largest))

    def __call__(
        self,
        picture: Picture,
        boxes: ArrayLike | None = None,
        landmarks: ArrayLike | None = None,
    ) -> list[Face]:
        """The faces of a picture.

        Args:
          picture: a file, an image of Pillow's, or an array as `as_photograph` takes it: [H W 3]
            RGB, float in [0, 1] or whole numbers of 8 or 16 bits. `many` takes several.
          boxes: [faces 4] landmark boxes [x0, y0, x1, y1], or a single one, pixels; None looks for
            faces.
          landmarks: [68 2] iBUG points of the one face that is meant, pixels; the camera is the one
            that fits them best.
        Returns:
          One face each, detected ones largest first; none where there is no face. They hold the
          photograph, 12 bytes a pixel: `dataclasses.replace(face, photograph=None)` doesn't.
        Raises:
          PhotographError: for a picture that can't be used, or a box outside it.
          ValueError: for boxes or landmarks that are none.
          ReconstructionError: for weights without a camera head, or with damaged numbers.
        """
        given = Given(
            None if boxes is None else checked_boxes(boxes),
            None if landmarks is None else checked_points("landmarks", landmarks),
        )
        regions = self._regions(picture, given)
        starts = range(0, len(regions), BATCH_SIZE)
        batches = [regions[start : start + BATCH_SIZE] for start in starts]
        return [face for batch in batches for face in reconstruct_batch(self.network, batch)]

    def many(
        self,
        pictures: Iterable[Picture],
        on_error: Callable[[Picture, PhotographError], object] | None = None,
    ) -> Iterator[list[Face]]:
        """The faces of each of many pictures, in full batches, the next ones read meanwhile.

        Args:
          pictures: as for a single call; taken as they are needed.
          on_error: called with a picture that can't be used and why, which then has no faces; with
            None, the error is raised once the faces of the pictures before were yielded.
        Yields:
          What a call with the picture returns, in their order.
        Raises:
          PhotographError: for a picture that can't be used, unless `on_error` takes it.
          ReconstructionError: as a call does.
        """
        regions: list[FaceRegion] = []
        faces: deque[Face] = deque()
        counts: deque[int] = deque()  # of the faces of each picture that was not yielded yet
        failure: PhotographError | None = None
        for picture, found in computed_ahead(self._looked, pictures, READERS, READ_AHEAD):
            if isinstance(found, PhotographError):
                if on_error is None:
                    failure = found
                    break
                on_error(picture, found)
                found = []
            counts.append(len(found))
            regions += found
            while len(regions) >= BATCH_SIZE:
                faces.extend(reconstruct_batch(self.network, regions[:BATCH_SIZE]))
                del regions[:BATCH_SIZE]
            yield from _complete(counts, faces)
        if regions:
            faces.extend(reconstruct_batch(self.network, regions))
        yield from _complete(counts, faces)
        if failure is not None:
            raise failure

    def _looked(self, picture: Picture) -> tuple[Picture, list[FaceRegion] | PhotographError]:
        try:
            return picture, self._regions(picture)
        except PhotographError as error:
            return picture, error

    def _regions(self, picture: Picture, given: Given = NOTHING_GIVEN) -> list[FaceRegion]:
        if isinstance(picture, str | os.PathLike):
            return regions_of(read_photograph(picture), str(picture), given, self.choice)
        if isinstance(picture, Image.Image):
            photograph = decoded_photograph(ImageOps.exif_transpose(picture))
        else:
            photograph = as_photograph(picture)
        return regions_of(photograph, "picture", given, self.choice)


def _complete(counts: deque[int], faces: deque[Face]) -> Iterator[list[Face]]:
    """Take out the faces of the first pictures that have all of theirs."""
    while counts and len(faces) >= counts[0]:
        yield [faces.popleft() for _ in range(counts.popleft())]
