"""pmap, and nothing but pmap: the one place that knows of several devices.

The state enters and leaves without a device axis (`in_axes=None`, `out_axes=None`): every device
holds a copy, gradients are averaged inside the step, so all copies stay the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import numpy as np

AXIS = "devices"
T = TypeVar("T")


def parallel_step(step: Callable[..., Any]) -> Callable[..., Any]:
    """Map (state, batch) -> (state, metrics) over this process's devices and all processes'.

    Args:
      step: a pure step that averages over `AXIS`.
    Returns:
      A compiled function of the state and a batch as `split_batch` gives it. The new state is
      written where the old one was, which is deleted.
    """
    return jax.pmap(step, axis_name=AXIS, in_axes=(None, 0), out_axes=None, donate_argnums=0)


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


def check_batch_size(size: int, devices: int) -> None:
    """Raise a ValueError where `size` examples do not divide among `devices`."""
    if size % devices:
        raise ValueError(
            f"a batch of {size} does not divide among {devices} devices; "
            f"choose a multiple of {devices}"
        )
