"""A wider network that begins as a trained narrow one (ours, after Chen et al., "Net2Net", 2016).

What the narrow network computes stays, but for the statistics of layer normalisations, which now
run over more channels. Each new channel is one of the old ones mixed with as much noise, so that it
computes something else of the same size; nothing reads it at first.
"""

from __future__ import annotations

import operator
from typing import Any

import flax.traverse_util
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key


def grown(narrow: Any, wide: Any, key: Key[Array, ""]) -> Any:
    """The narrow network's parameters in a network with more channels.

    Args:
      narrow: trained parameters.
      wide: parameters of the wider network, for their shapes.
      key: of the noise.
    Returns:
      Parameters of the wide shapes.
    Raises:
      ValueError: where the wide network has other layers, or one that is smaller, has another
        kernel, reads another number of pixels or says something else.
    """
    old, new = (flax.traverse_util.flatten_dict(tree, sep="/") for tree in (narrow, wide))
    lone = sorted({*old} ^ {*new})
    if lone:
        raise ValueError(f"{lone[0]} is in one of the networks only")
    keys = dict(zip(sorted(old), jax.random.split(key, len(old)), strict=True))
    result = {}
    for name, array in old.items():
        blocks, shape = _blocks(name, old), new[name].shape
        if not _fits(name, array.shape, shape) or blocks != _blocks(name, new):
            raise ValueError(f"{name} has the shape {array.shape}; {shape} is no wider form of it")
        result[name] = _grown_array(jnp.asarray(array), shape, blocks, keys[name])
    return flax.traverse_util.unflatten_dict(result, sep="/")


def _fits(name: str, old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """Whether a layer only has more inputs and outputs; what a network says does not grow."""
    if len(old) != len(new) or old[:-2] != new[:-2] or any(map(operator.lt, new, old)):
        return False
    return old[-1] == new[-1] or "/read_out/" not in name


def _blocks(name: str, parameters: dict[str, Any]) -> int:
    """How many times a kernel's inputs count the channels of the map that it reads.

    A head's first layer reads every pixel, conv8 the maps that are joined.
    """
    head, layer = name.split("/")[-3:-1]
    if layer == "conv8":
        return 1 + sum(other.startswith("params/fusion/conv6") for other in parameters) // 2
    is_first = layer == "fc1" or f"params/{head}/fc1/kernel" not in parameters
    if not head.endswith("_head") or not is_first:
        return 1
    read = "params/fusion/conv8/kernel"
    if head in ("identity_head", "camera_head") or read not in parameters:
        read = max(other for other in parameters if other.startswith("params/backbone/conv"))
    return parameters[f"params/{head}/{layer}/kernel"].shape[0] // parameters[read].shape[-1]


def _grown_array(
    old: Float[Array, "*_old"], shape: tuple[int, ...], blocks: int, key: Key[Array, ""]
) -> Float[Array, "*_new"]:
    if old.ndim == 1:
        return old[_copied(len(old), *shape)]
    inputs, outputs = shape[-2:]
    read = old.reshape(*old.shape[:-2], blocks, -1, old.shape[-1])
    unread = [(0, 0)] * read.ndim
    unread[-2] = (0, inputs // blocks - read.shape[-2])
    return jnp.pad(_with_copies(read, outputs, key), unread).reshape(shape)


def _with_copies(kernel: Float[Array, "*S D"], outputs: int, key: Key[Array, ""]) -> Array:
    """More outputs: each new one is half an old one, half noise."""
    own = kernel.shape[-1]
    copies = kernel[..., _copied(own, outputs)[own:]]
    noise = jnp.std(kernel) * jax.random.normal(key, copies.shape)
    return jnp.concatenate([kernel, (copies + noise) / np.sqrt(2.0)], axis=-1)


def _copied(old: int, new: int) -> Int[np.ndarray, "D"]:
    """Which old channel each channel is, or is a copy of."""
    return np.arange(new) % old
