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
        E2FAR(network, train.rematerialise),
        make_optimiser(train, plan),
        learning_rate_schedule(train, plan),
        face_gram(face_model),
        config.loss,
        config.seed,
        train.accumulation,
        train.frozen_parts,
        plan.frozen if plan.frozen < plan.steps else None,
        train.average_decay,
    )


def check_trained_alone(config: ExperimentConfig) -> None:
    """Refuse to train a closer look by steps.

    Raises:
      ValueError: for a network with one.
    """
    if config.network.look_points:
        raise ValueError(
            f"network.look_points is {config.network.look_points}; expected 0: a closer look is "
            "given to the trained network by experiments/closer_look.py"
        )


def check_frozen(config: ExperimentConfig) -> None:
    """Refuse to keep parts as they are that the network lacks, or that begin at random.

    Raises:
      ValueError: for such parts.
    """
    frozen, parts = config.train.frozen_parts, config.network.parts
    if not experiment_plan(config).frozen:
        return
    unknown = sorted({*frozen} - {*parts})
    if unknown:
        raise ValueError(
            f"train.frozen_parts names {', '.join(unknown)}; the network's parts are "
            f"{', '.join(parts)}"
        )
    given = parts if config.init.weights else ("backbone",) if config.init.vgg_face else ()
    random = [part for part in frozen if part not in given]
    if random:
        raise ValueError(
            f"train.frozen keeps what begins at random: {', '.join(random)}; give init.weights "
            "(init.vgg_face for a backbone alone), or --config.train.frozen='0 steps'"
        )


def read_pretrained(init: InitSettings) -> PretrainedVGG16 | None:
    """The backbone that the settings name, if they name one.

    Raises:
      PretrainedError: where it can't be read.
    """
    return None if init.vgg_face is None else read_vgg16(Path(init.vgg_face))


def read_trained(init: InitSettings) -> TrainedNetwork | None:
    """The trained network that the settings name, if they name one.

    Raises:
      WeightsError: where it can't be read.
    """
    return None if init.weights is None else load_weights(init.weights)


def beginning(
    task: Task, pretrained: PretrainedVGG16 | None = None, trained: TrainedNetwork | None = None
) -> TrainState:
    """The state before the first step.

    Args:
      task: the network and its optimiser.
      pretrained: what `read_pretrained` gave.
      trained: what `read_trained` gave.
    Raises:
      ValueError: where what is given does not fit the network.
    """
    state = initial_state(task)
    if pretrained is not None:
        scale = task.network.settings.pixel_scale
        return state_of(task, with_pretrained_backbone(state.parameters, pretrained, scale))
    if trained is not None:
        return state_of(task, _parameters_of(trained, state))
    return state


def _parameters_of(trained: TrainedNetwork, state: TrainState) -> dict[str, object]:
    """A trained network's parameters without its closer looks, if they are of the state's form."""
    begun, given = (
        flax.traverse_util.flatten_dict(parameters, sep="/")
        for parameters in (state.parameters, trained.variables)
    )
    looks = "points/", "params/closer_look_"
    given = {name: leaf for name, leaf in given.items() if not name.startswith(looks)}
    expected, found = (jax.tree.map(jnp.shape, flat) for flat in (begun, given))
    names = sorted({*expected, *found})
    different = [name for name in names if expected.get(name) != found.get(name)]
    if different:
        name = different[0]
        raise ValueError(
            f"init.weights: {name} has the shape {found.get(name)}; the network's is "
            f"{expected.get(name)}"
        )
    return flax.traverse_util.unflatten_dict(jax.tree.map(jnp.asarray, given), sep="/")
