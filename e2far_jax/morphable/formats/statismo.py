"""Linear models in the HDF5 files of the statismo library: x = mean + B (sigma z).

A file of a face has three of them, "shape", "expression" and "color", each with an orthonormal
basis B beside variances sigma^2, interleaved as x0 y0 z0 x1 ...; version 0.8 stores B sigma.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.hdf5 import Hdf5Arrays

PARTS = ("shape", "expression", "color")
_MEAN, _BASIS, _VARIANCES = _ARRAYS = ("model/mean", "model/pcaBasis", "model/pcaVariance")
_VERSION = ("version/majorVersion", "version/minorVersion")
# Today's place of the triangles, and that of older files.
_CELLS = ("shape/representer/cells", "shape/representer/reference-mesh/triangle-list")

# All that the functions below read.
NUMBERS = (*_VERSION, *(f"{part}/{name}" for part in PARTS for name in _VERSION + _ARRAYS), *_CELLS)


@dataclasses.dataclass(frozen=True)
class LinearModel:
    """A mean, and a basis that is scaled to one standard deviation."""

    mean: Float[np.ndarray, "N 3"]
    basis: Float[np.ndarray, "N 3 K"]


def has_part(file: Hdf5Arrays, part: str) -> bool:
    """Whether the file has such a model, or pieces of one."""
    return any(f"{part}/{name}" in file.found for name in _ARRAYS)


def linear_model(file: Hdf5Arrays, part: str, vertices: int | None = None) -> LinearModel:
    """One of the models.

    Args:
      file: what was read of it.
      part: "shape", "expression" or "color".
      vertices: how many it must have; any number by default.
    """
    names = [f"{part}/{name}" for name in _ARRAYS]
    mean, basis, variances = (file.array(name).astype(np.float32) for name in names)
    rows, modes = mean.size if vertices is None else 3 * vertices, variances.size
    if rows % 3 or mean.size != rows or not _is_vector(mean):
        wanted = "3 N" if vertices is None else rows
        raise file.wrong(names[0], f"has shape {mean.shape}, expected ({wanted},)")
    if not np.isfinite(mean).all():
        raise file.wrong(names[0], "some of its numbers are not finite")
    if basis.shape != (rows, modes):
        raise file.wrong(names[1], f"has shape {basis.shape}, expected ({rows}, {modes})")
    if not _is_vector(variances) or not (np.isfinite(variances) & (variances >= 0.0)).all():
        raise file.wrong(names[2], "is not a vector of numbers that are finite and not negative")
    if not _is_scaled(file, part):
        basis *= np.sqrt(variances.ravel())
    return LinearModel(mean.reshape(-1, 3), basis.reshape(rows // 3, 3, modes))


def triangles(file: Hdf5Arrays, vertices: int) -> Int[np.ndarray, "F 3"]:
    """The triangles of the shape, wound as in the file; their corners lie along either axis."""
    name = _CELLS[1] if _CELLS[1] in file.found else _CELLS[0]
    cells = file.array(name)
    if cells.dtype.kind not in "iu" or cells.ndim != 2 or 3 not in cells.shape:
        raise file.wrong(
            name, f"is {cells.dtype} of shape {cells.shape}, expected integers, (3, F)"
        )
    if cells.size and not 0 <= int(cells.min()) <= int(cells.max()) < vertices:
        raise file.wrong(
            name,
            f"its indices run from {cells.min()} to {cells.max()}, expected 0 to {vertices - 1}",
        )
    return (cells.T if len(cells) == 3 else cells).astype(np.int64)


def _is_vector(array: np.ndarray) -> bool:
    return array.size == max(array.shape, default=0)


def _is_scaled(file: Hdf5Arrays, part: str) -> bool:
    """Whether the version is 0.8. A model says it, or the file; none is said by the oldest."""
    for place in (f"{part}/", ""):
        found = [file.found.get(place + name, np.zeros(0)) for name in _VERSION]
        if all(number.size == 1 for number in found):
            major, minor = (number.item() for number in found)
            if major != 1 and (major, minor) not in ((0, 8), (0, 9)):
                raise file.wrong(
                    place + _VERSION[0],
                    f"is {major}, with minor version {minor}; this program reads 0.8, 0.9 and 1",
                )
            return (major, minor) == (0, 8)
    return True
