"""Apply a network to a whole split and measure what it got right."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from tqdm import tqdm

from e2far_jax.data.batch import Batch
from e2far_jax.data.pipeline import evaluation_batches
from e2far_jax.data.settings import UNGRADED, PipelineSettings
from e2far_jax.data.source import FaceSource
from e2far_jax.evaluation.face_errors import MEAN_FACE, NETWORK, FaceErrors, face_errors
from e2far_jax.evaluation.metrics.coefficients import coefficient_statistics
from e2far_jax.evaluation.report import (
    SHAPES,
    CoefficientRow,
    ShapeReport,
    aligned,
    coefficient_rows,
    coefficient_table,
    report_dictionary,
    shape_report,
    shape_table,
)
from e2far_jax.geometry.cameras import Camera
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel, clip_expression
from e2far_jax.weights import TrainedNetwork

BATCH_SIZE = 64


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What a network got right on one split; shapes after a similarity fit over the face.

    Attributes:
      shapes: RMSE of the neutral and the expressive shape beside the mean face's.
      identity: correlation and slope of each identity coefficient.
      expression: the same of each expression coefficient.
      rotation_degrees: mean angle between true and predicted rotation; None without a camera.
      landmark_percent: mean NME of the 68 projected landmarks; None without a camera.
      levels: the same of the pictures of each difficulty; empty where they are not graded.
    """

    shapes: ShapeReport
    identity: list[CoefficientRow]
    expression: list[CoefficientRow]
    rotation_degrees: float | None
    landmark_percent: float | None
    levels: dict[int, Evaluation] = dataclasses.field(default_factory=dict)

    def table(self) -> str:
        """Everything as text, for a terminal."""
        lines = [shape_table(self.shapes)]
        if self.rotation_degrees is not None:
            lines.append(f"rotation error: {self.rotation_degrees:.2f} degrees (mean)")
            lines.append(f"68 landmarks, NME: {self.landmark_percent:.2f} % of the face box (mean)")
        if self.levels:
            lines += ["", self._level_table()]
        return "\n".join([*lines, "", coefficient_table(self.identity, self.expression)])

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for a .json file; "levels" where they are graded."""
        figures = {
            **report_dictionary(self.shapes, self.identity, self.expression),
            "rotation_degrees": self.rotation_degrees,
            "landmark_percent": self.landmark_percent,
        }
        if self.levels:
            figures["levels"] = {str(level): part.to_dict() for level, part in self.levels.items()}
        return figures

    def _level_table(self) -> str:
        """A row a level; errors in mm beside the mean face's, means of the correlations."""
        header = ["level", "faces", "neutral", "mean face", "expressive", "mean face"]
        header += ["rotation", "NME", "identity r", "expression r"]
        rows = [[str(level), *part.cells()] for level, part in self.levels.items()]
        return aligned([header, *rows, ["all", *self.cells()]])

    def cells(self) -> list[str]:
        """The main figures as short texts: a row of a table."""
        network, mean_face = self.shapes.errors[NETWORK], self.shapes.errors[MEAN_FACE]
        shapes = [
            text for kind in SHAPES for text in (str(network[kind]), f"{mean_face[kind].mean:.2f}")
        ]
        camera = ["-", "-"]
        if self.rotation_degrees is not None:
            camera = [f"{self.rotation_degrees:.2f}", f"{self.landmark_percent:.2f} %"]
        correlations = [
            f"{np.mean([row.correlation for row in rows]):z.2f}" if rows else "-"
            for rows in (self.identity, self.expression)
        ]
        return [str(self.shapes.count), *shapes, *camera, *correlations]

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
) -> tuple[Prediction, Prediction, Int[np.ndarray, "B"]]:
    """Predictions and truth of every valid example of a split, in order.

    Args:
      predict: images in [0, 1] to predictions.
      batches: as `data.pipeline.evaluation_batches` gives them.
    Returns:
      All predictions, all true values in the same form, and the examples' levels.
    Raises:
      ValueError: where there are no batches.
    """
    parts = []
    for batch in batches:
        part = (predict(jnp.asarray(batch.image)), _truth(batch), batch.level)
        parts.append(jax.tree.map(lambda array, valid=batch.valid: array[valid], part))
    if not parts:
        raise ValueError("there are no batches to predict")
    predictions, truths, levels = zip(*parts, strict=True)
    predicted, true = (
        jax.tree.map(lambda *arrays: jnp.concatenate(arrays), *side)
        for side in (predictions, truths)
    )
    return predicted, true, np.concatenate(levels)


def evaluate(
    predicted: Prediction,
    true: Prediction,
    levels: Int[np.ndarray, "B"],
    model: MorphableModel,
) -> Evaluation:
    """Compare all predictions of a split with the truth, and once more level by level.

    Args:
      predicted: of the network; expressions are clipped to the model's range.
      true: as rendered.
      levels: difficulty of each example, or UNGRADED.
      model: the morphable model that both speak of.
    """
    clipped = clip_expression(model, predicted.expression)
    predicted = dataclasses.replace(predicted, expression=clipped)
    errors = face_errors(predicted, true, model)
    graded = {}
    for level in sorted({*levels.tolist()} - {UNGRADED}):
        rows = np.flatnonzero(levels == level)
        picked = jax.tree.map(lambda array, rows=rows: array[rows], (predicted, true))
        graded[level] = _summary(errors.pick(rows), *picked, model)
    return dataclasses.replace(_summary(errors, predicted, true, model), levels=graded)


def evaluate_split(network: TrainedNetwork, source: FaceSource) -> Evaluation:
    """Apply a network to a stored split, with a progress line, and compare it with the truth.

    Args:
      network: a trained network.
      source: examples of the same morphable model, as `data.source.open_split` gives them.
    """
    return evaluate(*predict_split(network, source), network.face_model)


def predict_split(
    network: TrainedNetwork, source: FaceSource
) -> tuple[Prediction, Prediction, Int[np.ndarray, "B"]]:
    """`predict_all` of a stored split, with a progress line.

    Args:
      network: a trained network.
      source: examples of the same morphable model, as `data.source.open_split` gives them.
    """
    settings = PipelineSettings(batch_size=BATCH_SIZE, image_size=network.image_size)
    batches = evaluation_batches(source, settings)
    total = -(-len(source) // BATCH_SIZE)
    # An iterator: run-time type checks take a first look into a tqdm, which would use up a batch.
    watched = iter(tqdm(batches, "evaluating", total, unit="batch"))
    return predict_all(network.predict, watched)


def _summary(
    errors: FaceErrors, predicted: Prediction, true: Prediction, model: MorphableModel
) -> Evaluation:
    identity = coefficient_statistics(predicted.identity, true.identity)
    expression = coefficient_statistics(predicted.expression, true.expression)
    return Evaluation(
        shapes=shape_report(errors.shapes, baseline=MEAN_FACE),
        identity=coefficient_rows(identity, kind="identity"),
        expression=coefficient_rows(expression, model.expression_names, kind="expression"),
        rotation_degrees=None if errors.rotation is None else float(np.mean(errors.rotation)),
        landmark_percent=None if errors.landmarks is None else float(np.mean(errors.landmarks)),
    )


def _truth(batch: Batch) -> Prediction:
    camera = Camera(*map(jnp.asarray, (batch.rotation, batch.scale, batch.translation)))
    return Prediction(jnp.asarray(batch.identity), jnp.asarray(batch.expression), camera)
