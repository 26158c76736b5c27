"""The process in which `hdf5.py` reads a file: the HDF5 library is C, and may crash or loop.

A program of its own: it imports nothing of this package. Its one argument is JSON: the file's
path, the names of numbers, of texts and of lists of texts to read, and how many bytes they may have
together. For each name, in that order, it writes a line of JSON to its output, and after it the
bytes of the array that the line describes.
"""

import contextlib
import json
import math
import os
import pathlib
import sys

import h5py
import numpy as np

# What the library may allocate beyond an array and its copies.
_WORKING_MEMORY = 64 * 2**20


def main() -> None:
    """Read what the argument names."""
    request = json.loads(sys.argv[1])
    left = request["most_bytes"]
    _limit_memory(_WORKING_MEMORY + 4 * left)
    readers = {"numbers": _numbers, "texts": _text, "text_lists": _texts}
    wanted = [(name, readers[kind]) for kind in readers for name in request[kind]]
    field = "file"
    try:
        with h5py.File(request["path"], "r") as file:
            for field, read in wanted:
                array = read(file, field, left)
                left -= 0 if array is None else array.nbytes
                _write(array)
    except Exception as error:  # h5py raises what it likes
        _say({"field": field, "problem": str((error.args or [type(error).__name__])[0])})


def _limit_memory(more: int) -> None:
    """Let the system refuse more address space, where it says how much there is already."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _find(file: h5py.File, path: str) -> h5py.Group | h5py.Dataset | None:
    """What is at a path; None where the file has nothing there."""
    place = file
    for part in path.split("/") if path else ():
        if not isinstance(place, h5py.Group):
            raise ValueError(f"{place.name} is not a group")
        # h5py's own questions follow a link, even out of the file.
        links, link = place.id.links, part.encode()
        if not links.exists(link):
            return None
        if links.get_info(link).type != h5py.h5l.TYPE_HARD:
            raise ValueError(f"{part!r} is a link")
        place = place[part]
    return place


def _dataset(file: h5py.File, path: str) -> h5py.Dataset | None:
    place = _find(file, path)
    if not isinstance(place, h5py.Dataset | None):
        raise ValueError("is not a dataset")
    return place


def _numbers(file: h5py.File, name: str, left: int) -> np.ndarray | None:
    dataset = _dataset(file, name)
    if dataset is None:
        return None
    if dataset.dtype.kind not in "fiu":
        raise ValueError(f"has dtype {dataset.dtype}, expected numbers")
    return np.asarray(_value(dataset, left))


def _text(file: h5py.File, name: str, left: int) -> np.ndarray | None:
    """A text's bytes. It is a string, or one in an array, or an array of its bytes."""
    dataset = _dataset(file, name)
    if dataset is None:
        return None
    if dataset.dtype.kind != "S" and dataset.dtype not in (np.int8, np.uint8):
        if h5py.check_string_dtype(dataset.dtype) is None:
            raise ValueError(f"has dtype {dataset.dtype}, expected a text")
        values = np.ravel(_value(dataset, left)).tolist()
        return np.frombuffer(b"".join(values), np.uint8)
    return np.frombuffer(np.asarray(_value(dataset, left)).tobytes(), np.uint8)


def _texts(file: h5py.File, name: str, left: int) -> np.ndarray | None:
    """The bytes of an attribute's texts, each with a line's end after it."""
    path, _, attribute = name.rpartition("@")
    place = _find(file, path)
    if place is None or attribute not in place.attrs:
        return None
    described = place.attrs.get_id(attribute)
    if described.dtype.kind != "S" and h5py.check_string_dtype(described.dtype) is None:
        raise ValueError(f"has dtype {described.dtype}, expected texts")
    if math.prod(described.shape) * described.dtype.itemsize > left:
        raise ValueError(f"has shape {described.shape}, more than a file of this size can hold")
    texts = np.ravel(place.attrs[attribute]).tolist()
    lines = (text if isinstance(text, bytes) else text.encode(errors="replace") for text in texts)
    return np.frombuffer(b"".join(line + b"\n" for line in lines), np.uint8)


def _value(dataset: h5py.Dataset, left: int) -> object:
    """What a dataset holds, unless that is elsewhere, or too much."""
    if dataset.is_virtual or dataset.external:
        raise ValueError("its values are in another file")
    if dataset.shape is None:
        raise ValueError("has no values")
    size = math.prod(dataset.shape) * dataset.dtype.itemsize
    chunk = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize
    if max(size, chunk) > left:
        raise ValueError(f"has shape {dataset.shape}, more than a file of this size can hold")
    return dataset[()]


def _write(array: np.ndarray | None) -> None:
    if array is None:
        _say({"missing": True})
        return
    content = array.tobytes()
    _say({"dtype": array.dtype.str, "shape": array.shape, "bytes": len(content)})
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _say(described: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(described).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
    os._exit(0)  # the library's own tidying up may fail on what it could not read
