"""From a configuration to what its training steps share, and to the state that they begin with."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import flax.traverse_util
import jax
import jax.numpy as jnp

from e2far_jax.losses import face_gram
from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.models.pretrained import PretrainedVGG16, read_vgg16, with_pretrained_backbone
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.training.config import ExperimentConfig, network_settings
from e2far_jax.training.optimiser import learning_rate_schedule, make_optimiser
from e2far_jax.training.plan import Plan, make_plan
from e2far_jax.training.settings import InitSettings
from e2far_jax.training.step import Task, TrainState, initial_state, state_of
from e2far_jax.weights import TrainedNetwork, load_weights


def experiment_plan(config: ExperimentConfig) -> Plan:
    """When things happen in this experiment's training."""
    return make_plan(config.train, config.data.train_examples)


def experiment_network(
    config: ExperimentConfig, face_model: MorphableModel, pretrained: PretrainedVGG16 | None = None
) -> NetworkSettings:
    """The network with what the face model and the pretrained backbone decide.

    Args:
      config: the experiment.
      face_model: its morphable model, for the numbers of coefficients.
      pretrained: what its backbone begins with, whose mean colour the network then subtracts.
    """
    network = network_settings(config, face_model)
    if pretrained is None:
        return network
    return dataclasses.replace(network, pixel_mean=pretrained.pixel_mean)


def experiment_task(
    config: ExperimentConfig, face_model: MorphableModel, network: NetworkSettings
) -> Task:
    """What the steps of this experiment share.

    Args:
      config: the experiment.
      face_model: its morphable model.
      network: as `experiment_network` gives it.
    """
    plan, train = experiment_plan(config), config.train
    return Task(
        E2FAR(network, rematerialise=train.rematerialise),
        make_optimiser(train, plan),
        learning_rate_schedule(train, plan),
        face_gram(face_model),
        config.loss,
        config.seed,
        train.accumulation,
        plan.backbone_frozen,
        train.average_decay,
    )


def read_pretrained(init: InitSettings) -> PretrainedVGG16 | None:
    """The backbone that the settings name, if they name one.

    Raises:
      PretrainedError: where it can't be read.
    """
    return None if init.vgg_face is None else read_vgg16(Path(init.vgg_face))


def beginning(task: Task, init: InitSettings, pretrained: PretrainedVGG16 | None) -> TrainState:
    """The state before the first step.

    Args:
      task: the network and its optimiser.
      init: may name weights to begin with.
      pretrained: what `read_pretrained` gave.
    Raises:
      ValueError: where what is given does not fit the network, or a backbone is to stay as it is
        and begins at random.
    """
    if task.backbone_frozen and pretrained is None and init.weights is None:
        raise ValueError(
            "train.backbone_frozen keeps a backbone that begins at random; give init.vgg_face or "
            "init.weights, or --config.train.backbone_frozen='0 steps'"
        )
    state = initial_state(task)
    if pretrained is not None:
        scale = task.network.settings.pixel_scale
        return state_of(task, with_pretrained_backbone(state.parameters, pretrained, scale))
    if init.weights is not None:
        return state_of(task, _parameters_of(load_weights(init.weights), state))
    return state


def _parameters_of(trained: TrainedNetwork, state: TrainState) -> dict[str, object]:
    """A trained network's parameters, if they are of the form of the state's."""
    expected, found = (
        flax.traverse_util.flatten_dict(jax.tree.map(jnp.shape, parameters), sep="/")
        for parameters in (state.parameters, trained.variables)
    )
    names = sorted({*expected, *found})
    different = [name for name in names if expected.get(name) != found.get(name)]
    if different:
        name = different[0]
        raise ValueError(
            f"init.weights: {name} has the shape {found.get(name)}; the network's is "
            f"{expected.get(name)}"
        )
    return jax.tree.map(jnp.asarray, trained.variables)
