"""What the suites take from an experiment: its training step, and batches to feed it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from e2far_jax.data.batch import Batch
from e2far_jax.data.generate import generate
from e2far_jax.data.synthetic_faces.synthetic_faces_dataset_builder import Builder
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.training.config import ExperimentConfig, network_settings
from e2far_jax.training.loop import compiled_step
from e2far_jax.training.parallel import replicate, split_batch
from e2far_jax.training.sources import GivenBatches
from e2far_jax.training.step import TrainState, initial_state
from e2far_jax.training.task import experiment_task

EXAMPLES = 2_048


def small_data_set(config: ExperimentConfig, folder: Path) -> Builder:
    """A data set like the experiment's with EXAMPLES examples to train on, rendered now."""
    data = dataclasses.replace(config.data, train_examples=EXAMPLES, test_examples=1)
    return generate(data, config.scene, config.face_model, folder)


def random_batch(config: ExperimentConfig) -> Batch:
    """A batch of noise in memory, for what does not depend on what the pictures show."""
    network = network_settings(config, load_face_model(config.face_model))
    count, size = config.train.batch_size, network.image_size
    keys = jax.random.split(jax.random.key(0), 3)
    return Batch(
        image=jax.random.uniform(keys[0], (count, size, size, 3)),
        identity=jax.random.normal(keys[1], (count, network.identity_size)),
        expression=jax.random.uniform(keys[2], (count, network.expression_size)),
        rotation=jnp.tile(jnp.eye(3), (count, 1, 1)),
        scale=jnp.full(count, size / network.crop_extent),
        translation=jnp.full((count, 2), size / 2),
        landmarks=jnp.zeros((count, 68, 2)),
        index=jnp.arange(count),
        level=jnp.zeros(count, jnp.int32),
        valid=jnp.ones(count, bool),
    )


def training_step(config: ExperimentConfig) -> Callable[[Batch], object]:
    """The compiled step, from state to state; returns when it is done."""
    step, state = _step_and_state(config)

    def run(batch: Batch) -> object:
        nonlocal state
        state, metrics = jax.block_until_ready(step(state, (), split_batch(batch)))
        return metrics

    return run


def parallel_program(config: ExperimentConfig) -> str:
    """The text of the compiled step."""
    step, state = _step_and_state(config)
    return step.lower(state, (), split_batch(random_batch(config))).compile().as_text()


def _step_and_state(config: ExperimentConfig) -> tuple[Callable[..., Any], TrainState]:
    face_model = load_face_model(config.face_model)
    task = experiment_task(config, face_model, network_settings(config, face_model))
    return compiled_step(task, GivenBatches()), replicate(initial_state(task))
