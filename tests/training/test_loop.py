from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.settings import from_dict, to_dict
from e2far_jax.training.checkpoints import CheckpointError
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.export import export_checkpoint
from e2far_jax.training.loop import train
from e2far_jax.training.monitor import Monitor, NonFiniteError
from e2far_jax.training.settings import InitSettings
from e2far_jax.training.step import TrainState
from e2far_jax.weights import load_weights
from tests.training.runs import checkpoints, losses
from tests.training.tiny import configuration

pytestmark = pytest.mark.slow

CONFIG = configuration(average_decay=0.9)


@pytest.fixture(scope="module")
def finished(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainState]:
    """The folder of a training that nothing disturbed, and its last state."""
    workdir = tmp_path_factory.mktemp("finished")
    return workdir, train(CONFIG, workdir, data_dir=data_dir)


def assert_same(first: Any, second: Any) -> None:
    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        np.testing.assert_array_equal(a, b)


def test_resumed_run_equals_the_uninterrupted_one_bit_for_bit(
    finished: tuple[Path, TrainState],
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show = Monitor.show

    def interrupted(self: Monitor, step: int) -> None:
        if step == 4:
            raise KeyboardInterrupt
        show(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(Monitor, "show", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(CONFIG, tmp_path, data_dir=data_dir)
    resumed = train(CONFIG, tmp_path, data_dir=data_dir, profile_steps=(4, 4))
    assert int(resumed.step) == 5
    assert_same(finished[1], resumed)
    assert list((tmp_path / "profile").rglob("*.xplane.pb"))


def test_what_a_finished_run_leaves(finished: tuple[Path, TrainState], data_dir: Path) -> None:
    """Weights that predict, which are the average, and figures to look at."""
    workdir, state = finished
    network = load_weights(workdir / "weights")
    assert network.predict(jnp.zeros((1, 32, 32, 3))).identity.shape == (1, 5)
    assert_same(state.average, network.variables)
    for parameters, average in zip(
        jax.tree.leaves(state.parameters), jax.tree.leaves(state.average), strict=True
    ):
        assert not np.array_equal(parameters, average)
    assert list((workdir / "tensorboard").glob("events*"))
    assert [*losses(workdir)] == [1, 2, 3, 4, 5]
    assert int(train(CONFIG, workdir, data_dir=data_dir).step) == 5


def test_non_finite_loss_stops_the_run_and_keeps_the_checkpoint(
    data_dir: Path, tmp_path: Path
) -> None:
    """The rate of the first step is zero; that of the second takes the parameters to 1e29."""
    config = configuration(learning_rate=1e30, warmup="4", checkpoint_every="1", log_every="3")
    with pytest.raises(NonFiniteError, match=r"stopped being finite at step 2;"):
        train(config, tmp_path, data_dir=data_dir)
    assert checkpoints(tmp_path) == [1]
    assert not (tmp_path / "weights").exists()


def test_another_configuration_is_refused_by_name(
    finished: tuple[Path, TrainState], data_dir: Path
) -> None:
    with pytest.raises(CheckpointError, match=r"train\.learning_rate was 0\.001, is 0\.5"):
        train(configuration(average_decay=0.9, learning_rate=0.5), finished[0], data_dir=data_dir)


def test_checkpoint_holds_the_configuration(finished: tuple[Path, TrainState]) -> None:
    stored = json.loads((finished[0] / "checkpoints" / "5" / "about" / "metadata").read_text())
    assert from_dict(ExperimentConfig, stored["config"]) == CONFIG
    assert json.loads(json.dumps(to_dict(CONFIG))) == stored["config"]


def test_training_begins_with_the_weights_that_it_is_given(
    finished: tuple[Path, TrainState], data_dir: Path, tmp_path: Path
) -> None:
    weights = finished[0] / "weights"
    still = configuration(learning_rate=0.0, weight_decay=0.0, duration="1")
    again = dataclasses.replace(still, init=InitSettings(weights=str(weights)))
    state = train(again, tmp_path / "again", data_dir=data_dir)
    assert_same(load_weights(weights).variables, state.parameters)
    wider = dataclasses.replace(again, network=dataclasses.replace(again.network, head_widths=(9,)))
    with pytest.raises(ValueError, match=r"init\.weights: params/expression_head/fc1/bias has"):
        train(wider, tmp_path / "wider", data_dir=data_dir)


def test_a_backbone_that_begins_at_random_is_not_frozen(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"train\.frozen keeps what begins at random: backbone"):
        train(configuration(frozen="2 steps"), tmp_path, data_dir=data_dir)


def test_any_checkpoint_becomes_a_weights_folder(
    finished: tuple[Path, TrainState], tmp_path: Path
) -> None:
    workdir, state = finished
    assert export_checkpoint(workdir, "newest", tmp_path / "newest", "float32") == 5
    exported = load_weights(tmp_path / "newest")
    assert_same(state.average, exported.variables)
    assert exported.description == "compact E2FAR, 5 steps of 8"
    assert export_checkpoint(workdir, "best", tmp_path / "best", "float16") == 5
    assert export_checkpoint(workdir, "4", tmp_path / "four", "float16") == 4
    with np.load(tmp_path / "four" / "weights.npz") as stored:
        parameters = [name for name in stored.files if name.startswith("params/")]
        assert {stored[name].dtype for name in parameters} == {np.dtype("float16")}
    with pytest.raises(
        CheckpointError, match=r"no checkpoint '3'; the choices are newest, best, 2, 4, 5"
    ):
        export_checkpoint(workdir, "3", tmp_path / "three", "float16")
    with pytest.raises(CheckpointError, match="no checkpoints here"):
        export_checkpoint(tmp_path, "best", tmp_path / "none", "float16")
