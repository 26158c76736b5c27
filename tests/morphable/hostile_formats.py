"""Every format as `hostile.py` attacks it: its reader, a small valid file, and its named arrays."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from e2far_jax.morphable.formats.bfm2009 import read_bfm2009
from e2far_jax.morphable.formats.bfm2017 import read_bfm2017
from e2far_jax.morphable.formats.deep3d import read_deep3d
from e2far_jax.morphable.formats.flame import read_flame
from e2far_jax.morphable.formats.npz import read_npz, write_npz
from e2far_jax.morphable.formats.sfm import read_sfm
from e2far_jax.morphable.formats.tddfa import read_tddfa
from e2far_jax.morphable.model import MorphableModel
from tests.morphable import (
    files_bfm2009,
    files_bfm2017,
    files_deep3d,
    files_flame,
    files_ict,
    files_sfm,
    files_tddfa,
)
from tests.reconstruction.conftest import dome

Arrays = Mapping[str, object]


@dataclasses.dataclass(frozen=True)
class Format:
    """A format of files.

    Attributes:
      read: its reader.
      write: makes a valid file in a folder.
      arrays: what that file holds by name; empty where it has no names.
      write_changed: makes the file with some of these arrays replaced.
    """

    read: Callable[[Path], MorphableModel]
    write: Callable[[Path], Path]
    arrays: Callable[[], Arrays] = dict
    write_changed: Callable[[Path, Arrays], Path] | None = None

    def rewrite(self, folder: Path, rng: np.random.Generator) -> Path | None:
        """A file that is as it should be but for one array; None where the format has no names.

        Also where its writer cannot write that, such as text in a MATLAB file's numbers.
        """
        if self.write_changed is None:
            return None
        arrays = dict(self.arrays())
        names = [name for name, value in arrays.items() if isinstance(value, np.ndarray)]
        name, other = rng.choice(names, size=2)
        try:
            wrong = WRONG[rng.integers(len(WRONG))](np.asarray(arrays[name]), rng)
            return self.write_changed(folder, {name: arrays[other] if wrong is None else wrong})
        except (TypeError, ValueError, AttributeError, IndexError):
            return None


def _with(array: np.ndarray, value: float, rng: np.random.Generator) -> np.ndarray:
    changed = array.astype(np.float64 if array.dtype.kind == "f" else np.int64)
    if changed.size:
        changed.flat[rng.integers(changed.size)] = value
    return changed


# What an array may become; None for another array of the file.
WRONG: tuple[Callable[[np.ndarray, np.random.Generator], object], ...] = (
    lambda array, rng: None,
    lambda array, rng: array[:-1] if array.ndim else array[None],
    lambda array, rng: array[None],
    lambda array, rng: array.ravel(),
    lambda array, rng: array.T,
    lambda array, rng: array[:0] if array.ndim else array,
    lambda array, rng: np.zeros((), array.dtype),
    lambda array, rng: np.concatenate([np.atleast_1d(array)] * 2),
    lambda array, rng: _with(array, np.nan if array.dtype.kind == "f" else -1, rng),
    lambda array, rng: _with(array, np.inf if array.dtype.kind == "f" else 2**40, rng),
    lambda array, rng: _with(array, -1e30 if array.dtype.kind == "f" else 0, rng),
    lambda array, rng: array.astype(np.int64) if array.dtype.kind == "f" else array.astype(float),
    lambda array, rng: array.astype(bool),
    lambda array, rng: array.astype(np.complex128),
    lambda array, rng: array.astype(str),
    lambda array, rng: "text",
)


def _write_npz(folder: Path) -> Path:
    write_npz(folder / "model.npz", dome())
    return folder / "model.npz"


def _npz_arrays() -> Arrays:
    with tempfile.TemporaryDirectory() as folder, np.load(_write_npz(Path(folder))) as archive:
        return {name: archive[name] for name in archive.files}


def _write_changed_npz(folder: Path, changes: Arrays) -> Path:
    np.savez(folder / "model.npz", **{**_npz_arrays(), **changes})
    return folder / "model.npz"


def _by_name(
    read: Callable[[Path], MorphableModel], write: Callable[..., Path], arrays: Callable[[], Arrays]
) -> Format:
    """A format whose writer takes changed arrays as keywords, "/" as two underscores."""

    def write_changed(folder: Path, changes: Arrays) -> Path:
        return write(folder, **{name.replace("/", "__"): to for name, to in changes.items()})

    return Format(read, write, arrays, write_changed)


def _by_fields(
    read: Callable[[Path], MorphableModel], write: Callable[..., Path], fields: Callable[[], Arrays]
) -> Format:
    """A format whose writer takes all its fields."""
    return Format(
        read, write, fields, lambda folder, changes: write(folder, {**fields(), **changes})
    )


FORMATS = {
    "bfm2009": _by_name(read_bfm2009, files_bfm2009.write_bfm2009, files_bfm2009.bfm2009_arrays),
    "bfm2009 of 300W-LP": _by_name(
        read_bfm2009, files_bfm2009.write_300w_lp, files_bfm2009.bfm2009_arrays
    ),
    "bfm2009 of face3d": Format(read_bfm2009, files_bfm2009.write_face3d),
    "bfm2017": _by_name(
        lambda path: read_bfm2017(path, path.parent / "landmarks.txt"),
        files_bfm2017.write_bfm2017,
        files_bfm2017.datasets,
    ),
    "deep3d": _by_name(read_deep3d, files_deep3d.write_deep3d, files_deep3d.deep3d_arrays),
    "flame": _by_fields(read_flame, files_flame.write_flame, files_flame.flame_fields),
    "ict": Format(files_ict.read_few_files, files_ict.write_ict),
    "npz": Format(read_npz, _write_npz, _npz_arrays, _write_changed_npz),
    "sfm": Format(read_sfm, files_sfm.write_sfm),
    "tddfa": _by_fields(read_tddfa, files_tddfa.write_tddfa, files_tddfa.tddfa_fields),
}
