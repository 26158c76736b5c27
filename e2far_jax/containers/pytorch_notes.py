"""What the pickles in PyTorch's files say of tensors and of the storages that hold their numbers.

A storage is a "persistent object": the pickle holds ("storage", its type, its key, the device, how
many numbers it has). A tensor is what a function would rebuild of a storage, an offset, a shape
and strides.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.pickle_machine import Note
from e2far_jax.containers.tensors import StoredTensor

_TENSORS = ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor")
_PARAMETER = "torch._utils._rebuild_parameter"
# The elements of storages by the storages' classes, and the bytes that each takes.
_ELEMENTS = {
    "torch.HalfStorage": ("float16", 2),
    "torch.BFloat16Storage": ("bfloat16", 2),
    "torch.FloatStorage": ("float32", 4),
    "torch.DoubleStorage": ("float64", 8),
    "torch.BoolStorage": ("bool", 1),
    "torch.ByteStorage": ("uint8", 1),
    "torch.CharStorage": ("int8", 1),
    "torch.ShortStorage": ("int16", 2),
    "torch.IntStorage": ("int32", 4),
    "torch.LongStorage": ("int64", 8),
}


@dataclasses.dataclass(frozen=True)
class Storage:
    """Numbers in a row.

    Attributes:
      key: what the file calls them.
      element: their type, such as "float32".
      bytes_each: how much one takes.
      count: how many there are, as the pickle says it.
    """

    key: str
    element: str
    bytes_each: int
    count: int


def storage_of(identifier: object) -> Storage:
    """Read a persistent object's identifier.

    Raises:
      ValueError: where it is not that of a storage.
    """
    match identifier:
        case ("storage", Note(name=kind), str(key), str(), int(count)) if kind in _ELEMENTS:
            return Storage(key, *_ELEMENTS[kind], count)
        case ("storage", Note(name=kind), str(key), str(), int(count), None) if kind in _ELEMENTS:
            return Storage(key, *_ELEMENTS[kind], count)
    raise ValueError("it has a storage of an unknown type, or a part of one")


def tensors_of(
    source: str | os.PathLike[str],
    state: object,
    reader: Callable[[Storage], Callable[[], bytes | memoryview]],
    byte_order: str,
) -> dict[str, StoredTensor]:
    """The tensors of an unpickled dictionary, by their keys; what else it holds is left out.

    Args:
      source: the file, for messages.
      state: what the pickle holds.
      reader: says how a storage is read.
      byte_order: of the storages.
    Raises:
      FormatError: where it is not a dictionary with a tensor in it.
    """
    ordered = isinstance(state, Note) and state.name == "collections.OrderedDict"
    items = state.items if ordered else state
    tensors = {}
    for name, value in items.items() if isinstance(items, dict) else ():
        if isinstance(value, Note) and value.name == _PARAMETER and value.arguments:
            value = value.arguments[0]
        if isinstance(value, Note) and value.name in _TENSORS:
            held, offset, shape, strides, *_ = value.arguments
            storage = storage_of(*held.arguments)
            read = reader(storage)
            tensors[name] = StoredTensor(
                source, name, storage.element, shape, strides, offset, read, byte_order
            )
    if not tensors:
        raise FormatError(source, "pickle", "does not hold a dictionary of tensors (a state_dict)")
    return tensors
