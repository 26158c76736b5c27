"""The binary part of a glTF file and the accessors that say what lies where in it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from jaxtyping import Shaped

ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
_COMPONENTS = {"uint16": 5123, "uint32": 5125, "float32": 5126}
_TYPES = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4"}


class Buffer:
    """Collects arrays. Each lies in a view of its own, which starts at a multiple of 4 bytes.

    Attributes:
      content: the bytes so far.
      views: the JSON's `bufferViews`.
      accessors: the JSON's `accessors`.
    """

    def __init__(self) -> None:
        self.content = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, content: bytes, target: int | None = None) -> int:
        """Add bytes, such as an image's; returns the view's index."""
        view = {"buffer": 0, "byteOffset": len(self.content), "byteLength": len(content)}
        self.views.append(view if target is None else view | {"target": target})
        self.content += content + bytes(-len(content) % 4)
        return len(self.views) - 1

    def array(
        self, array: Shaped[np.ndarray, "K *D"], target: int | None = None, bounds: bool = False
    ) -> int:
        """Add an array.

        Args:
          array: K numbers, or vectors of 2, 3 or 4: uint16, uint32, or floats, stored as float32.
          target: what the graphics card is to use it for.
          bounds: whether to state minima and maxima, as the format demands for positions and times.
        Returns:
          The accessor's index.
        """
        array = _stored(array)
        view = self.view(array.tobytes(), target)
        return self._accessor(array, bounds, {"bufferView": view})

    def mostly_zero(self, array: Shaped[np.ndarray, "K 3"], bounds: bool = False) -> int:
        """Add an array, as a sparse accessor where that is smaller; the arguments of `array`."""
        array = _stored(array)
        rows = np.flatnonzero(array.any(axis=1)) if array.any() else np.zeros(1, np.int64)
        indices = rows.astype(smallest_index_type(len(array)))
        values = array[rows]
        if indices.nbytes + values.nbytes >= array.nbytes:
            return self.array(array, ARRAY_BUFFER, bounds)
        sparse = {
            "count": len(rows),
            "indices": {
                "bufferView": self.view(indices.tobytes()),
                "componentType": _COMPONENTS[indices.dtype.name],
            },
            "values": {"bufferView": self.view(values.tobytes())},
        }
        return self._accessor(array, bounds, {"sparse": sparse})

    def _accessor(
        self, array: Shaped[np.ndarray, "K *D"], bounds: bool, place: dict[str, Any]
    ) -> int:
        accessor = {
            "componentType": _COMPONENTS[array.dtype.name],
            "count": len(array),
            "type": _TYPES[array.shape[1:]],
        }
        if bounds:
            flat = array.reshape(len(array), math.prod(array.shape[1:]))
            accessor |= {"min": flat.min(axis=0).tolist(), "max": flat.max(axis=0).tolist()}
        self.accessors.append(accessor | place)
        return len(self.accessors) - 1


def smallest_index_type(count: int) -> type[np.unsignedinteger]:
    """The smallest type for indices of so many vertices; its largest number stays unused."""
    return np.uint16 if count <= np.iinfo(np.uint16).max else np.uint32


def _stored(array: Shaped[np.ndarray, "K *D"]) -> Shaped[np.ndarray, "K *D"]:
    kind = np.float32 if np.issubdtype(array.dtype, np.floating) else array.dtype
    return np.ascontiguousarray(array, np.dtype(kind).newbyteorder("<"))
