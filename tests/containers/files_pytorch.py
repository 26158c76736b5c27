"""Dictionaries of tensors as PyTorch saves them, written without it."""

from __future__ import annotations

import dataclasses
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.containers.files_pickles import Global, Made, Ordered, Persistent, python_2_pickle

MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
STORAGES = {
    **{"f2": "HalfStorage", "f4": "FloatStorage", "f8": "DoubleStorage"},
    **{"u2": "BFloat16Storage", "i8": "LongStorage"},
}


@dataclasses.dataclass
class Tensor:
    """Numbers in a row, and what of them the tensor is; bfloat16 as its bits (u2)."""

    storage: np.ndarray
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0

    @classmethod
    def of(cls, array: np.ndarray) -> Tensor:
        strides = tuple(stride // array.itemsize for stride in array.strides)
        return cls(np.lib.stride_tricks.as_strided(array, (array.size,), (array.itemsize,)),
                   array.shape, strides)  # fmt: skip


def state(tensors: Mapping[str, object], old: bool = False) -> bytes:
    """The pickle of a state_dict; values that are no `Tensor` stay what they are."""
    items = {}
    for key, (name, tensor) in enumerate(tensors.items()):
        if isinstance(tensor, Tensor):
            kind = Global("torch", STORAGES[tensor.storage.dtype.str[1:]])
            identifier = ("storage", kind, str(key), "cpu", tensor.storage.size)
            arguments = (
                Persistent((*identifier, None) if old else identifier),
                tensor.offset,
                tensor.shape,
                tensor.strides,
                False,
                Ordered({}),
            )
            tensor = Made(Global("torch._utils", "_rebuild_tensor_v2"), arguments)
        items[name] = tensor
    return python_2_pickle(Ordered(items))


def write_archive(
    path: Path, tensors: Mapping[str, object], byte_order: str | None = "little", **changes: bytes
) -> Path:
    """Write a file as PyTorch does since version 1.6; `changes` replace members, "/" as "__"."""
    members = {"data.pkl": state(tensors), "version": b"3\n"}
    if byte_order:
        members["byteorder"] = byte_order.encode()
    for key, tensor in enumerate(tensors.values()):
        if isinstance(tensor, Tensor):
            members[f"data/{key}"] = tensor.storage.tobytes()
    members |= {name.replace("__", "/"): content for name, content in changes.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"archive/{name}", content)
    return path


def write_old(path: Path, tensors: Mapping[str, object], version: int = 1001) -> Path:
    """Write a file as PyTorch did before."""
    system = {"protocol_version": 1001, "little_endian": True}
    storages = {
        str(key): tensor.storage
        for key, tensor in enumerate(tensors.values())
        if isinstance(tensor, Tensor)
    }
    pickles = [python_2_pickle(version), python_2_pickle(system), state(tensors, old=True)]
    with path.open("wb") as file:
        file.write(MAGIC + b"".join(pickles) + python_2_pickle(list(storages)))
        for storage in storages.values():
            file.write(struct.pack("<q", storage.size) + storage.tobytes())
    return path
