"""Batches of examples: endless and shuffled for training, each one once for evaluation.

Through grain's stages go numbers, not pictures: which examples, and what happens to each. A batch
is made of them in one piece, each picture changed straight into its place, ahead of time: in
threads that grain keeps busy, or in processes that these threads wait for.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import math
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import grain
import numpy as np
from jaxtyping import Float

from e2far_jax.data.augmentation import Changes, augment, draw_changes, move_crop
from e2far_jax.data.batch import Batch
from e2far_jax.data.reading import RemoteBatches
from e2far_jax.data.settings import AugmentationSettings, PipelineSettings
from e2far_jax.morphable.symmetry import Mirror

Example = dict[str, Any]
_FIELDS = [field.name for field in dataclasses.fields(Batch)]


def training_batches(
    source: grain.sources.RandomAccessDataSource[Example],
    settings: PipelineSettings,
    process_index: int = 0,
    process_count: int = 1,
    mirror: Mirror | None = None,
    first: int = 0,
) -> Iterator[Batch]:
    """Batches without end, each epoch in a new order and with new augmentation.

    What a batch holds depends on the settings and its number alone, so whoever knows how many were
    taken can go on from there, also with another number of processes.

    With a curriculum, pictures of a level come from a certain batch on; each batch at which a level
    joins begins a new epoch of all that are in.

    Args:
      source: a split's examples.
      settings: batch size, seed and augmentation.
      process_index: this process reads every `process_count`-th row of a batch, from this one on.
      process_count: how many processes share each batch.
      mirror: the face model's, where the augmentation mirrors.
      first: how many batches were taken before.
    Raises:
      ValueError: for an impossible process index, a batch that does not divide among processes, or
        a missing mirror.
    """
    local_size = _local_size(settings, process_index, process_count)
    if settings.augmentation is not None and settings.augmentation.mirror and mirror is None:
        raise ValueError("augmentation.mirror is not 0; that takes the face model's mirror")
    order = _Order.of(len(source), settings)
    dataset = grain.MapDataset.range(sys.maxsize).seed(settings.seed).map(order)
    dataset = dataset.random_map(functools.partial(_draw, settings=settings.augmentation))
    rows = dataset[first * settings.batch_size + process_index :: process_count]
    items = rows.batch(local_size, batch_fn=list)
    side = settings.image_size or source[0]["image"].shape[0]
    make_batch = functools.partial(_make_batch, source, side, mirror=mirror)
    if settings.processes:
        shape = (local_size, side, side, 3)
        remote = RemoteBatches(items, make_batch, shape, settings.processes)
        batches = grain.MapDataset.range(len(items)).map(remote)
    else:
        batches = items.map(make_batch)
    return iter(batches.to_iter_dataset(_read_options(settings)))


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
      ValueError: for an impossible process index, or a batch that does not divide among processes.
    """
    local_size = _local_size(settings, process_index, process_count)
    batches = math.ceil(len(source) / settings.batch_size)

    def item(position: int) -> Item:
        index = process_index + position * process_count
        valid = index < len(source)
        return Item(index if valid else 0, valid=valid)

    dataset = grain.MapDataset.range(batches * local_size).map(item)
    items = dataset.batch(local_size, batch_fn=list)
    side = settings.image_size or source[0]["image"].shape[0]
    dataset = items.map(functools.partial(_make_batch, source, side))
    return iter(dataset.to_iter_dataset(_read_options(dataclasses.replace(settings, processes=0))))


@dataclasses.dataclass(frozen=True)
class _Order:
    """The position of an example in training -> its index in the split.

    Attributes:
      starts: the positions at which something begins, ascending from 0.
      endless: from each of these positions on, indices without end, position 0 being the start.
    """

    starts: tuple[int, ...]
    endless: tuple[grain.MapDataset[int], ...]

    @classmethod
    def of(cls, examples: int, settings: PipelineSettings) -> _Order:
        levels = settings.level_starts or (0,)
        level = np.arange(examples) % len(levels)
        starts = sorted({*levels})
        endless = []
        for number, start in enumerate(starts):
            shown = np.flatnonzero(np.array(levels)[level] <= start)
            dataset = grain.MapDataset.source(shown).seed(settings.seed + number)
            endless.append((dataset.shuffle() if settings.shuffle else dataset).repeat())
        return cls(tuple(start * settings.batch_size for start in starts), tuple(endless))

    def __call__(self, position: int) -> int:
        part = bisect.bisect_right(self.starts, position) - 1
        return int(self.endless[part][position - self.starts[part]])


@dataclasses.dataclass(frozen=True)
class Item:
    """What becomes a row of a batch: an example's index, and what happens to its picture."""

    index: int
    changes: Changes | None = None
    valid: bool = True


def _draw(index: int, rng: np.random.Generator, settings: AugmentationSettings | None) -> Item:
    return Item(index, None if settings is None else draw_changes(rng, settings))


def _make_batch(
    source: grain.sources.RandomAccessDataSource[Example],
    side: int,
    items: Sequence[Item],
    images: Float[np.ndarray, "B H W 3"] | None = None,
    mirror: Mirror | None = None,
) -> Batch:
    """Read, decode and augment, each picture straight into `images`, new memory by default."""
    if images is None:
        images = np.empty((len(items), side, side, 3), np.float32)
    rows = [
        _make_row(source[item.index], item, image, mirror)
        for item, image in zip(items, images, strict=True)
    ]
    columns = {name: np.stack([row[name] for row in rows]) for name in _FIELDS if name != "image"}
    return Batch(image=images, **columns)


def _make_row(
    example: Example, item: Item, out: Float[np.ndarray, "H W 3"], mirror: Mirror | None
) -> Example:
    if item.changes is None:
        if len(out) != len(example["image"]):
            example = move_crop(example, 1.0, np.zeros(2), len(out))
        np.divide(example["image"], np.float32(255.0), out=out)
    else:
        example = augment(example, item.changes, out, mirror)
    numbers = {name: np.int32(example[name]) for name in ("index", "level")}
    return {**example, **numbers, "valid": np.bool_(item.valid)}


def _read_options(settings: PipelineSettings) -> grain.ReadOptions:
    threads = settings.processes or settings.threads
    return grain.ReadOptions(threads, max(settings.prefetch, threads))


def _local_size(settings: PipelineSettings, process_index: int, process_count: int) -> int:
    """How many rows of a batch are this process's."""
    if not 0 <= process_index < process_count:
        raise ValueError(f"process_index is {process_index}; expected 0 to {process_count - 1}")
    if settings.batch_size % process_count:
        raise ValueError(
            f"a batch of {settings.batch_size} does not divide among {process_count} processes"
        )
    return settings.batch_size // process_count
