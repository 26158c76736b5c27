"""Safetensors files: a header of JSON that says where in the file each tensor lies.

"Safetensors", huggingface.co/docs/safetensors: eight bytes with the header's length, the header,
and the numbers, little-endian and row after row.
"""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.tensors import StoredTensor

_ELEMENTS = {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64"}
_LONGEST_HEADER = 2**22  # bytes; a network's names take some thousands
_NOT_A_TENSOR = "__metadata__"


def read_safetensors(path: str | os.PathLike[str]) -> dict[str, StoredTensor]:
    """Find out which tensors a file has.

    Args:
      path: the file.
    Returns:
      The tensors by name, none of which has been read.
    Raises:
      OSError: where the file cannot be read.
      FormatError: where it is damaged, or something else.
    """
    with pathlib.Path(path).open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > min(_LONGEST_HEADER, os.path.getsize(path) - 8):
            raise FormatError(path, "header", f"would take {size} bytes, more than there can be")
        content = file.read(size)
    try:
        header = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(path, "header", f"damaged ({error})") from error
    if not isinstance(header, dict):
        raise FormatError(path, "header", "damaged: does not hold a dictionary of tensors")
    return {
        name: _tensor(path, name, described, 8 + size)
        for name, described in header.items()
        if name != _NOT_A_TENSOR
    }


def _tensor(path: str | os.PathLike[str], name: str, described: object, start: int) -> StoredTensor:
    match described:
        case {"dtype": str(kind), "shape": shape, "data_offsets": [int(begin), int(end)]}:
            read = _reader(path, name, start, start + begin, start + end)
            return StoredTensor(path, name, _ELEMENTS.get(kind, kind), shape, None, 0, read)
    raise FormatError(path, name, "damaged: has no dtype, shape and data_offsets")


def _reader(
    path: str | os.PathLike[str], name: str, start: int, begin: int, end: int
) -> Callable[[], bytes]:
    def read() -> bytes:
        with pathlib.Path(path).open("rb") as file:
            if not start <= begin <= end <= os.path.getsize(path):
                raise FormatError(path, name, "cut off, or damaged: lies outside the file")
            file.seek(begin)
            return file.read(end - begin)

    return read
