"""Batches made in other processes, where threads would wait for each other.

Decoding and changing a picture are many calls of some tens of microseconds, and between any two of
them a thread needs Python's lock: two threads make hardly more batches than one. Processes share no
lock. Which batch is which does not depend on who makes it, so positions and order are those of the
threads. Pictures come back through shared memory, all else through a pipe.
"""

from __future__ import annotations

import queue
import weakref
from collections.abc import Callable, Sequence
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import grain
import numpy as np

from e2far_jax.data.batch import Batch
from e2far_jax.data.workers import Workers

Items = Sequence[Any]
MakeBatch = Callable[[Items, np.ndarray], Batch]


class RemoteBatches:
    """The number of a batch -> the batch, for as many threads as there are processes.

    The processes end when nobody refers to this any more.

    Args:
      items: for each batch, what it is made of; numbers, not pictures.
      make_batch: makes a batch of its items, and the pictures in the array that it is given.
      shape: of a batch of pictures.
      processes: how many.
    """

    def __init__(
        self,
        items: grain.MapDataset[Items],
        make_batch: MakeBatch,
        shape: tuple[int, ...],
        processes: int,
    ) -> None:
        self._shape = shape
        size = 4 * int(np.prod(shape))
        slots = [SharedMemory(create=True, size=size) for _ in range(processes)]
        self._free: queue.SimpleQueue[SharedMemory] = queue.SimpleQueue()
        for slot in slots:
            self._free.put(slot)
        self._workers = Workers(_BatchMaker(items, make_batch, shape), processes)
        weakref.finalize(self, _end, self._workers, slots)

    def __call__(self, number: int) -> Batch:
        """Have the batch made, by the next process that is free.

        Raises:
          DataError: where an example can't be read, or a process died.
        """
        slot = self._free.get()
        try:
            rest = self._workers((number, slot.name))
            images = np.ndarray(self._shape, np.float32, slot.buf).copy()
        finally:
            self._free.put(slot)
        return Batch(image=images, **rest)


class _BatchMaker:
    """What a process does: (number, name of the shared memory) -> all of a batch but pictures."""

    def __init__(
        self, items: grain.MapDataset[Items], make_batch: MakeBatch, shape: tuple[int, ...]
    ):
        self._items, self._make_batch, self._shape = items, make_batch, shape
        self._slots: dict[str, SharedMemory] = {}

    def __call__(self, order: tuple[int, str]) -> dict[str, np.ndarray]:
        number, name = order
        if name not in self._slots:
            self._slots[name] = SharedMemory(name)
        images = np.ndarray(self._shape, np.float32, self._slots[name].buf)
        batch = vars(self._make_batch(self._items[number], images))
        return {name: column for name, column in batch.items() if name != "image"}


def _end(workers: Workers, slots: Sequence[SharedMemory]) -> None:
    workers.close()
    for slot in slots:
        slot.unlink()  # what is mapped goes with the last one that looks at it
