"""The training job, from a configuration to checkpoints and a weights folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jax

from e2far_jax.data.batch import Batch
from e2far_jax.data.source import open_split
from e2far_jax.errors import PreemptedError
from e2far_jax.training.checkpoints import Checkpoints
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.export import save_state_weights
from e2far_jax.training.monitor import Monitor
from e2far_jax.training.parallel import (
    AXIS,
    check_batch_size,
    parallel_step,
    replicate,
    split_batch,
)
from e2far_jax.training.preemption import Preemption
from e2far_jax.training.profiling import Profiler
from e2far_jax.training.provenance import provenance
from e2far_jax.training.sources import Source, stored_data_set, training_pictures
from e2far_jax.training.step import Metrics, Task, TrainState, make_train_step
from e2far_jax.training.task import (
    beginning,
    check_frozen,
    check_trained_alone,
    experiment_network,
    experiment_plan,
    experiment_task,
    read_pretrained,
    read_trained,
)
from e2far_jax.training.validation import Validation


def train(
    config: ExperimentConfig,
    workdir: Path,
    reading_processes: int = 0,
    data_dir: Path | None = None,
    accept_changes: bool = False,
    profile_steps: tuple[int, int] | None = None,
) -> TrainState:
    """Train, or go on with the training that `workdir` holds, to the last step.

    Args:
      config: the experiment.
      workdir: where everything is kept: data/, checkpoints/, metrics.jsonl, tensorboard/ and, at
        the end, weights/. Processes of one job share it.
      reading_processes: how many processes read and augment; 0: this one, by a thread.
      data_dir: where data sets are kept; by default data/ in `workdir`.
      accept_changes: go on also with a run that another configuration or code began.
      profile_steps: the first and the last step of a trace for a profiler.
    Returns:
      The last state, in host memory.
    Raises:
      NonFiniteError: where the loss stops being a number; the last checkpoint stays.
      CheckpointError: where `workdir` holds a run with another configuration, or can't be written.
      PreemptedError: where the process was sent SIGTERM; a checkpoint was saved.
      ValueError: where the batch does not divide among devices and processes, or the initial
        weights are of another network.
    """
    check_batch_size(config.train.batch_size, jax.device_count(), config.train.accumulation)
    check_trained_alone(config)
    check_frozen(config)
    pretrained, trained = read_pretrained(config.init), read_trained(config.init)
    data_set = stored_data_set(config, data_dir or workdir / "data")
    network = experiment_network(config, data_set.model, pretrained)
    task = experiment_task(config, data_set.model, network)
    source = training_pictures(config, data_set, reading_processes)
    origin = provenance(config, network, data_set.model)
    validation = Validation(
        network, data_set.model, open_split(data_set, "validation"), config.train.batch_size
    )
    profiler = Profiler(workdir / "profile", profile_steps)
    saved = Checkpoints(workdir / "checkpoints", config.train, origin, accept_changes)
    with saved as checkpoints:
        state = checkpoints.restore(beginning(task, pretrained, trained))
        state = _run(config, workdir, task, source, state, validation, checkpoints, profiler)
    if jax.process_index() == 0:
        save_state_weights(workdir / "weights", state, network, config)
    return state


def _run(
    config: ExperimentConfig,
    workdir: Path,
    task: Task,
    source: Source,
    state: TrainState,
    validation: Validation,
    checkpoints: Checkpoints,
    profiler: Profiler,
) -> TrainState:
    """Step after step, and what happens between them."""
    plan, first = experiment_plan(config), int(state.step)
    step, state, shared = compiled_step(task, source), replicate(state), replicate(source.shared)
    inputs = source.inputs(first)
    watching = Monitor(
        workdir, first, plan.steps, config.train.batch_size, jax.process_index() == 0
    )
    with watching as monitor, Preemption() as preemption, profiler:
        for number in range(first + 1, plan.steps + 1):
            profiler.before(number)
            with monitor.waiting():
                host = split_batch(next(inputs))
            state, metrics = step(state, shared, host)
            monitor.collect(metrics)
            profiler.after(number, metrics)
            if plan.due(number, plan.log_every):
                monitor.show(number)
            figures, stop = None, preemption.reached(number)
            if plan.due(number, plan.validate_every):
                monitor.check()
                with monitor.aside():
                    figures = validation.run(state, monitor)
            if figures or stop or plan.due(number, plan.checkpoint_every):
                monitor.check()
                checkpoints.save(state, figures)
            if stop and number < plan.steps:
                raise PreemptedError(f"stopped after step {number:,} of {plan.steps:,}")
    return jax.device_get(state)


def compiled_step(
    task: Task, source: Source
) -> Callable[[TrainState, object, object], tuple[TrainState, Metrics]]:
    """(state, shared, inputs) -> (state, metrics), over all devices."""
    on_batch = make_train_step(task, AXIS)

    def step(state: TrainState, shared: object, inputs: object) -> tuple[TrainState, Metrics]:
        batch: Batch = source.batch(shared, inputs)
        return on_batch(state, batch)

    return parallel_step(step)
