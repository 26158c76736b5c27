"""Landmarks that come beside a model: a list of vertices in a text file, or named points."""

from __future__ import annotations

import json
import os
import pathlib

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.hdf5 import Hdf5Arrays
from e2far_jax.morphable.formats.errors import ModelFormatError

_MOST_BYTES = 1 << 16
_MOST_DIGITS = 9


def read_landmarks(path: str | os.PathLike[str], vertices: int) -> Int[np.ndarray, "68"]:
    """Read a text file of the 68 landmarks' vertices.

    Args:
      path: numbers between white space; what follows % or # on a line is a comment.
      vertices: how many the face has.
    Returns:
      Vertices, counted from 0, in iBUG order.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where it has anything else, or another number of them.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such file of landmarks: {path}")
    if os.path.getsize(path) > _MOST_BYTES:
        raise ModelFormatError(path, "landmarks", "the file is too large for 68 numbers")
    lines = pathlib.Path(path).read_text(errors="replace").replace("%", "#").splitlines()
    words = [word for line in lines for word in line.partition("#")[0].split()]
    for word in words:
        if not (word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS):
            raise ModelFormatError(path, "landmarks", f"{word[:20]!r} is not a vertex's number")
    if len(words) != 68:
        raise ModelFormatError(path, "landmarks", f"has {len(words)} numbers, expected 68")
    found = np.array([int(word) for word in words])
    if not found.max() < vertices:
        raise ModelFormatError(
            path, "landmarks", f"has vertex {found.max()}, expected 0 to {vertices - 1}"
        )
    return found


def named_points(file: Hdf5Arrays, name: str) -> dict[str, Float[np.ndarray, "3"]]:
    """Points by name, mm, from a dataset that holds JSON.

    Args:
      file: what was read of it.
      name: of the text: a list of objects with "id" and "coordinates", or one object with a
        point a name.
    """
    try:
        said = json.loads(file.array(name).tobytes().rstrip(b"\0"))
        points = said if isinstance(said, dict) else {a["id"]: a["coordinates"] for a in said}
        found = {str(key): np.array(point, np.float64) for key, point in points.items()}
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise file.wrong(name, f"is no list of points ({error})") from error
    if any(point.shape != (3,) for point in found.values()):
        raise file.wrong(name, "some of its points do not have 3 coordinates")
    return found
