from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.data.generate import generate
from e2far_jax.data.settings import DataSettings
from e2far_jax.models import NetworkSettings
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.settings import from_dict, to_dict
from e2far_jax.training.checkpoints import CheckpointError
from e2far_jax.training.config import ExperimentConfig, TrainSettings
from e2far_jax.training.loop import train
from e2far_jax.training.monitor import Monitor, NonFiniteError
from e2far_jax.weights import load_weights

pytestmark = pytest.mark.slow


def configuration(**changes: object) -> ExperimentConfig:
    train_settings = {
        "steps": 5,
        "batch_size": 8,
        "log_every": 1,
        "validate_every": 5,
        "checkpoint_every": 2,
        **changes,
    }
    return ExperimentConfig(
        face_model=FaceModelSettings(identity_size=6, expression_names=("jawOpen", "eyeBlink_L")),
        scene=SceneConfig.at_level(0, image_size=32),
        data=DataSettings(
            train_examples=24, validation_examples=4, test_examples=4, test_levels=()
        ),
        network=NetworkSettings(
            image_size=32,
            backbone="compact",
            compact_widths=(4, 4, 4, 4),
            compact_depths=(1, 1, 1, 1),
            fusion_channels=4,
            head_widths=(8,),
            head_dropout=0.2,
            camera_head_widths=(),
            pixel_scale=64.0,
        ),
        train=from_dict(TrainSettings, train_settings),
    )


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data set, rendered once for all tests."""
    folder, config = tmp_path_factory.mktemp("rendered"), configuration()
    generate(config.data, config.scene, config.face_model, folder / "data")
    return folder


@pytest.fixture
def workdir(rendered: Path, tmp_path: Path) -> Path:
    shutil.copytree(rendered, tmp_path / "run")
    return tmp_path / "run"


def test_resumed_run_equals_the_uninterrupted_one_bit_for_bit(
    workdir: Path, rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configuration()
    straight = train(config, workdir)

    shutil.copytree(rendered, tmp_path / "interrupted")
    show = Monitor.show

    def interrupted(self: Monitor, step: int) -> None:
        if step == 4:
            raise KeyboardInterrupt
        show(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(Monitor, "show", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(config, tmp_path / "interrupted")
    resumed = train(config, tmp_path / "interrupted")

    assert int(resumed.step) == 5
    pairs = zip(jax.tree.leaves(straight), jax.tree.leaves(resumed), strict=True)
    for a, b in pairs:
        np.testing.assert_array_equal(a, b)

    # What a finished run leaves: weights that predict, figures to look at.
    network = load_weights(workdir / "weights")
    assert network.predict(jnp.zeros((1, 32, 32, 3))).identity.shape == (1, 6)
    assert list((workdir / "tensorboard").glob("events*"))
    again = train(config, workdir)
    assert int(again.step) == 5


def test_non_finite_loss_stops_the_run_and_keeps_the_checkpoint(workdir: Path) -> None:
    config = configuration(learning_rate=1e30, checkpoint_every=1)
    with pytest.raises(NonFiniteError, match=r"loss.*between steps \d and \d"):
        train(config, workdir)
    assert (workdir / "checkpoints" / "1").is_dir()
    assert not (workdir / "weights").exists()


def test_another_configuration_is_refused_by_name(workdir: Path) -> None:
    train(configuration(), workdir)
    with pytest.raises(CheckpointError, match=r"train\.learning_rate was 0\.0001, is 0\.5"):
        train(configuration(learning_rate=0.5), workdir)


def test_checkpoint_holds_the_configuration(workdir: Path) -> None:
    config = configuration()
    train(config, workdir)
    stored = json.loads((workdir / "checkpoints" / "5" / "config" / "metadata").read_text())
    assert from_dict(ExperimentConfig, stored) == config
    assert json.loads(json.dumps(to_dict(config))) == stored


def test_training_begins_with_the_weights_that_it_is_given(workdir: Path, tmp_path: Path) -> None:
    first = train(configuration(), workdir)
    folder = str(workdir / "weights")
    again = configuration(initial_weights=folder, learning_rate=0.0, weight_decay=0.0, steps=1)
    state = train(again, tmp_path / "again", data_dir=workdir / "data")
    for a, b in zip(
        jax.tree.leaves(first.parameters), jax.tree.leaves(state.parameters), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    wider = dataclasses.replace(again, network=dataclasses.replace(again.network, head_widths=(9,)))
    with pytest.raises(ValueError, match=r"initial_weights: params/expression_head/fc1/bias has"):
        train(wider, tmp_path / "wider", data_dir=workdir / "data")
