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
from e2far_jax.settings import from_dict, to_dict
from e2far_jax.training.checkpoints import CheckpointError
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.export import export_checkpoint
from e2far_jax.training.loop import train
from e2far_jax.training.monitor import Monitor, NonFiniteError
from e2far_jax.training.settings import InitSettings
from e2far_jax.weights import load_weights
from tests.training.tiny import configuration

pytestmark = pytest.mark.slow


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
    config = configuration(learning_rate=1e30, checkpoint_every="1")
    with pytest.raises(NonFiniteError, match=r"step \d"):
        train(config, workdir)
    assert not (workdir / "weights").exists()


def test_another_configuration_is_refused_by_name(workdir: Path) -> None:
    train(configuration(), workdir)
    with pytest.raises(CheckpointError, match=r"train\.learning_rate was 0\.001, is 0\.5"):
        train(configuration(learning_rate=0.5), workdir)


def test_checkpoint_holds_the_configuration(workdir: Path) -> None:
    config = configuration()
    train(config, workdir)
    stored = json.loads((workdir / "checkpoints" / "5" / "about" / "metadata").read_text())
    assert from_dict(ExperimentConfig, stored["config"]) == config
    assert json.loads(json.dumps(to_dict(config))) == stored["config"]


def test_training_begins_with_the_weights_that_it_is_given(workdir: Path, tmp_path: Path) -> None:
    first = train(configuration(), workdir)
    begun = InitSettings(weights=str(workdir / "weights"))
    still = configuration(learning_rate=0.0, weight_decay=0.0, duration="1")
    again = dataclasses.replace(still, init=begun)
    state = train(again, tmp_path / "again", data_dir=workdir / "data")
    for a, b in zip(
        jax.tree.leaves(first.parameters), jax.tree.leaves(state.parameters), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    wider = dataclasses.replace(again, network=dataclasses.replace(again.network, head_widths=(9,)))
    with pytest.raises(ValueError, match=r"init\.weights: params/expression_head/fc1/bias has"):
        train(wider, tmp_path / "wider", data_dir=workdir / "data")


def test_a_backbone_that_begins_at_random_is_not_frozen(workdir: Path) -> None:
    with pytest.raises(ValueError, match=r"backbone_frozen keeps a backbone that begins at random"):
        train(configuration(backbone_frozen="2 steps"), workdir)


def test_the_average_is_what_is_stored_and_validated(workdir: Path) -> None:
    state = train(configuration(average_decay=0.9), workdir)
    stored = load_weights(workdir / "weights").variables
    for average, parameters, weights in zip(
        jax.tree.leaves(state.average),
        jax.tree.leaves(state.parameters),
        jax.tree.leaves(stored),
        strict=True,
    ):
        np.testing.assert_array_equal(average, weights)
        assert not np.array_equal(parameters, weights)


def test_any_checkpoint_becomes_a_weights_folder(workdir: Path, tmp_path: Path) -> None:
    state = train(configuration(average_decay=0.9), workdir)
    step = export_checkpoint(workdir, "newest", tmp_path / "newest", "float32")
    assert step == 5
    exported = load_weights(tmp_path / "newest")
    for average, weights in zip(
        jax.tree.leaves(state.average), jax.tree.leaves(exported.variables), strict=True
    ):
        np.testing.assert_array_equal(average, weights)
    assert exported.description == "compact E2FAR, 5 steps of 8"
    assert export_checkpoint(workdir, "best", tmp_path / "best", "float16") == 5
    assert export_checkpoint(workdir, "4", tmp_path / "four", "float16") == 4
    with np.load(tmp_path / "four" / "weights.npz") as stored:
        assert {stored[name].dtype for name in stored.files} == {np.dtype("float16")}
    with pytest.raises(
        CheckpointError, match=r"no checkpoint '3'; the choices are newest, best, 2, 4, 5"
    ):
        export_checkpoint(workdir, "3", tmp_path / "three", "float16")
    with pytest.raises(CheckpointError, match="no checkpoints here"):
        export_checkpoint(tmp_path, "best", tmp_path / "none", "float16")
