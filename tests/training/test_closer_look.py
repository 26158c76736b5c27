from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.data.batch import Batch
from e2far_jax.geometry.camera_steps import camera_step
from e2far_jax.geometry.cameras import Camera
from e2far_jax.losses import LossSettings, face_gram, loss_terms, multi_task_loss
from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.morphable.moving_points import points_over_the_face
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.training.closer_look import RIDGE, give_closer_looks, with_closer_looks
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.monitor import NonFiniteError
from e2far_jax.training.settings import InitSettings
from e2far_jax.training.sources import GivenBatches
from e2far_jax.training.step import truth
from e2far_jax.weights import TrainedNetwork, WeightsError, save_weights
from tests.random_faces import TINY_NETWORK, random_model
from tests.training.test_step import random_batch
from tests.training.tiny import configuration

LOOK = {"look_points": 68, "look_samples": 2, "look_channels": 2}
LOOKING = dataclasses.replace(TINY_NETWORK, **LOOK)


def random_network() -> TrainedNetwork:
    """A first reading that says something."""
    variables = E2FAR(TINY_NETWORK).init(jax.random.key(1), jnp.zeros((1, 32, 32, 3)))
    keys = iter(jax.random.split(jax.random.key(2), 100))
    variables = jax.tree.map(
        lambda leaf: leaf + 0.01 * jax.random.normal(next(keys), leaf.shape), variables
    )
    settings = FaceModelSettings("random")
    return TrainedNetwork(TINY_NETWORK, random_model(), settings, variables, "random numbers")


def different_batches(count: int) -> list[Batch]:
    """Batches of 16."""
    random = random_batch(16 * count)
    return [
        jax.tree.map(lambda leaf, at=16 * number: leaf[at : at + 16], random)
        for number in range(count)
    ]


def looked(
    network: NetworkSettings, batches: Sequence[Batch], trained: TrainedNetwork | None = None
) -> dict[str, Any]:
    config = configuration(duration=f"{len(batches) // network.looks} steps", batch_size=16)
    config = dataclasses.replace(config, network=network, loss=LossSettings(robust_scale=10.0))
    return with_closer_looks(config, trained or random_network(), network, GivenBatches(batches))


def losses(variables: dict[str, Any], network: NetworkSettings, batch: Batch) -> np.ndarray:
    """Of each picture."""

    @jax.jit
    def measured(variables: dict[str, Any], batch: Batch) -> jax.Array:
        found = E2FAR(network).apply(variables, batch.image)
        terms = loss_terms(found, truth(batch), face_gram(random_model()))
        return multi_task_loss(terms, configuration().loss)

    return np.float64(measured(variables, batch))


def test_the_read_out_is_that_of_weighted_least_squares() -> None:
    trained, batches = random_network(), different_batches(20)  # more pictures than inputs
    variables = looked(LOOKING, batches)
    for name, parameters in trained.variables["params"].items():
        jax.tree.map(np.testing.assert_array_equal, variables["params"][name], parameters)
    points = points_over_the_face(trained.face_model, 68)
    assert points is not None
    np.testing.assert_array_equal(variables["points"]["face"]["mean"], points.mean)

    whole = jax.tree.map(lambda *leaves: np.concatenate(leaves), *batches)
    images = jnp.asarray(whole.image)
    _, state = E2FAR(LOOKING).apply(variables, images, mutable=["intermediates"])
    seen = np.float64(state["intermediates"]["closer_look_1"]["seen"][0])
    first = E2FAR(TINY_NETWORK).apply(trained.variables, images)
    weights = 1.0 / (10.0 + losses(trained.variables, TINY_NETWORK, whole))
    camera = Camera(*map(jnp.asarray, (whole.rotation, whole.scale, whole.translation)))
    assert weights.max() > 2.0 * weights.min()
    wanted = np.concatenate(
        [
            whole.identity - first.identity,
            whole.expression - first.expression,
            camera_step(first.camera, camera),
        ],
        axis=1,
    )
    inputs, mean = seen.shape[1], np.average(seen, axis=0, weights=weights)
    mean_wanted = np.average(wanted, axis=0, weights=weights)
    penalty = RIDGE * (weights[:, None] * seen**2).sum(axis=0).mean()
    centred = seen - mean
    gram = centred.T @ (weights[:, None] * centred) + penalty * np.eye(inputs)
    kernel = np.linalg.solve(gram, centred.T @ (weights[:, None] * (wanted - mean_wanted)))
    read_out = variables["params"]["closer_look_1"]["read_out"]
    np.testing.assert_allclose(read_out["kernel"], kernel, atol=2e-3 * np.abs(kernel).max())
    np.testing.assert_allclose(read_out["bias"], mean_wanted - mean @ kernel, atol=1e-2)


def test_each_look_reads_what_was_shown_better() -> None:
    (batch,) = different_batches(1)
    twice = dataclasses.replace(LOOKING, looks=2)
    once = looked(LOOKING, [batch])
    both = looked(twice, [batch, batch])
    jax.tree.map(
        np.testing.assert_array_equal,
        both["params"]["closer_look_1"],
        once["params"]["closer_look_1"],
    )
    left = [
        losses(random_network().variables, TINY_NETWORK, batch).mean(),
        losses(once, LOOKING, batch).mean(),
        losses(both, twice, batch).mean(),
    ]
    assert left[0] > 2.0 * left[1] > 2.0 * left[2]


def test_a_second_look_is_given_to_a_first() -> None:
    batches = different_batches(2)
    twice = dataclasses.replace(LOOKING, looks=2)
    begun = looked(LOOKING, batches[:1])
    trained = dataclasses.replace(random_network(), network=LOOKING, variables=begun)
    # The pictures that the first look has seen are not seen again.
    after = looked(twice, batches, trained)
    jax.tree.map(np.testing.assert_array_equal, after, looked(twice, batches))


def test_a_picture_that_is_no_number_is_told() -> None:
    (batch,) = different_batches(1)
    image = np.where(np.arange(16)[:, None, None, None] == 3, np.nan, batch.image)
    with pytest.raises(NonFiniteError, match="closer look 1: a reading of the network is not"):
        looked(LOOKING, [dataclasses.replace(batch, image=np.float32(image))])


def given(tmp_path: Path, network: NetworkSettings) -> ExperimentConfig:
    """A configuration that begins with random weights of this network."""
    config = configuration(duration="1 step")
    images = jnp.zeros((1, network.image_size, network.image_size, 3))
    variables = jax.jit(E2FAR(network).init)(jax.random.key(0), images)
    save_weights(tmp_path / "given", variables, network, config.face_model, "random numbers")
    looking = dataclasses.replace(config.network, **LOOK)
    init = InitSettings(weights=str(tmp_path / "given"))
    return dataclasses.replace(config, network=looking, init=init)


def trained_settings() -> NetworkSettings:
    network = configuration().network
    return dataclasses.replace(network, identity_size=5, expression_size=4)


def test_the_looks_go_into_a_folder_of_weights(tmp_path: Path, data_dir: Path) -> None:
    network = give_closer_looks(given(tmp_path, trained_settings()), tmp_path / "run", data_dir)
    assert network.network.look_points == 68
    assert np.any(network.variables["params"]["closer_look_1"]["read_out"]["kernel"])
    assert (tmp_path / "run" / "weights" / "weights.npz").exists()


@pytest.mark.parametrize(
    ("trained", "asked", "message"),
    [
        ({}, {"look_points": 0}, "network.look_points is 0; expected at least 68"),
        (LOOK, {}, r"has 1 closer look\(s\) and network.looks is 1; expected more"),
        (LOOK, {"looks": 2, "look_channels": 3}, "network.look_channels was 2, is 3 here"),
        ({"head_gain": 0.5}, {}, "network.head_gain was 0.5, is 1.0 here"),
    ],
)
def test_another_network_is_refused(
    trained: dict[str, Any], asked: dict[str, Any], message: str, tmp_path: Path
) -> None:
    config = given(tmp_path, dataclasses.replace(trained_settings(), **trained))
    network = dataclasses.replace(config.network, **asked)
    with pytest.raises(ValueError, match=message):
        give_closer_looks(dataclasses.replace(config, network=network), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_network_has_to_be_given(tmp_path: Path) -> None:
    config = dataclasses.replace(
        configuration(), network=dataclasses.replace(configuration().network, **LOOK)
    )
    with pytest.raises(ValueError, match=r"init\.weights is not given"):
        give_closer_looks(config, tmp_path / "run")
    missing = dataclasses.replace(config, init=InitSettings(weights=str(tmp_path / "nowhere")))
    with pytest.raises(WeightsError, match="no weights here"):
        give_closer_looks(missing, tmp_path / "run")
