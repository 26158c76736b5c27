"""A network of ours as a system to evaluate."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from jaxtyping import Int

from e2far_jax.ahead import computed_ahead
from e2far_jax.evaluation.jobs.systems import Failure, Picture, PredictedFace
from e2far_jax.faces.face import Face
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.faces import BATCH_SIZE, FaceNetwork, find_faces, reconstruct_batch
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.scans.mesh import Mesh
from e2far_jax.weights import TrainedNetwork

# No scanner sees them.
INSIDE = ("mouth_cavity", "teeth", "eye_sockets")
READERS = 2
_AHEAD = 4 * BATCH_SIZE  # pictures read before their turn

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class NetworkSystem:
    """Reconstructs pictures in full batches while the next ones are read.

    Attributes:
      name: for tables.
      network: a trained network with a camera head.
      fingerprint: of its weights.
      neutral: whether the mesh is the face without its expression.
    """

    name: str
    network: FaceNetwork
    fingerprint: str
    neutral: bool = False

    @classmethod
    def of_weights(cls, name: str, network: TrainedNetwork, neutral: bool = False) -> NetworkSystem:
        """A network with a digest of all that decides its meshes."""
        return cls(name, network, f"{network.fingerprint}{'-neutral' if neutral else ''}", neutral)

    @property
    def description(self) -> str:
        """What the weights say of themselves."""
        return self.network.description

    def faces(self, pictures: Sequence[Picture]) -> Iterator[PredictedFace | Failure]:
        """The largest face of each picture, or the one in its box."""
        triangles = outer_triangles(self.network.face_model)
        read = computed_ahead(_region, pictures, READERS, _AHEAD)
        for batch in _batches(read):
            yield from self._batch(batch, triangles)

    def _batch(
        self, batch: Sequence[FaceRegion | Failure], triangles: Int[np.ndarray, "F 3"]
    ) -> Iterator[PredictedFace | Failure]:
        regions = [region for region in batch if isinstance(region, FaceRegion)]
        found = iter(reconstruct_batch(self.network, regions) if regions else ())
        for region in batch:
            yield region if isinstance(region, Failure) else self._face(next(found), triangles)

    def _face(self, face: Face, triangles: Int[np.ndarray, "F 3"]) -> PredictedFace:
        landmarks = self.network.face_model.landmarks
        vertices = face.neutral_vertices if self.neutral else face.vertices
        return PredictedFace(
            np.asarray(face.landmarks_2d, np.float64),
            np.asarray(landmarks.on(vertices), np.float64),
            Mesh(np.asarray(vertices, np.float64), triangles),
            np.asarray(face.neutral_vertices, np.float64),
            face.camera,
        )


def outer_triangles(model: MorphableModel) -> Int[np.ndarray, "F 3"]:
    """The triangles that a scanner might see: neither films and lashes nor what is inside."""
    seen = np.ones(len(model.mean), bool)
    if "opaque" in model.regions:
        seen &= np.asarray(model.regions["opaque"])
    for name in INSIDE:
        if name in model.regions:
            seen &= ~np.asarray(model.regions[name])
    triangles = np.asarray(model.triangles, np.int32)
    return triangles[seen[triangles].all(axis=1)]


def _region(picture: Picture) -> FaceRegion | Failure:
    """The picture and where its face is."""
    try:
        photograph = read_photograph(picture.path)
    except PhotographError as error:
        return Failure(str(error))
    if picture.box is not None:
        return FaceRegion(photograph, np.asarray(picture.box, np.float32), int(picture.detected))
    regions = find_faces(photograph)
    return regions[0] if regions else Failure("no face was found")


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(itertools.islice(items, BATCH_SIZE)):
        yield batch
