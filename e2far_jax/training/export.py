"""A weights folder out of a training: parameters alone, small enough to hand to somebody."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jax

from e2far_jax import settings as settings_io
from e2far_jax.models import NetworkSettings
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.checkpoints import CheckpointError, Checkpoints
from e2far_jax.training.config import ExperimentConfig, network_settings
from e2far_jax.training.provenance import provenance
from e2far_jax.training.step import TrainState, initial_state
from e2far_jax.training.task import experiment_task
from e2far_jax.weights import TrainedNetwork, WeightsError, load_weights, save_weights

CHOICES = ("newest", "best")


def save_state_weights(
    folder: Path,
    state: TrainState,
    network: NetworkSettings,
    config: ExperimentConfig,
    dtype: str = "float32",
) -> None:
    """Write the weights folder of a state.

    Args:
      folder: where it goes.
      state: of the training.
      network: with the sizes that the face model decides.
      config: of the training.
      dtype: of the stored numbers.
    """
    steps = f"{int(state.step):,} steps of {config.train.batch_size}"
    description = f"{config.network.backbone} E2FAR, {steps}"
    save_weights(folder, state.best_parameters, network, config.face_model, description, dtype)


def load_state_weights(workdir: Path, config: ExperimentConfig) -> TrainedNetwork:
    """The network that a training left.

    Args:
      workdir: of the training.
      config: of the training.
    Raises:
      WeightsError: where there is none, or one of another configuration.
    """
    trained = load_weights(workdir / "weights")
    network = dataclasses.replace(  # whose mean colour a pretrained backbone decides
        network_settings(config, trained.face_model), pixel_mean=trained.network.pixel_mean
    )
    asked = {"face_model": config.face_model, "network": network}
    found = {"face_model": trained.face_model_settings, "network": trained.network}
    different = settings_io.differences(
        {name: settings_io.to_dict(part) for name, part in found.items()},
        {name: settings_io.to_dict(part) for name, part in asked.items()},
    )
    if different:
        raise WeightsError(
            f"{workdir / 'weights'} is of another configuration: {different[0]} in the one given"
        )
    return trained


def export_checkpoint(workdir: Path, choice: str, out: Path, dtype: str) -> int:
    """Write the weights folder of a checkpoint; the training may be under way.

    Args:
      workdir: of the training.
      choice: "newest", "best" by the validation split, or the number of a step.
      out: the folder.
      dtype: of the stored numbers, "float32" or "float16".
    Returns:
      The checkpoint's step.
    Raises:
      CheckpointError: where there is no such checkpoint, or it is damaged.
    """
    folder = workdir / "checkpoints"
    config, network = _stored_settings(folder)
    face_model = load_face_model(config.face_model)
    task = experiment_task(config, face_model, network)
    origin = provenance(config, network, face_model)
    reading = Checkpoints(folder, config.train, origin, accept_changes=True, read_only=True)
    with reading as checkpoints:
        step = _chosen(checkpoints, choice)
        state = checkpoints.read(step, jax.eval_shape(lambda: initial_state(task)))
    save_state_weights(out, state, network, config, dtype)
    return step


def _stored_settings(folder: Path) -> tuple[ExperimentConfig, NetworkSettings]:
    """Of the newest checkpoint."""
    steps = [int(path.name) for path in folder.glob("*") if path.name.isdigit()]
    if not steps:
        raise CheckpointError(f"{folder}: no checkpoints here")
    path = folder / str(max(steps)) / "about" / "metadata"
    try:
        about = json.loads(path.read_text())
        config = settings_io.from_dict(ExperimentConfig, about["config"])
        return config, settings_io.from_dict(NetworkSettings, about["network"])
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"{path}: damaged: {error}") from error


def _chosen(checkpoints: Checkpoints, choice: str) -> int:
    steps = checkpoints.steps
    if choice == "newest":
        return steps[-1]
    if choice == "best":
        if checkpoints.best is None:
            raise CheckpointError("no checkpoint was measured on the validation split yet")
        return checkpoints.best
    if not choice.isdigit() or int(choice) not in steps:
        raise CheckpointError(
            f"no checkpoint {choice!r}; the choices are {', '.join(CHOICES)}, "
            f"{', '.join(map(str, steps))}"
        )
    return int(choice)
