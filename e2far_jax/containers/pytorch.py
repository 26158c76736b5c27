"""Files that PyTorch saves dictionaries of tensors in, read without PyTorch and without trust.

`torch/serialization.py`. Since version 1.6 they are zip archives: a pickle, which says what each
tensor is and which storage its numbers are in, and a member for each storage. Before, they were
five pickles in a row (a magic number, the format's version, the system, the objects, the storages'
order) and the storages after them, each with its length before it.
"""

from __future__ import annotations

import os
import pathlib
import zipfile
from collections.abc import Callable

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.pickle_machine import Machine, Program
from e2far_jax.containers.pytorch_notes import Storage, storage_of, tensors_of
from e2far_jax.containers.tensors import StoredTensor

_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001
_LARGEST_PICKLE = 2**24  # bytes; a dictionary of some hundred tensors takes some thousands

# How a file begins that was saved before version 1.6: the pickle of the magic number.
OLD_START = b"\x80\x02\x8a\x0a" + _MAGIC.to_bytes(10, "little")

Reader = Callable[[], bytes | memoryview]


def read_pytorch(path: str | os.PathLike[str]) -> dict[str, StoredTensor]:
    """Find out which tensors a file has that `torch.save` wrote, of any version.

    Args:
      path: the file: a dictionary of tensors, such as a module's `state_dict()`.
    Returns:
      The tensors by name. Of a zip archive, none has been read.
    Raises:
      OSError: where the file cannot be read.
      FormatError: where it is damaged, or something else.
    """
    with pathlib.Path(path).open("rb") as file:
        is_old = file.read(len(OLD_START)) == OLD_START
    try:
        return _read_old(path) if is_old else _read_archive(path)
    except FormatError:
        raise
    except Exception as error:  # a hostile pickle or archive can make any step fail in any way
        problem = f"damaged, or not saved by PyTorch ({type(error).__name__}: {error})"
        raise FormatError(path, "file", problem) from error


def _read_archive(path: str | os.PathLike[str]) -> dict[str, StoredTensor]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        pickles = [name for name in names if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise FormatError(path, "data.pkl", "missing: not an archive that PyTorch saved")
        folder = pickles[0].removesuffix("data.pkl")
        program = _member(archive, pickles[0], _LARGEST_PICKLE)
        order = b"little"
        if f"{folder}byteorder" in names:  # since version 2.1
            order = _member(archive, f"{folder}byteorder", len(b"little"))

    def reader(storage: Storage) -> Reader:
        return lambda: _storage_in_archive(path, f"{folder}data/{storage.key}")

    state = Machine().run(Program(program))
    return tensors_of(path, state, reader, ">" if order == b"big" else "<")


def _storage_in_archive(path: str | os.PathLike[str], name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return _member(archive, name, os.path.getsize(path))
    except Exception as error:  # whatever zipfile finds wrong, and however it says it
        raise FormatError(path, name, f"damaged ({error})") from error


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One file of an archive; nothing is made that is larger than `most` bytes."""
    described = archive.getinfo(name)
    if described.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed, as PyTorch never does")
    if described.file_size > most:
        raise ValueError(f"{name} would take {described.file_size} bytes")
    return archive.read(name)


def _read_old(path: str | os.PathLike[str]) -> dict[str, StoredTensor]:
    content = pathlib.Path(path).read_bytes()
    program, machine = Program(content), Machine()
    magic, version, system = (Machine().run(program) for _ in range(3))
    if (magic, version) != (_MAGIC, _VERSION) or not isinstance(system, dict):
        raise FormatError(path, "version", f"is not {_VERSION}, as PyTorch writes it")
    order = "<" if system.get("little_endian", True) else ">"
    state, keys = machine.run(program), Machine().run(program)
    held = [storage_of(name) for name in machine.persistent if name[0] == "storage"]
    storages = {storage.key: storage for storage in held}
    places = _places(memoryview(content)[program.tell() :], keys, storages, order)

    def reader(storage: Storage) -> Reader:
        place = places[storage.key]
        return lambda: place

    return tensors_of(path, state, reader, order)


def _places(
    content: memoryview, keys: object, storages: dict[str, Storage], order: str
) -> dict[str, memoryview]:
    """The storages' bytes, which follow one another in the order of their keys."""
    places, start, byte_order = {}, 0, "little" if order == "<" else "big"
    for key in keys:
        storage = storages[key]
        count = int.from_bytes(content[start : start + 8], byte_order)
        if count != storage.count:
            raise ValueError(f"storage {key} has {count} numbers, expected {storage.count}")
        end = start + 8 + count * storage.bytes_each
        if end > len(content):
            raise ValueError(f"it is cut off in storage {key}")
        places[key] = content[start + 8 : end]
        start = end
    return places
