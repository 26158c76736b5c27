from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from e2far_jax.models.pretrained import PretrainedError
from e2far_jax.training.settings import InitSettings
from e2far_jax.training.task import (
    beginning,
    experiment_network,
    experiment_task,
    read_pretrained,
)
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
    config = configuration(average_decay=0.5, backbone_frozen="2 steps")
    network = dataclasses.replace(
        config.network, backbone="vgg16", pixel_mean=(0.0, 0.0, 0.0), pixel_scale=64.0
    )
    config = dataclasses.replace(config, network=network, init=init)

    pretrained = read_pretrained(config.init)
    network = experiment_network(config, random_model(), pretrained)
    assert network.pixel_mean == VGG_FACE_MEAN
    task = experiment_task(config, random_model(), network)
    state = beginning(task, config.init, pretrained)

    for parameters in (state.parameters, state.average):
        backbone = parameters["params"]["backbone"]
        kernel, bias = weights["conv1_1"]
        np.testing.assert_allclose(backbone["conv1_1"]["kernel"], 64.0 * kernel, rtol=1e-6)
        np.testing.assert_array_equal(backbone["conv1_1"]["bias"], bias)
        np.testing.assert_array_equal(backbone["conv5_3"]["kernel"], weights["conv5_3"][0])
    with pytest.raises(ValueError, match="backbone_frozen keeps a backbone that begins at random"):
        beginning(task, InitSettings(), None)


def test_only_a_vgg16_takes_pretrained_weights(init: InitSettings) -> None:
    config, pretrained = configuration(), read_pretrained(init)
    network = experiment_network(config, random_model(), pretrained)
    task = experiment_task(config, random_model(), network)
    with pytest.raises(PretrainedError, match="only the backbone 'vgg16'"):
        beginning(task, init, pretrained)


def test_there_is_one_beginning() -> None:
    with pytest.raises(ValueError, match=r"init\.weights and init\.vgg_face are both given"):
        InitSettings(weights="a", vgg_face="b")
    assert read_pretrained(InitSettings()) is None
