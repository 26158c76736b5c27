"""Batches of examples: endless and shuffled for training, each one once for evaluation."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterator
from typing import Any

import grain
import numpy as np

from e2far_jax.data.augmentation import augment
from e2far_jax.data.batch import Batch
from e2far_jax.data.settings import AugmentationSettings, PipelineSettings

Example = dict[str, Any]
_FIELDS = [field.name for field in dataclasses.fields(Batch)]


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
    # A dataset of numbers, not of examples: grain looks through whatever passes between stages.
    dataset = grain.MapDataset.range(len(source)).seed(settings.seed)
    dataset = dataset[process_index::process_count]
    if settings.shuffle:
        dataset = dataset.shuffle()
    dataset = dataset.repeat()
    dataset = dataset.random_map(
        functools.partial(_training_example, source=source, settings=settings.augmentation)
    )
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
        return _unchanged(stored, valid=index < len(source))

    dataset = grain.MapDataset.range(batches * settings.batch_size).map(example)
    dataset = dataset.batch(settings.batch_size)
    return iter(dataset.to_iter_dataset(_read_options(settings)))


def _training_example(
    index: int,
    rng: np.random.Generator,
    source: Sequence[Example],
    settings: AugmentationSettings | None,
) -> Batch:
    example = source[index]
    if settings is None:
        return _unchanged(example)
    return _as_batch(augment(example, rng, settings), valid=True)


def _unchanged(example: Example, valid: bool = True) -> Batch:
    image = example["image"].astype(np.float32) / np.float32(255.0)
    return _as_batch({**example, "image": image}, valid)


def _as_batch(example: Example, valid: bool) -> Batch:
    numbers = {name: np.int32(example[name]) for name in ("index", "level")}
    fields = {**example, **numbers, "valid": np.bool_(valid)}
    return Batch(**{name: np.asarray(fields[name]) for name in _FIELDS})


def _read_options(settings: PipelineSettings) -> grain.ReadOptions:
    return grain.ReadOptions(settings.threads, max(settings.prefetch, settings.threads))


def _check_processes(examples: int, process_index: int, process_count: int) -> None:
    if not 0 <= process_index < process_count:
        raise ValueError(f"process_index is {process_index}; expected 0 to {process_count - 1}")
    if examples < process_count:
        raise ValueError(f"{examples} examples are too few for {process_count} processes")
