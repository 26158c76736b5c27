from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.models import E2FAR
from e2far_jax.models.pretrained import PretrainedError
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.settings import InitSettings
from e2far_jax.training.task import (
    beginning,
    check_frozen,
    experiment_network,
    experiment_task,
    read_pretrained,
    read_trained,
)
from e2far_jax.weights import save_weights
from tests.models.pretrained.files import VGG_FACE_MEAN, Weights, random_weights, write_caffe
from tests.random_faces import random_model
from tests.training.tiny import configuration


@pytest.fixture(scope="module")
def weights() -> Weights:
    return random_weights()


@pytest.fixture(scope="module")
def init(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InitSettings]:
    """A file of these weights."""
    path = write_caffe(tmp_path_factory.mktemp("vgg") / "VGG_FACE.caffemodel", weights)
    yield InitSettings(vgg_face=str(path))
    path.unlink()  # 60 MB


def test_a_pretrained_backbone_is_what_training_begins_with(
    init: InitSettings, weights: Weights
) -> None:
    config = configuration(average_decay=0.5, frozen="2 steps")
    network = dataclasses.replace(
        config.network, backbone="vgg16", pixel_mean=(0.0, 0.0, 0.0), pixel_scale=64.0
    )
    config = dataclasses.replace(config, network=network, init=init)

    pretrained = read_pretrained(config.init)
    network = experiment_network(config, random_model(), pretrained)
    assert network.pixel_mean == VGG_FACE_MEAN
    task = experiment_task(config, random_model(), network)
    state = beginning(task, pretrained)

    for parameters in (state.parameters, state.average):
        backbone = parameters["params"]["backbone"]
        kernel, bias = weights["conv1_1"]
        np.testing.assert_allclose(backbone["conv1_1"]["kernel"], 64.0 * kernel, rtol=1e-6)
        np.testing.assert_array_equal(backbone["conv1_1"]["bias"], bias)
        np.testing.assert_array_equal(backbone["conv5_3"]["kernel"], weights["conv5_3"][0])


def test_a_trained_network_begins_again_without_its_closer_look(tmp_path: Path) -> None:
    config = configuration()
    model = load_face_model(config.face_model)
    network = experiment_network(config, model)
    looking = dataclasses.replace(network, look_points=68, look_samples=2, look_channels=2)
    images = jnp.zeros((1, network.image_size, network.image_size, 3))
    variables = jax.jit(E2FAR(looking).init)(jax.random.key(3), images)
    save_weights(tmp_path / "looking", variables, looking, config.face_model, "random numbers")
    trained = read_trained(InitSettings(weights=str(tmp_path / "looking")))
    state = beginning(experiment_task(config, model, network), trained=trained)
    parameters = dict(variables["params"])
    parameters.pop("closer_look_1")
    jax.tree.map(np.testing.assert_array_equal, state.parameters, {"params": parameters})


def test_frozen_parts_are_given_ones_of_the_network() -> None:
    def check(parts: tuple[str, ...], init: InitSettings, frozen: str = "2 steps") -> None:
        config = configuration(frozen=frozen, frozen_parts=parts)
        check_frozen(dataclasses.replace(config, init=init))

    weights, backbone = InitSettings(weights="somewhere"), InitSettings(vgg_face="somewhere")
    check(("backbone", "camera_head"), weights)
    check(("backbone",), backbone)
    check(("backbone", "camera_head"), InitSettings(), frozen="0 steps")
    with pytest.raises(ValueError, match="begins at random: backbone, camera_head; give"):
        check(("backbone", "camera_head"), InitSettings())
    with pytest.raises(ValueError, match="begins at random: camera_head; give"):
        check(("backbone", "camera_head"), backbone)
    with pytest.raises(ValueError, match="names head; the network's parts are backbone, fusion"):
        check(("head", "backbone"), weights)


def test_only_a_vgg16_takes_pretrained_weights(init: InitSettings) -> None:
    config, pretrained = configuration(), read_pretrained(init)
    network = experiment_network(config, random_model(), pretrained)
    task = experiment_task(config, random_model(), network)
    with pytest.raises(PretrainedError, match="only the backbone 'vgg16'"):
        beginning(task, pretrained)


def test_there_is_one_beginning() -> None:
    with pytest.raises(ValueError, match=r"init\.weights and init\.vgg_face are both given"):
        InitSettings(weights="a", vgg_face="b")
    assert read_pretrained(InitSettings()) is None
