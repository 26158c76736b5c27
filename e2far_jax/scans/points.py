"""Annotated points in the files of data sets."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.lines import LineError, Rows, naming, read_content, split_rows
from e2far_jax.scans.npy import read_npy_rows
from e2far_jax.scans.picked_points import PickedPoint, read_picked_points

_BU3DFE_POINTS = 83


def read_points(path: str | os.PathLike[str]) -> Float[np.ndarray, "L D"]:
    """Read 2D or 3D points.

    Args:
      path: a file whose ending says what it is: .pts (iBUG), .pp (MeshLab), .lnd (Stirling/ESRC),
        .bnd (BU-3DFE), .txt (a point a line, numbers parted by blanks, tabs or commas) or .npy.
    Returns:
      The points in the file's order, units and axes; iBUG's pixels, for one, count from 1.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it has another ending, is damaged, or has no points; in a .pp file, points
        that were not picked.
    """
    ending = Path(path).suffix.lower()
    if ending not in _READERS:
        choices = ", ".join(_READERS)
        raise FormatError(path, "ending", f"{ending!r} is no ending of points; choose {choices}")
    with naming(path):
        points = _READERS[ending](path)
    if len(points) == 0:
        raise FormatError(path, "points", "there are none")
    return points


def read_named_points(path: str | os.PathLike[str]) -> dict[str, Float[np.ndarray, "3"]]:
    """Read the points of a .pp file by their names.

    Args:
      path: the file.
    Returns:
      The points that were picked, in the file's order.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged, or a picked point has no name or that of another.
    """
    named: dict[str, Float[np.ndarray, "3"]] = {}
    for point in read_picked_points(path):
        if not point.active:
            continue
        if not point.name or point.name in named:
            raise FormatError(
                path,
                f"line {point.line}",
                f"the name {point.name!r} is empty or not the first such",
            )
        named[point.name] = np.array(point.position)
    return named


def _pts(path: str | os.PathLike[str]) -> Float[np.ndarray, "L D"]:
    rows = split_rows(read_content(path).replace(b":", b": "))
    match list(rows.words[:3]):
        case [[b"version:", _], [b"n_points:", count], [b"{"]] if re.fullmatch(rb"\d{1,9}", count):
            if rows.words[-1] != [b"}"]:
                raise LineError(rows.lines[-1], "the file ends without '}'")
            points = _table(rows[3:-1], 2, 3)
            if len(points) != int(count):
                raise LineError(rows.lines[1], f"says {int(count)}, there are {len(points)} points")
            return points
    raise LineError(1, "expected lines 'version: 1', 'n_points: N' and '{'")


def _pp(path: str | os.PathLike[str]) -> Float[np.ndarray, "L 3"]:
    points = read_picked_points(path)
    return np.array([_picked(point) for point in points]).reshape(-1, 3)


def _picked(point: PickedPoint) -> tuple[float, float, float]:
    if not point.active:
        raise LineError(point.line, f"the point {point.name!r} has not been picked")
    return point.position


def _lnd(path: str | os.PathLike[str]) -> Float[np.ndarray, "L 3"]:
    rows = split_rows(read_content(path))
    return Rows([_without_name(words) for words in rows.words], rows.lines).table(3)


def _without_name(words: list[bytes]) -> list[bytes]:
    """The numbers behind a number that counts, or words that begin with letters."""
    name = words[:-3]
    counts = len(name) == 1 and name[0].isdigit()
    return words[-3:] if counts or all(word[:1].isalpha() for word in name) else words


def _bnd(path: str | os.PathLike[str]) -> Float[np.ndarray, "L 3"]:
    rows = split_rows(read_content(path))
    points = rows.table(4)[:, 1:]
    Rows([words[:1] for words in rows.words], rows.lines).numbers("int64")
    if len(rows) != _BU3DFE_POINTS:
        last = rows.lines[-1] if len(rows) else 1
        raise LineError(last, f"the file ends after {len(rows)} points, expected {_BU3DFE_POINTS}")
    return points


def _txt(path: str | os.PathLike[str]) -> Float[np.ndarray, "L D"]:
    content = read_content(path)
    return _table(split_rows(content, separator=b"," if b"," in content else None), 2, 3)


def _npy(path: str | os.PathLike[str]) -> Float[np.ndarray, "L D"]:
    return read_npy_rows(path, (2, 3))


def _table(rows: Rows, *dimensions: int) -> Float[np.ndarray, "L D"]:
    """Points that all have as many coordinates as the first."""
    first = len(rows.words[0]) if len(rows) else 0
    return rows.table(first) if first in dimensions else rows.table(*dimensions)


_READERS: dict[str, Callable[[str | os.PathLike[str]], np.ndarray]] = {
    ".pts": _pts,
    ".pp": _pp,
    ".lnd": _lnd,
    ".bnd": _bnd,
    ".txt": _txt,
    ".npy": _npy,
}
