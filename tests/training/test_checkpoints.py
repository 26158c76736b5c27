from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from e2far_jax.models import NetworkSettings
from e2far_jax.settings import changed, completed, to_dict
from e2far_jax.training.checkpoints import CheckpointError, Checkpoints
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.provenance import changes, provenance
from e2far_jax.training.settings import TrainSettings
from e2far_jax.training.step import TrainState
from tests.random_faces import random_model

ORIGIN = provenance(ExperimentConfig(), NetworkSettings(), random_model())
OPTIMISER = optax.partition(
    {"some": optax.adam(1e-3), "rest": optax.adam(1e-3)}, {"a": "some", "b": "rest"}
)


def state_at(step: int, average: bool = False) -> TrainState:
    key = jax.random.key(step)
    parameters = {"a": jax.random.normal(key, (300, 50)), "b": jnp.full(3, float(step))}
    averages = jax.tree.map(lambda leaf: 2 * leaf, parameters) if average else None
    return TrainState(jnp.int32(step), parameters, OPTIMISER.init(parameters), averages)


def saved(
    folder: Path, steps: dict[int, float | None], settings: TrainSettings | None = None
) -> Checkpoints:
    """Checkpoints of these steps, with their errors on the validation split."""
    checkpoints = Checkpoints(folder, settings or TrainSettings(), ORIGIN)
    for step, error in steps.items():
        figures = None if error is None else {"expressive_mm": error, "neutral_mm": 0.0}
        checkpoints.save(state_at(step), figures)
    checkpoints.close()
    return Checkpoints(folder, settings or TrainSettings(), ORIGIN)


def assert_same(first: TrainState, second: TrainState) -> None:
    assert jax.tree.structure(first) == jax.tree.structure(second)
    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("average", [False, True])
def test_the_newest_is_restored_as_it_was(tmp_path: Path, average: bool) -> None:
    checkpoints = Checkpoints(tmp_path, TrainSettings(), ORIGIN)
    assert_same(checkpoints.restore(state_at(0, average)), state_at(0, average))
    for step in (2, 4):
        checkpoints.save(state_at(step, average))
    checkpoints.save(state_at(4, not average))  # is there already, and stays
    checkpoints.close()
    again = Checkpoints(tmp_path, TrainSettings(), ORIGIN)
    assert_same(again.restore(state_at(0, average)), state_at(4, average))


def test_the_state_may_change_while_it_is_saved(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, TrainSettings(), ORIGIN)
    step = jax.jit(lambda state: jax.tree.map(lambda leaf: leaf + 1, state), donate_argnums=0)
    state = state_at(7)
    checkpoints.save(state)
    for _ in range(20):
        state = step(state)
    checkpoints.close()
    assert_same(Checkpoints(tmp_path, TrainSettings(), ORIGIN).restore(state_at(0)), state_at(7))


def test_what_is_kept(tmp_path: Path) -> None:
    settings = TrainSettings(keep_newest=2, keep_best=2, keep_every=5)
    errors = {1: None, 2: 1.5, 3: 1.0, 4: None, 5: 2.0, 6: 2.0, 7: None, 8: 4.0}
    checkpoints = saved(tmp_path, errors, settings)
    assert checkpoints.steps == [2, 3, 5, 7, 8]
    assert checkpoints.best == 3
    assert saved(tmp_path / "unmeasured", {1: None, 2: None}).best is None


def largest_file(folder: Path) -> Path:
    return max(
        (path for path in folder.rglob("*") if path.is_file()), key=lambda p: p.stat().st_size
    )


def truncate(folder: Path) -> None:
    path = largest_file(folder)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(folder: Path) -> None:
    path = largest_file(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def remove_state(folder: Path) -> None:
    for path in sorted((folder / "state").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def empty_description(folder: Path) -> None:
    (folder / "about" / "metadata").write_text("")


def other_numbers(folder: Path) -> None:
    path = folder / "about" / "metadata"
    about = json.loads(path.read_text())
    path.write_text(json.dumps({**about, "digest": about["digest"] ^ 1}))


@pytest.mark.parametrize(
    "damage",
    [truncate, flip, remove_state, empty_description, other_numbers],
    ids=lambda f: f.__name__,
)
def test_a_damaged_one_is_passed_over_and_kept_aside(tmp_path: Path, damage) -> None:
    saved(tmp_path, {2: None, 4: None}).close()
    damage(tmp_path / "4")
    checkpoints = Checkpoints(tmp_path, TrainSettings(), ORIGIN)
    with pytest.warns(UserWarning, match=r"4 is damaged and passed over, kept as 4\.damaged"):
        restored = checkpoints.restore(state_at(0))
    assert_same(restored, state_at(2))
    assert (tmp_path / "4.damaged").is_dir()
    checkpoints.save(state_at(4))
    checkpoints.close()
    again = Checkpoints(tmp_path, TrainSettings(), ORIGIN)
    assert_same(again.restore(state_at(0)), state_at(4))


def test_a_run_does_not_begin_anew_because_all_are_damaged(tmp_path: Path) -> None:
    saved(tmp_path, {2: None, 4: None}).close()
    for step in (2, 4):
        truncate(tmp_path / str(step))
    checkpoints = Checkpoints(tmp_path, TrainSettings(), ORIGIN)
    with (
        pytest.warns(UserWarning, match="is damaged"),
        pytest.raises(CheckpointError, match="none of the 2 checkpoints can be read"),
    ):
        checkpoints.restore(state_at(0))


def test_a_run_that_was_begun_otherwise_is_refused_by_name(tmp_path: Path) -> None:
    saved(tmp_path, {2: None}).close()
    config = changed(ExperimentConfig(), {"train.learning_rate": 0.5, "train.log_every": "7"})
    other = provenance(config, NetworkSettings(), random_model(91))
    other = dataclasses.replace(other, code="9.9.9 (abc)")
    with pytest.raises(CheckpointError) as raised:
        Checkpoints(tmp_path, TrainSettings(), other).restore(state_at(0))
    message = str(raised.value)
    assert "train.learning_rate was 0.0001, is 0.5" in message
    assert "the morphable model is another one" in message
    assert f"the code was {ORIGIN.code}, is 9.9.9 (abc)" in message
    assert "log_every" not in message  # decides nothing of the outcome
    accepted = Checkpoints(tmp_path, TrainSettings(), other, accept_changes=True)
    assert_same(accepted.restore(state_at(0)), state_at(2))


def test_settings_that_came_later_had_their_defaults() -> None:
    saved_then = ORIGIN.to_dict()
    del saved_then["config"]["train"]["average_decay"], saved_then["config"]["init"]
    assert changes(saved_then, ORIGIN) == []
    config = changed(ExperimentConfig(), {"train.average_decay": 0.9})
    averaged = provenance(config, NetworkSettings(), random_model())
    assert changes(saved_then, averaged) == ["train.average_decay was 0.0, is 0.9"]
    assert completed(ExperimentConfig, {"gone": 1}) == {**to_dict(ExperimentConfig()), "gone": 1}


_FULL = """
import resource, sys
from pathlib import Path
from e2far_jax import jobs
from tests.training.test_checkpoints import ORIGIN, Checkpoints, TrainSettings, state_at
folder = Path(sys.argv.pop())

def main():
    state = state_at(4)
    with Checkpoints(folder, TrainSettings(keep_newest=1), ORIGIN) as checkpoints:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        checkpoints.save(state)

jobs.run(main)
"""


def test_a_full_disk_is_told_and_costs_no_older_checkpoint(tmp_path: Path) -> None:
    """Files may have no more than 4 kB there, which a disk without room looks like to a writer."""
    saved(tmp_path, {2: None}, TrainSettings(keep_newest=1)).close()
    child = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert child.returncode == 1
    (told,) = [line for line in child.stderr.splitlines() if line.startswith("error: ")]
    assert "[process=0]" not in child.stderr  # what Orbax would log of it, with its traceback
    assert "a checkpoint can't be written" in told
    assert "File too large" in told
    checkpoints = Checkpoints(tmp_path, TrainSettings(keep_newest=1), ORIGIN)
    assert checkpoints.steps == [2]
    assert_same(checkpoints.restore(state_at(0)), state_at(2))
