"""pmap, and nothing but pmap: the one place that knows of several devices.

The state enters and leaves without a device axis (`in_axes=None`, `out_axes=None`): every device
holds a copy, gradients are averaged inside the step, so all copies stay the same. In a job of
several processes each one maps over its own devices, and averages are over all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

AXIS = "devices"
T = TypeVar("T")


def parallel_step(step: Callable[..., Any]) -> Callable[..., Any]:
    """Map (state, shared, inputs) -> (state, metrics) over all devices of all processes.

    Args:
      step: a pure step that averages over `AXIS`.
    Returns:
      A compiled function of the state and what all devices share, as `replicate` gives them, and
      of inputs as `split_batch` gives them. The new state is written where the old one was, which
      is deleted.
    """
    return jax.pmap(step, axis_name=AXIS, in_axes=(None, None, 0), out_axes=None, donate_argnums=0)


def replicate(tree: T) -> T:
    """A copy of every array on each of this process's devices."""
    mesh = Mesh(np.array(jax.local_devices()), (AXIS,))
    return jax.device_put(tree, NamedSharding(mesh, PartitionSpec()))


def spread(batch: T) -> T:
    """The rows of every array divided among this process's devices, for a function under `jit`."""
    mesh = Mesh(np.array(jax.local_devices()), (AXIS,))
    return jax.device_put(batch, NamedSharding(mesh, PartitionSpec(AXIS)))


def split_batch(batch: T) -> T:
    """Fold the first axis of every array into (devices, examples a device).

    Raises:
      ValueError: where the batch does not divide among the local devices.
    """
    devices = jax.local_device_count()

    def fold(array: np.ndarray) -> np.ndarray:
        check_batch_size(len(array), devices)
        return np.reshape(array, (devices, -1, *array.shape[1:]))

    return jax.tree.map(fold, batch)


def check_batch_size(size: int, devices: int, accumulation: int = 1) -> None:
    """Refuse a batch that can't be divided.

    Args:
      size: examples in the batch.
      devices: among which they are divided.
      accumulation: how many parts each device divides its share into.
    Raises:
      ValueError: where something would be left over.
    """
    if size % (devices * accumulation):
        parts = f" of {accumulation} parts each" if accumulation > 1 else ""
        raise ValueError(
            f"a batch of {size} does not divide among {devices} devices{parts}; "
            f"choose a multiple of {devices * accumulation}"
        )
