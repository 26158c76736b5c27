"""Give a trained network its closer looks: random filters, read out by least squares (ours).

A look's corrections are linear in what it sees, and what they should be is known of rendered
pictures. So the best read-out is the solution of linear equations, found in one pass over pictures.
Under a robust loss each picture counts by how well it is read so far (`losses.example_weights`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from tqdm import tqdm

from e2far_jax import settings as settings_io
from e2far_jax.data.batch import Batch
from e2far_jax.geometry.camera_steps import camera_step
from e2far_jax.keys import stream_key
from e2far_jax.losses import example_weights, face_gram, loss_terms
from e2far_jax.models import E2FAR, NetworkSettings, Prediction
from e2far_jax.morphable.moving_points import points_over_the_face
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.training.config import ExperimentConfig, network_settings
from e2far_jax.training.least_squares import NormalEquations, no_rows, solution, with_rows
from e2far_jax.training.monitor import NonFiniteError
from e2far_jax.training.sources import Source, stored_data_set, training_pictures
from e2far_jax.training.step import truth
from e2far_jax.training.task import experiment_plan, read_trained
from e2far_jax.weights import TrainedNetwork, load_weights, save_weights

RIDGE = 3e-3
LOOK_SETTINGS = ("look_points", "look_samples", "look_extent", "look_channels")  # of all looks


def give_closer_looks(
    config: ExperimentConfig, workdir: Path, data_dir: Path | None = None
) -> TrainedNetwork:
    """Find the looks that `config.network` has and the network at `config.init.weights` lacks.

    Each takes a pass over training pictures of `config.train`'s duration. One process does it all.

    Args:
      config: the experiment.
      workdir: where weights/ is written to.
      data_dir: where data sets are kept; by default data/ in `workdir`.
    Returns:
      The network with its looks.
    Raises:
      NonFiniteError: where a picture's reading is not a number; nothing is written.
      WeightsError: where there is no trained network, or a damaged one.
      ValueError: where no weights are given, or they are of another network.
    """
    if not config.network.look_points:
        raise ValueError("network.look_points is 0; expected at least 68 for a closer look")
    trained = read_trained(config.init)
    if trained is None:
        raise ValueError("init.weights is not given; a closer look is given to a trained network")
    network = _network_with_looks(config, trained)
    data_set = stored_data_set(config, data_dir or workdir / "data")
    source = training_pictures(config, data_set)
    variables = with_closer_looks(config, trained, network, source)
    begun = trained.description.partition(", closer looks: ")[0]
    description = f"{begun}, closer looks: {network.looks}"
    save_weights(workdir / "weights", variables, network, config.face_model, description)
    return load_weights(workdir / "weights")


def with_closer_looks(
    config: ExperimentConfig, trained: TrainedNetwork, network: NetworkSettings, source: Source
) -> dict[str, Any]:
    """The variables of a network with the looks that the trained one lacks.

    Args:
      config: the experiment.
      trained: the network so far.
      network: the settings of the one that is wanted.
      source: of the pictures that teach.
    Raises:
      NonFiniteError: where a picture's reading is not a number.
    """
    variables, steps = trained.variables, experiment_plan(config).steps
    for number in range(_looks(trained.network) + 1, network.looks + 1):
        so_far = dataclasses.replace(network, looks=number)
        variables = _begun(config, so_far, trained, variables)
        add = _adding(config, so_far, trained, source)
        read_out = variables["params"][f"closer_look_{number}"]["read_out"]
        equations = no_rows(*read_out["kernel"].shape)
        inputs = source.inputs((number - 1) * steps)
        title = f"closer look {number} of {network.looks}"
        for _ in tqdm(range(steps), title, unit="batch"):
            equations = add(equations, variables, source.shared, next(inputs))
        if not np.isfinite(equations.moment).all():
            raise NonFiniteError(f"closer look {number}: a reading of the network is not a number")
        read_out["kernel"], read_out["bias"] = solution(equations, RIDGE)
    return variables


def _network_with_looks(config: ExperimentConfig, trained: TrainedNetwork) -> NetworkSettings:
    """The settings of the wanted network, of which the trained one has to be the beginning."""
    asked = network_settings(config, trained.face_model)
    had = _looks(trained.network)
    if had >= asked.looks:
        raise ValueError(
            f"init.weights has {had} closer look(s) and network.looks is {asked.looks}; expected "
            "more"
        )
    open_to_choice = ("looks",) if had else ("looks", *LOOK_SETTINGS)
    chosen = {name: getattr(asked, name) for name in open_to_choice}
    beginning = dataclasses.replace(trained.network, **chosen)
    asked = dataclasses.replace(asked, pixel_mean=trained.network.pixel_mean)

    def described(face_model: FaceModelSettings, network: NetworkSettings) -> dict[str, Any]:
        parts = {"face_model": face_model, "network": network}
        return {name: settings_io.to_dict(part) for name, part in parts.items()}

    different = settings_io.differences(
        described(trained.face_model_settings, beginning), described(config.face_model, asked)
    )
    if different:
        raise ValueError(f"init.weights is of another configuration: {different[0]} here")
    return asked


def _looks(network: NetworkSettings) -> int:
    return network.looks if network.look_points else 0


def _begun(
    config: ExperimentConfig,
    network: NetworkSettings,
    trained: TrainedNetwork,
    variables: dict[str, Any],
) -> dict[str, Any]:
    """The variables with a look more, which corrects nothing yet."""
    points = points_over_the_face(trained.face_model, network.look_points)
    images = jnp.zeros((1, network.image_size, network.image_size, 3))
    key = stream_key(config.seed, "parameters")
    new = jax.jit(E2FAR(network, points=points).init)(key, images)
    parameters = {**new["params"], **variables["params"]}
    return {"params": parameters, "points": variables.get("points", new["points"])}


Adding = Callable[[NormalEquations, dict[str, Any], Any, Any], NormalEquations]


def _adding(
    config: ExperimentConfig, network: NetworkSettings, trained: TrainedNetwork, source: Source
) -> Adding:
    """(equations, variables, shared, inputs) -> equations of the newest look, compiled."""
    gram, module = face_gram(trained.face_model), E2FAR(network)

    def add(
        equations: NormalEquations, variables: dict[str, Any], shared: Any, inputs: Any
    ) -> NormalEquations:
        batch: Batch = source.batch(shared, inputs)
        found, state = module.apply(variables, batch.image, mutable=["intermediates"])
        (seen,) = state["intermediates"][f"closer_look_{network.looks}"]["seen"]
        true = truth(batch)
        weights = example_weights(loss_terms(found, true, gram), config.loss)
        return with_rows(equations, seen, _wanted(found, true), weights)

    return jax.jit(add, donate_argnums=0)


def _wanted(found: Prediction, true: Prediction) -> Float[Array, "B M"]:
    """The corrections that would lead to the truth."""
    assert found.camera is not None
    assert true.camera is not None
    return jnp.concatenate(
        [
            true.identity - found.identity,
            true.expression - found.expression,
            camera_step(found.camera, true.camera),
        ],
        axis=-1,
    )
