"""Arrays of numbers in numpy's own files; what they pickle is never looked at."""

from __future__ import annotations

import os

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.lines import read_content
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.polygons import assembled_mesh


def read_npy_mesh(path: str | os.PathLike[str]) -> Mesh:
    """Read vertices from an .npy file.

    Args:
      path: the file, an array [N 3] of numbers.
    Returns:
      Points alone.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or holds something else.
    """
    return assembled_mesh(path, read_npy_rows(path, (3,)))


def read_npy_rows(
    path: str | os.PathLike[str], dimensions: tuple[int, ...]
) -> Float[np.ndarray, "L D"]:
    """Read points from an .npy file.

    Args:
      path: the file, an array of integers or floating-point numbers.
      dimensions: how many coordinates a point may have.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or holds something else.
    """
    found = _mapped(path)
    if found.dtype.kind not in "iuf":
        raise FormatError(path, "header", f"the dtype is {found.dtype}, expected numbers")
    if found.ndim != 2 or found.shape[1] not in dimensions:
        wanted = " or ".join(f"(any, {size})" for size in dimensions)
        raise FormatError(path, "header", f"the shape is {found.shape}, expected {wanted}")
    rows = np.array(found, np.float64)
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(broken):
        raise FormatError(path, f"row {broken[0]}", "is not finite (counted from 0)")
    return rows


def _mapped(path: str | os.PathLike[str]) -> np.ndarray:
    """The array in the file; a map cannot be larger than the file, whatever its header says."""
    if not read_content(path).startswith(np.lib.format.MAGIC_PREFIX):
        raise FormatError(path, "header", "is not that of an .npy file")
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # whatever numpy finds wrong, and however it says it
        raise FormatError(path, "header", f"damaged, cut off, or of objects ({error})") from error
