"""The training job, from a configuration to checkpoints and a weights folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flax.traverse_util
import grain
import jax
import jax.numpy as jnp

from e2far_jax.data.batch import Batch
from e2far_jax.data.generate import generate
from e2far_jax.data.pipeline import evaluation_batches, training_batches
from e2far_jax.data.settings import PipelineSettings
from e2far_jax.data.source import FaceSource, open_split
from e2far_jax.evaluation.evaluate import Evaluation, evaluate, predict_all
from e2far_jax.losses import face_gram
from e2far_jax.models import E2FAR, NetworkSettings, Prediction
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.symmetry import mirror_of
from e2far_jax.training.checkpoints import Checkpoints
from e2far_jax.training.config import ExperimentConfig, network_settings
from e2far_jax.training.monitor import Monitor
from e2far_jax.training.optimiser import make_optimiser
from e2far_jax.training.parallel import AXIS, check_batch_size, parallel_step, split_batch
from e2far_jax.training.pictures import comparison_picture
from e2far_jax.training.step import TrainState, initial_state, make_train_step
from e2far_jax.weights import TrainedNetwork, load_weights, save_weights

VALIDATION_PICTURES = 8


def train(
    config: ExperimentConfig,
    workdir: Path,
    reading_processes: int = 0,
    data_dir: Path | None = None,
) -> TrainState:
    """Train, or go on with the training that `workdir` holds, to the last step.

    Args:
      config: the experiment.
      workdir: where everything is kept: data/, checkpoints/, tensorboard/ and, at the end,
        weights/.
      reading_processes: how many processes read and augment; 0: this one, by a thread.
      data_dir: where data sets are kept; by default data/ in `workdir`.
    Returns:
      The last state.
    Raises:
      NonFiniteError: where the loss stops being a number; the last checkpoint stays.
      CheckpointError: where `workdir` holds a run with another configuration.
      ValueError: where the batch does not divide among devices and processes, or the initial
        weights are of another network.
    """
    check_batch_size(config.train.batch_size, jax.device_count())
    source = generate(config.data, config.scene, config.face_model, data_dir or workdir / "data")
    face_model = source.model
    network = network_settings(config, face_model)
    optimiser = make_optimiser(config.train)
    batches = experiment_batches(config, open_split(source, "train"), face_model, reading_processes)
    step = parallel_step(
        make_train_step(network, optimiser, face_gram(face_model), config.loss, config.seed, AXIS)
    )
    checkpoints = Checkpoints(workdir / "checkpoints", config)
    state = initial_state(network, optimiser, config.seed)
    if config.train.initial_weights is not None:
        state = with_parameters_of(state, load_weights(config.train.initial_weights))
    state = checkpoints.restore(state, batches)
    validation = Validation(config, network, face_model, open_split(source, "validation"))
    first = int(state.step)
    try:
        with Monitor(
            workdir / "tensorboard", first, config.train.steps, config.train.batch_size
        ) as monitor:
            for number in range(first + 1, config.train.steps + 1):
                state, metrics = step(state, split_batch(next(batches)))
                monitor.collect(metrics)
                last = number == config.train.steps
                if last or number % config.train.log_every == 0:
                    monitor.show(number)
                if last or number % config.train.checkpoint_every == 0:
                    checkpoints.save(state, batches)
                if last or number % config.train.validate_every == 0:
                    validation.run(state, monitor)
    finally:
        checkpoints.close()
    save_weights(
        workdir / "weights",
        state.parameters,
        network,
        config.face_model,
        f"{config.network.backbone} E2FAR, {config.train.steps} steps of {config.train.batch_size}",
    )
    return state


def with_parameters_of(state: TrainState, trained: TrainedNetwork) -> TrainState:
    """A state that begins with a trained network's parameters.

    Raises:
      ValueError: where the network has other parameters.
    """
    expected, found = (
        flax.traverse_util.flatten_dict(jax.tree.map(jnp.shape, parameters), sep="/")
        for parameters in (state.parameters, trained.variables)
    )
    different = sorted(
        name for name in {*expected, *found} if expected.get(name) != found.get(name)
    )
    if different:
        name = different[0]
        raise ValueError(
            f"train.initial_weights: {name} has the shape {found.get(name)}; the network's is "
            f"{expected.get(name)}"
        )
    return dataclasses.replace(state, parameters=jax.tree.map(jnp.asarray, trained.variables))


def experiment_batches(
    config: ExperimentConfig,
    source: FaceSource,
    face_model: MorphableModel,
    reading_processes: int = 0,
) -> grain.DatasetIterator[Batch]:
    """This process's share of the training batches.

    Args:
      config: the experiment.
      source: its training split.
      face_model: of the experiment.
      reading_processes: how many processes read and augment; 0: this one, by a thread.
    Raises:
      ValueError: where pictures are to be mirrored and the face model is not symmetric.
    """
    settings = PipelineSettings(
        batch_size=config.train.batch_size // jax.process_count(),
        image_size=config.network.image_size,
        seed=config.seed,
        augmentation=config.augmentation,
        level_starts=tuple(round(config.train.steps * s) for s in config.train.level_starts),
        processes=reading_processes,
    )
    mirror = mirror_of(face_model) if config.augmentation.mirror else None
    return training_batches(source, settings, jax.process_index(), jax.process_count(), mirror)


class Validation:
    """Watches the shape error on the validation split, beside the mean face's."""

    def __init__(
        self,
        config: ExperimentConfig,
        network: NetworkSettings,
        face_model: MorphableModel,
        source: Any,
    ) -> None:
        self._face_model, self._source = face_model, source
        self._settings = PipelineSettings(config.train.batch_size, network.image_size)
        self._apply: Callable[..., Prediction] = jax.jit(E2FAR(network).apply)

    def run(self, state: TrainState, monitor: Monitor) -> Evaluation:
        """Evaluate, and show the figures and a few pictures."""
        step = int(state.step)

        def predict(images: Any) -> Prediction:
            return self._apply(state.parameters, images)

        batches = evaluation_batches(self._source, self._settings)
        evaluation = evaluate(*predict_all(predict, batches), self._face_model)
        figures = evaluation.scalars()
        monitor.scalars("validation", figures, step)
        first = next(evaluation_batches(self._source, self._settings))
        count = min(VALIDATION_PICTURES, len(self._source))
        images = jnp.asarray(first.image[:count])
        picture = comparison_picture(images, predict(images), self._face_model)
        monitor.picture("validation/input_and_prediction", picture, step)
        monitor.say(
            f"step {step}: neutral {figures['neutral_mm']:.2f} mm "
            f"(mean face {figures['neutral_mm_of_mean_face']:.2f}), "
            f"expressive {figures['expressive_mm']:.2f} mm "
            f"(mean face {figures['expressive_mm_of_mean_face']:.2f})"
        )
        return evaluation
