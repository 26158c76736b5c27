from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from e2far_jax.models.pretrained import PretrainedError
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.moving_points import points_over_the_face
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.settings import InitSettings
from e2far_jax.training.step import Task, initial_state
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


LOOKING = {"look_points": 68, "look_samples": 2, "look_channels": 2}


def looking_task(**train: object) -> tuple[Task, MorphableModel]:
    config, model = configuration(**train), random_model()
    network = dataclasses.replace(config.network, **LOOKING)
    config = dataclasses.replace(config, network=network)
    return experiment_task(config, model, experiment_network(config, model)), model


def first_weights(tmp_path: Path) -> tuple[InitSettings, dict[str, Any]]:
    """A folder of random weights of a network without a closer look."""
    config = configuration()
    model = load_face_model(config.face_model)
    network = experiment_network(config, model)
    begun = initial_state(experiment_task(config, model, network)).parameters
    variables = jax.tree.map(lambda leaf: leaf + 0.5, begun)
    save_weights(tmp_path / "first", variables, network, config.face_model, "random numbers")
    return InitSettings(weights=str(tmp_path / "first")), variables


def test_a_closer_look_begins_on_a_trained_first_reading(tmp_path: Path) -> None:
    init, variables = first_weights(tmp_path)
    task, model = looking_task()
    state = beginning(task, trained=read_trained(init))
    parameters = dict(state.parameters["params"])
    look = parameters.pop("closer_look_1")
    assert not np.any(look["read_out"]["kernel"])
    jax.tree.map(np.testing.assert_array_equal, parameters, variables["params"])
    points = points_over_the_face(model, 68)
    assert points is not None
    np.testing.assert_array_equal(state.parameters["points"]["face"]["mean"], points.mean)


def test_a_second_look_begins_on_a_first(tmp_path: Path) -> None:
    config = configuration()
    model = load_face_model(config.face_model)

    def begun(looks: int, init: InitSettings) -> dict[str, Any]:
        network = dataclasses.replace(config.network, looks=looks, **LOOKING)
        looking = dataclasses.replace(config, network=network)
        network = experiment_network(looking, model)
        task = experiment_task(looking, model, network)
        variables = beginning(task, trained=read_trained(init)).parameters
        if looks == 1:
            variables = jax.tree.map(lambda leaf: leaf + 0.5, variables)
            save_weights(tmp_path / "one", variables, network, config.face_model, "one look")
        return variables

    one = begun(1, InitSettings())
    two = begun(2, InitSettings(weights=str(tmp_path / "one")))
    second = two["params"].pop("closer_look_2")
    assert not np.any(second["read_out"]["kernel"])
    jax.tree.map(np.testing.assert_array_equal, two, one)


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
