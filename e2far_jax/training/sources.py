"""Where the pictures of a step come from: a data set on disk, or a renderer on the devices.

A source gives each step's inputs on the host, and turns them into a batch on the devices. Which
pictures a step sees depends on the configuration and its number alone, not on how many devices and
processes share them.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import jax
import numpy as np

from e2far_jax.data.batch import Batch
from e2far_jax.data.generate import generate
from e2far_jax.data.on_device import levels_at, rendered_batch
from e2far_jax.data.pipeline import training_batches
from e2far_jax.data.settings import PipelineSettings
from e2far_jax.data.source import FaceSource, open_split
from e2far_jax.data.synthetic_faces.synthetic_faces_dataset_builder import Builder
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.symmetry import mirror_of
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.task import experiment_plan


@runtime_checkable
class Source(Protocol):
    """Training pictures.

    Attributes:
      shared: arrays that all devices need for every batch.
    """

    shared: Any

    def inputs(self, first: int) -> Iterator[Any]:
        """This process's part of the inputs of step after step, `first` having been taken."""

    def batch(self, shared: Any, inputs: Any) -> Batch:
        """A device's part of the inputs as a batch, inside the compiled step."""


@dataclasses.dataclass(frozen=True)
class GivenBatches:
    """Batches that are in memory already.

    Attributes:
      batches: in order.
    """

    batches: Sequence[Batch] = ()
    shared: tuple[()] = ()

    def inputs(self, first: int = 0) -> Iterator[Batch]:
        """The batches."""
        return iter(self.batches[first:])

    def batch(self, shared: tuple[()], inputs: Batch) -> Batch:
        """The inputs as they are."""
        return inputs


@dataclasses.dataclass(frozen=True)
class StoredPictures:
    """Read, decoded and augmented by the host.

    Attributes:
      config: the experiment.
      split: its training split.
      face_model: of the experiment.
      reading_processes: how many processes read and augment; 0: this one, by a thread.
    """

    config: ExperimentConfig
    split: FaceSource
    face_model: MorphableModel
    reading_processes: int = 0
    shared: tuple[()] = ()

    def inputs(self, first: int = 0) -> Iterator[Batch]:
        """Batches.

        Raises:
          ValueError: where pictures are to be mirrored and the face model is not symmetric.
        """
        config = self.config
        settings = PipelineSettings(
            batch_size=config.train.batch_size,
            image_size=config.network.image_size,
            seed=config.seed,
            augmentation=config.augmentation,
            level_starts=level_starts(config),
            processes=self.reading_processes,
        )
        mirror = mirror_of(self.face_model) if config.augmentation.mirror else None
        rank, count = jax.process_index(), jax.process_count()
        return training_batches(self.split, settings, rank, count, mirror, first)

    def batch(self, shared: tuple[()], inputs: Batch) -> Batch:
        """The inputs as they are."""
        return inputs


@dataclasses.dataclass(frozen=True)
class RenderedPictures:
    """Rendered by the devices themselves; the host only counts.

    Attributes:
      config: the experiment.
      shared: its morphable model.
    """

    config: ExperimentConfig
    shared: MorphableModel

    def inputs(self, first: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Numbers and levels of examples."""
        size, levels = self.config.train.batch_size, self.config.data.train_levels
        rows, starts = (
            np.arange(jax.process_index(), size, jax.process_count()),
            level_starts(self.config),
        )
        for step in itertools.count(first):
            numbers = step * size + rows
            yield numbers.astype(np.uint32), levels_at(numbers, step, levels, starts)

    def batch(self, shared: MorphableModel, inputs: tuple[jax.Array, jax.Array]) -> Batch:
        """The examples of these numbers."""
        config = self.config
        return rendered_batch(
            *inputs, shared, config.scene, config.data.seed, config.network.image_size
        )


def level_starts(config: ExperimentConfig) -> tuple[int, ...]:
    """The step after which each of `data.train_levels` is shown; empty: all are always."""
    steps = experiment_plan(config).steps
    return tuple(round(steps * share) for share in config.train.level_starts)


def stored_data_set(config: ExperimentConfig, data_dir: Any) -> Builder:
    """What has to be on disk for this experiment: of rendered training, a single picture of it."""
    data = config.data
    if config.pictures == "rendered":
        data = dataclasses.replace(data, train_examples=1)
    return generate(data, config.scene, config.face_model, data_dir)


def training_pictures(
    config: ExperimentConfig, data_set: Builder, reading_processes: int = 0
) -> StoredPictures | RenderedPictures:
    """The source that the configuration asks for."""
    if config.pictures == "rendered":
        return RenderedPictures(config, data_set.model)
    return StoredPictures(config, open_split(data_set, "train"), data_set.model, reading_processes)
