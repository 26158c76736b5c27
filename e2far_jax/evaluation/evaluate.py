"""Apply a network to a whole split and measure what it got right."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.data.batch import Batch
from e2far_jax.evaluation.metrics import (
    aligned_rmse,
    coefficient_statistics,
    normalised_mean_error,
    rotation_error,
)
from e2far_jax.evaluation.report import (
    CoefficientRow,
    ShapeErrors,
    ShapeReport,
    coefficient_rows,
    coefficient_table,
    report_dictionary,
    shape_report,
    shape_table,
)
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel, clip_expression, neutral_shape, shape

NETWORK, MEAN_FACE = "E2FAR", "mean face"
# Faces whose vertices are in memory at once.
CHUNK = 64


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What a network got right on one split; shapes after a similarity fit over the face.

    Attributes:
      shapes: RMSE of the neutral and the expressive shape beside the mean face's.
      identity: correlation and slope of each identity coefficient.
      expression: the same of each expression coefficient.
      rotation_degrees: mean angle between true and predicted rotation; None without a camera.
      landmark_percent: mean NME of the 68 projected landmarks; None without a camera.
    """

    shapes: ShapeReport
    identity: list[CoefficientRow]
    expression: list[CoefficientRow]
    rotation_degrees: float | None
    landmark_percent: float | None

    def table(self) -> str:
        """Everything as text, for a terminal."""
        lines = [shape_table(self.shapes)]
        if self.rotation_degrees is not None:
            lines.append(f"rotation error: {self.rotation_degrees:.2f} degrees (mean)")
            lines.append(f"68 landmarks, NME: {self.landmark_percent:.2f} % of the face box (mean)")
        return "\n".join([*lines, "", coefficient_table(self.identity, self.expression)])

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for a .json file."""
        return {
            **report_dictionary(self.shapes, self.identity, self.expression),
            "rotation_degrees": self.rotation_degrees,
            "landmark_percent": self.landmark_percent,
        }

    def scalars(self) -> dict[str, float]:
        """The main figures, flat, for a plot over time."""
        figures = {
            f"{kind}_mm{'' if system == NETWORK else '_of_mean_face'}": interval.mean
            for system, intervals in self.shapes.errors.items()
            for kind, interval in intervals.items()
        }
        for rows, kind in ((self.identity, "identity"), (self.expression, "expression")):
            for row in rows:
                figures[f"correlation/{kind}/{row.name}"] = row.correlation
                figures[f"slope/{kind}/{row.name}"] = row.slope
        if self.rotation_degrees is not None:
            figures["rotation_degrees"] = self.rotation_degrees
            figures["landmark_percent"] = self.landmark_percent
        return figures


def predict_all(
    predict: Callable[[Float[Array, "B H W 3"]], Prediction], batches: Iterable[Batch]
) -> tuple[Prediction, Prediction]:
    """Predictions and truth of every valid example of a split, in order.

    Args:
      predict: images in [0, 1] to predictions.
      batches: as `data.pipeline.evaluation_batches` gives them.
    Returns:
      All predictions, and all true values in the same form.
    Raises:
      ValueError: where there are no batches.
    """
    pairs = []
    for batch in batches:
        pair = (predict(jnp.asarray(batch.image)), _truth(batch))
        pairs.append(jax.tree.map(lambda array, valid=batch.valid: array[valid], pair))
    if not pairs:
        raise ValueError("there are no batches to predict")
    return jax.tree.map(lambda *arrays: jnp.concatenate(arrays), *pairs)


def evaluate(predicted: Prediction, true: Prediction, model: MorphableModel) -> Evaluation:
    """Compare all predictions of a split with the truth.

    Args:
      predicted: of the network; expressions are clipped to the model's range.
      true: as rendered.
      model: the morphable model that both speak of.
    """
    clipped = clip_expression(model, predicted.expression)
    predicted = dataclasses.replace(predicted, expression=clipped)
    mean_face = jax.tree.map(jnp.zeros_like, predicted)
    errors = {
        MEAN_FACE: _shape_errors(mean_face, true, model),
        NETWORK: _shape_errors(predicted, true, model),
    }
    identity = coefficient_statistics(predicted.identity, true.identity)
    expression = coefficient_statistics(predicted.expression, true.expression)
    rotation = landmarks = None
    if predicted.camera is not None and true.camera is not None:
        angles = rotation_error(predicted.camera.rotation, true.camera.rotation)
        rotation = float(jnp.mean(angles))
        landmarks = float(np.mean(_landmark_errors(predicted, true, model)))
    return Evaluation(
        shapes=shape_report(errors, baseline=MEAN_FACE),
        identity=coefficient_rows(identity, kind="identity"),
        expression=coefficient_rows(expression, model.expression_names, kind="expression"),
        rotation_degrees=rotation,
        landmark_percent=landmarks,
    )


def _truth(batch: Batch) -> Prediction:
    camera = Camera(*map(jnp.asarray, (batch.rotation, batch.scale, batch.translation)))
    return Prediction(jnp.asarray(batch.identity), jnp.asarray(batch.expression), camera)


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
        points = shape(model, side.identity, side.expression)[:, model.landmarks]
        return project(side.camera, points)[..., :2]

    return normalised_mean_error(landmarks(predicted), landmarks(true))
