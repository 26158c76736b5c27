"""The errors of a network and of the mean face, face by face over a whole split."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.evaluation.metrics.batches import aligned_rmse
from e2far_jax.evaluation.metrics.landmarks import normalised_mean_error
from e2far_jax.evaluation.metrics.pose import rotation_error
from e2far_jax.evaluation.report import ShapeErrors
from e2far_jax.geometry.cameras import project
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel, neutral_shape, shape

NETWORK, MEAN_FACE = "E2FAR", "mean face"
# Faces whose vertices are in memory at once.
CHUNK = 64


@dataclasses.dataclass(frozen=True)
class FaceErrors:
    """Errors of each face.

    Attributes:
      shapes: of the mean face and of the network, mm after a similarity fit over the face.
      rotation: of the network's cameras, degrees; None without cameras.
      landmarks: NME of its projected landmarks, percent; None without cameras.
    """

    shapes: dict[str, ShapeErrors]
    rotation: Float[np.ndarray, "B"] | None
    landmarks: Float[np.ndarray, "B"] | None

    def pick(self, rows: Int[np.ndarray, "b"]) -> FaceErrors:
        """The errors of some of the faces."""
        return FaceErrors(
            {
                name: ShapeErrors(system.neutral[rows], system.expressive[rows])
                for name, system in self.shapes.items()
            },
            None if self.rotation is None else self.rotation[rows],
            None if self.landmarks is None else self.landmarks[rows],
        )


def face_errors(predicted: Prediction, true: Prediction, model: MorphableModel) -> FaceErrors:
    """Compare predictions with the truth, face by face.

    Args:
      predicted: of the network, expressions clipped to the model's range.
      true: as rendered.
      model: the morphable model that both speak of.
    """
    mean_face = jax.tree.map(jnp.zeros_like, predicted)
    shapes = {
        MEAN_FACE: _shape_errors(mean_face, true, model),
        NETWORK: _shape_errors(predicted, true, model),
    }
    if predicted.camera is None or true.camera is None:
        return FaceErrors(shapes, None, None)
    rotation = rotation_error(predicted.camera.rotation, true.camera.rotation)
    return FaceErrors(shapes, np.asarray(rotation), _landmark_errors(predicted, true, model))


def _chunks(*trees: Prediction) -> Iterator[tuple[Prediction, ...]]:
    count = len(trees[0].identity)
    for start in range(0, count, CHUNK):
        piece = slice(start, start + CHUNK)
        yield jax.tree.map(lambda array, piece=piece: array[piece], trees)


def _shape_errors(predicted: Prediction, true: Prediction, model: MorphableModel) -> ShapeErrors:
    pairs = [_chunk_errors(*chunk, model) for chunk in _chunks(predicted, true)]
    neutral, expressive = (np.concatenate(errors) for errors in zip(*pairs, strict=True))
    return ShapeErrors(neutral, expressive)


@jax.jit
def _chunk_errors(
    predicted: Prediction, true: Prediction, model: MorphableModel
) -> tuple[Float[Array, "B"], Float[Array, "B"]]:
    region = model.regions["face"]
    neutral = (neutral_shape(model, side.identity) for side in (predicted, true))
    expressive = (shape(model, side.identity, side.expression) for side in (predicted, true))
    return aligned_rmse(*neutral, region), aligned_rmse(*expressive, region)


def _landmark_errors(
    predicted: Prediction, true: Prediction, model: MorphableModel
) -> Float[np.ndarray, "B"]:
    errors = [_chunk_landmark_errors(*chunk, model) for chunk in _chunks(predicted, true)]
    return np.concatenate(errors)


@jax.jit
def _chunk_landmark_errors(
    predicted: Prediction, true: Prediction, model: MorphableModel
) -> Float[Array, "B"]:
    def landmarks(side: Prediction) -> Float[Array, "B 68 2"]:
        points = model.landmarks.on(shape(model, side.identity, side.expression))
        return project(side.camera, points)[..., :2]

    return normalised_mean_error(landmarks(predicted), landmarks(true))
