"""One training on one device, on several, and in several processes; and a scheduler's signal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2far_jax.jobs import PREEMPTED_STATUS
from e2far_jax.training.cluster import Cluster
from tests.training.runs import (
    checkpoints,
    finish,
    job_flags,
    losses,
    slurm_environments,
    start,
    terminate_after_steps,
    weights,
)

ON_DEVICE = "--config.pictures=rendered"


@pytest.fixture(scope="module")
def one_device(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training on one device, nothing special."""
    workdir = tmp_path_factory.mktemp("one")
    finish(start(workdir, data_dir))
    return workdir


def assert_same_training(first: Path, second: Path) -> None:
    told, again = losses(first), losses(second)
    assert [*told] == [*again] == [1, 2, 3, 4, 5]
    np.testing.assert_allclose([*again.values()], [*told.values()], rtol=1e-4)
    parameters = weights(second)
    for name, values in weights(first).items():
        np.testing.assert_allclose(parameters[name], values, rtol=1e-3, atol=2e-5, err_msg=name)


@pytest.mark.slow
def test_two_processes_with_two_devices_each_train_as_one_does(
    one_device: Path, data_dir: Path, tmp_path: Path
) -> None:
    finish(start(tmp_path / "four", data_dir, devices=4))
    assert_same_training(one_device, tmp_path / "four")
    job = [start(tmp_path / "two", data_dir, *told, devices=2) for told in job_flags(2)]
    finish(*job)
    assert_same_training(one_device, tmp_path / "two")


@pytest.mark.slow
def test_a_run_begun_on_one_device_goes_on_in_two_processes_with_two_each(
    one_device: Path, data_dir: Path, tmp_path: Path
) -> None:
    """Which find each other by what Slurm tells them."""
    finish(start(tmp_path, data_dir, "--config.train.duration=3"))
    job = [
        start(tmp_path, data_dir, "--accept_changes", devices=2, environment=told)
        for told in slurm_environments(2)
    ]
    finish(*job)
    assert_same_training(one_device, tmp_path)


@pytest.mark.slow
def test_a_scheduler_that_ends_one_process_ends_all_and_they_go_on(
    data_dir: Path, tmp_path: Path
) -> None:
    long = ["--config.train.duration=100000", "--config.train.checkpoint_every=100000"]
    job = [start(tmp_path, data_dir, *long, *told, devices=1) for told in job_flags(2)]
    terminate_after_steps(tmp_path, 3, *job, which=1)
    said = finish(*job, status=PREEMPTED_STATUS)
    step = checkpoints(tmp_path)[-1]
    assert all(f"stopped after step {step:,} of 100,000; saved" in errors for errors in said)
    alone = start(tmp_path, data_dir, *long)
    terminate_after_steps(tmp_path, step + 3, alone)
    finish(alone, status=PREEMPTED_STATUS)
    assert checkpoints(tmp_path)[-1] >= step + 3
    told = losses(tmp_path)
    assert [*told] == [*range(1, len(told) + 1)]  # each step once, though two runs took them


@pytest.mark.slow
def test_pictures_rendered_by_the_devices_are_the_same_on_any_number_of_them(
    data_dir: Path, tmp_path: Path
) -> None:
    finish(start(tmp_path / "one", data_dir, ON_DEVICE))
    finish(start(tmp_path / "two", data_dir, ON_DEVICE, devices=2))
    assert_same_training(tmp_path / "one", tmp_path / "two")
    told = [*losses(tmp_path / "one").values()]
    assert len({*told}) == len(told)


@pytest.mark.parametrize(
    ("who", "message"),
    [
        (("localhost:1", None, None), "belong together"),
        ((None, 2, 0), "belong together"),
        (("localhost:1", 2, 2), "process_index is 2; expected 0 to 1"),
    ],
)
def test_half_a_cluster_is_refused(who: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Cluster(*who)
