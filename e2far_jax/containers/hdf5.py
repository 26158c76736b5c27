"""Reading arrays of an HDF5 file that nobody vouches for.

The HDF5 library is known to crash, to run forever and to allocate gigabytes on files that were
damaged or made to do so. So it reads them in a process of its own (`hdf5_child.py`), with a time
limit and a memory limit, and whatever happens to that is an error like any other here.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Sequence

import numpy as np

from e2far_jax.containers.errors import FormatError

# Compressed arrays have more bytes than their file, but not many times more; small ones may.
_MOST_EXPANSION, _ALWAYS_ALLOWED = 4, 2**20
# Long enough for a slow disk, and for a busy machine to start the process at all.
_SECONDS, _BYTES_PER_SECOND = 60.0, 5e6

_CHILD = pathlib.Path(__file__).with_name("hdf5_child.py")


@dataclasses.dataclass(frozen=True)
class Hdf5Arrays:
    """Datasets that were read.

    Attributes:
      source: the file, for messages.
      found: the arrays by name; a text as its bytes (uint8), a list of texts as one a line.
    """

    source: str | os.PathLike[str]
    found: dict[str, np.ndarray]

    def array(self, name: str) -> np.ndarray:
        """One of them, or `FormatError` where the file does not have it."""
        if name not in self.found:
            raise self.wrong(name, "is missing")
        return self.found[name]

    def texts(self, name: str) -> list[str]:
        """One of the lists of texts, or `FormatError` where the file does not have it."""
        return self.array(name).tobytes().decode(errors="replace").split("\n")[:-1]

    def wrong(self, name: str, problem: str) -> FormatError:
        """The error to raise about a dataset."""
        return FormatError(self.source, name, problem)


def read_hdf5(
    path: str | os.PathLike[str],
    numbers: Sequence[str],
    texts: Sequence[str] = (),
    text_lists: Sequence[str] = (),
) -> Hdf5Arrays:
    """Read datasets and attributes of a file.

    Args:
      path: the file.
      numbers: names of datasets of integers or floating-point numbers, such as
        "shape/model/mean".
      texts: names of datasets that hold a text each: a string, or its bytes.
      text_lists: names of attributes that hold texts, such as "conv1@weight_names" of the group
        "conv1", and "@layer_names" of the file itself.
    Returns:
      Those of them that the file has.
    Raises:
      FileNotFoundError: where there is no such file.
      ModuleNotFoundError: where h5py is not installed.
      FormatError: where the file is damaged or no HDF5 file, or a dataset is of another kind,
        lies outside the file, or says that it is many times larger than the file.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such file: {path}")
    if importlib.util.find_spec("h5py") is None:
        raise ModuleNotFoundError(f"reading {path} needs the package h5py", name="h5py")
    request = {
        "path": os.fspath(path),
        "numbers": list(numbers),
        "texts": list(texts),
        "text_lists": list(text_lists),
        "most_bytes": max(_MOST_EXPANSION * os.path.getsize(path), _ALWAYS_ALLOWED),
    }
    names = [*numbers, *texts, *text_lists]
    return Hdf5Arrays(path, _arrays(path, names, *_answer(path, request)))


def _answer(path: str | os.PathLike[str], request: dict[str, object]) -> tuple[bytes, str]:
    """What the process writes until it ends, however it ends, and how it did."""
    seconds = _SECONDS + os.path.getsize(path) / _BYTES_PER_SECOND
    # One thread, for threads take address space; no filters but the library's own.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HDF5_PLUGIN_PRELOAD": "::"}
    try:
        ended = subprocess.run(
            [sys.executable, "-P", str(_CHILD), json.dumps(request)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise FormatError(
            path, "file", f"damaged: the HDF5 library did not end within {seconds:.0f} seconds"
        ) from error
    said = ended.stderr.decode(errors="replace").strip().splitlines()
    return ended.stdout, said[-1] if said else f"status {ended.returncode}"


def _arrays(
    path: str | os.PathLike[str], names: Sequence[str], answer: bytes, end: str
) -> dict[str, np.ndarray]:
    """Take the answer apart; where it breaks off is where the process did."""
    found, place = {}, 0
    for name in names:
        line_end = answer.find(b"\n", place)
        described = json.loads(answer[place:line_end]) if line_end >= 0 else {"bytes": len(answer)}
        if "problem" in described:
            raise FormatError(path, described["field"], described["problem"])
        if "bytes" not in described:
            place = line_end + 1
            continue
        content = answer[line_end + 1 : line_end + 1 + described["bytes"]]
        if line_end < 0 or len(content) < described["bytes"]:
            raise FormatError(path, name, f"damaged: the HDF5 library failed on it ({end})")
        found[name] = np.frombuffer(content, described["dtype"]).reshape(described["shape"])
        place = line_end + 1 + len(content)
    return found
