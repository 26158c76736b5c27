"""Batches of examples: endless and shuffled for training, each one once for evaluation."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any

import grain
import numpy as np

from e2far_jax.data.augmentation import augment
from e2far_jax.data.batch import Batch
from e2far_jax.data.settings import PipelineSettings

Example = dict[str, Any]


def training_batches(
    source: grain.sources.RandomAccessDataSource[Example],
    settings: PipelineSettings,
    process_index: int = 0,
    process_count: int = 1,
) -> grain.DatasetIterator[Batch]:
    """Batches without end, each epoch in a new order and with new augmentation.

    The iterator's `get_state` and `set_state`, and with them grain's checkpoint handler, restore
    the position exactly: what comes next depends on the settings and the position alone.

    Args:
      source: a split's examples.
      settings: batch size, seed and augmentation.
      process_index: this process reads every `process_count`-th example, from this one on.
      process_count: how many processes share the split.
    Raises:
      ValueError: for an impossible process index, or fewer examples than processes.
    """
    _check_processes(len(source), process_index, process_count)
    dataset = grain.MapDataset.source(source).seed(settings.seed)
    dataset = dataset[process_index::process_count]
    if settings.shuffle:
        dataset = dataset.shuffle()
    dataset = dataset.repeat()
    if settings.augmentation is None:
        dataset = dataset.map(_without_augmentation)
    else:
        dataset = dataset.random_map(functools.partial(_augmented, settings=settings.augmentation))
    dataset = dataset.map(functools.partial(_as_batch, valid=True))
    dataset = dataset.batch(settings.batch_size)
    return iter(dataset.to_iter_dataset(_read_options(settings)))


def evaluation_batches(
    source: grain.sources.RandomAccessDataSource[Example],
    settings: PipelineSettings,
    process_index: int = 0,
    process_count: int = 1,
) -> Iterator[Batch]:
    """Every example exactly once, in order, unchanged; the last batch is filled up.

    All batches of all processes have the same size and there are equally many of them; what fills
    them up is marked as not `valid`.

    Args:
      source: a split's examples.
      settings: the batch size; its shuffling and augmentation do not matter.
      process_index: this process reads every `process_count`-th example, from this one on.
      process_count: how many processes share the split.
    Raises:
      ValueError: for an impossible process index, or fewer examples than processes.
    """
    _check_processes(len(source), process_index, process_count)
    batches = math.ceil(len(source) / (settings.batch_size * process_count))

    def example(position: int) -> Batch:
        index = process_index + position * process_count
        stored = source[index if index < len(source) else process_index]
        return _as_batch(_without_augmentation(stored), valid=index < len(source))

    dataset = grain.MapDataset.range(batches * settings.batch_size).map(example)
    dataset = dataset.batch(settings.batch_size)
    return iter(dataset.to_iter_dataset(_read_options(settings)))


def _augmented(example: Example, rng: np.random.Generator, settings: Any) -> Example:
    return augment(example, rng, settings)


def _without_augmentation(example: Example) -> Example:
    return {**example, "image": example["image"].astype(np.float32) / np.float32(255.0)}


def _as_batch(example: Example, valid: bool) -> Batch:
    fields = {**example, "index": np.int32(example["index"]), "valid": np.bool_(valid)}
    return Batch(**{name: np.asarray(value) for name, value in fields.items()})


def _read_options(settings: PipelineSettings) -> grain.ReadOptions:
    return grain.ReadOptions(settings.threads, max(settings.prefetch, settings.threads))


def _check_processes(examples: int, process_index: int, process_count: int) -> None:
    if not 0 <= process_index < process_count:
        raise ValueError(f"process_index is {process_index}; expected 0 to {process_count - 1}")
    if examples < process_count:
        raise ValueError(f"{examples} examples are too few for {process_count} processes")
