"""A look at the validation split, now and then."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from e2far_jax.data.pipeline import evaluation_batches
from e2far_jax.data.settings import PipelineSettings
from e2far_jax.data.source import FaceSource
from e2far_jax.evaluation.evaluate import evaluate, predict_all
from e2far_jax.models import E2FAR, NetworkSettings, Prediction
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.training.monitor import Monitor
from e2far_jax.training.parallel import spread
from e2far_jax.training.pictures import comparison_picture
from e2far_jax.training.step import TrainState, truth

PICTURES = 8


class Validation:
    """Watches the shape error on the validation split, beside the mean face's.

    Every process of a job evaluates the whole split, on its own devices.

    Args:
      network: the network's settings.
      face_model: of the experiment.
      source: the validation split.
      batch_size: of the evaluation; divides among the devices.
    """

    def __init__(
        self,
        network: NetworkSettings,
        face_model: MorphableModel,
        source: FaceSource,
        batch_size: int,
    ) -> None:
        self._face_model, self._source = face_model, source
        self._settings = PipelineSettings(batch_size, network.image_size)
        self._apply: Callable[..., Prediction] = jax.jit(E2FAR(network).apply)

    def run(self, state: TrainState, monitor: Monitor) -> dict[str, float]:
        """Evaluate, show the figures and a few pictures, and give the figures."""
        step, parameters = int(state.step), state.best_parameters

        def predict(images: jax.Array) -> Prediction:
            return self._apply(parameters, spread(images))

        batches = evaluation_batches(self._source, self._settings)
        figures = evaluate(*predict_all(predict, batches), self._face_model).scalars()
        monitor.scalars("validation", figures, step)
        self._show_pictures(predict, monitor, step)
        monitor.say(
            f"step {step}: neutral {figures['neutral_mm']:.2f} mm "
            f"(mean face {figures['neutral_mm_of_mean_face']:.2f}), "
            f"expressive {figures['expressive_mm']:.2f} mm "
            f"(mean face {figures['expressive_mm_of_mean_face']:.2f})"
        )
        return figures

    def _show_pictures(
        self, predict: Callable[[jax.Array], Prediction], monitor: Monitor, step: int
    ) -> None:
        count = min(PICTURES, len(self._source))
        batch = next(evaluation_batches(self._source, self._settings))
        predicted = jax.device_get(predict(jnp.asarray(batch.image)))
        first, predicted = jax.tree.map(lambda leaf: jnp.asarray(leaf[:count]), (batch, predicted))
        picture = comparison_picture(first.image, predicted, truth(first), self._face_model)
        monitor.picture("validation/input_and_prediction", picture, step)
