"""The project's own file of a morphable model: a plain .npz without pickled objects.

One array a field of `MorphableModel`, `region/NAME` for each vertex mask, the landmarks' corners
and their weights, and two more to know the file by: `format` and `version`. The archive keeps a
CRC-32 of each, which is checked when it is read.
"""

from __future__ import annotations

import io
import math
import os
import pathlib
import zipfile
from typing import Literal

import jax
import numpy as np

from e2far_jax.files import replacing
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

FORMAT = "e2far_jax morphable model"
VERSION = 2

_REGION = "region/"
# Compressed arrays have more bytes than their file, but not many times more.
_MOST_EXPANSION = 16
_BASES = ("identity_basis", "expression_basis", "colour_basis")
_ARRAYS = ("mean", "identity_basis", "expression_basis", "triangles")
_OPTIONAL_ARRAYS = ("texture_coordinates", "texture_triangles", "mean_colour", "colour_basis")
_LANDMARKS = ("landmarks", "landmark_weights")
_TEXTS = ("name", "licence", "expression_names", "expression_prior")


def write_npz(
    path: str | os.PathLike[str],
    model: MorphableModel,
    basis_dtype: Literal["float32", "float16"] = "float32",
) -> None:
    """Write a model; a reader sees the old file or the whole new one, never a part.

    Args:
      path: the file to make or replace; its folder must be there.
      model: what to write.
      basis_dtype: "float16" halves the file and rounds a displacement to its 2048th part
        (`half_precision_error` measures it).
    Raises:
      ModelFormatError: for a model that `read_npz` would refuse.
    """
    path = pathlib.Path(path)
    arrays = {
        name: np.asarray(getattr(model, name))
        for name in (*_ARRAYS, *_OPTIONAL_ARRAYS)
        if getattr(model, name) is not None
    }
    arrays |= dict(zip(_LANDMARKS, map(np.asarray, jax.tree.leaves(model.landmarks)), strict=True))
    arrays |= {name: arrays[name].astype(basis_dtype) for name in _BASES if name in arrays}
    regions = {name: np.asarray(mask) for name, mask in model.regions.items()}
    texts = {name: getattr(model, name) for name in _TEXTS}
    checked_model(path, regions=regions, **arrays, **texts)
    masks = {_REGION + name: mask for name, mask in regions.items()}
    strings = {name: np.array(text, np.str_) for name, text in texts.items()}
    with replacing(path) as file:
        np.savez(file, format=FORMAT, version=VERSION, **arrays, **masks, **strings)


def read_npz(path: str | os.PathLike[str]) -> MorphableModel:
    """Read what `write_npz` wrote.

    Args:
      path: the file.
    Returns:
      The model.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: for any other file, another version, or a damaged one.
    """
    fields = _read_arrays(path)
    _require_version(path, fields)
    missing = [name for name in (*_ARRAYS, *_LANDMARKS, *_TEXTS) if name not in fields]
    if missing:
        raise ModelFormatError(path, ", ".join(missing), "missing")
    for name in _TEXTS:
        if fields[name].dtype.kind != "U":
            raise ModelFormatError(path, name, f"has dtype {fields[name].dtype}, expected text")
    known = (*_ARRAYS, *_LANDMARKS, *_OPTIONAL_ARRAYS)
    arrays = {name: fields[name] for name in known if name in fields}
    return checked_model(
        path,
        **arrays,
        regions={
            key.removeprefix(_REGION): mask
            for key, mask in fields.items()
            if key.startswith(_REGION)
        },
        name=str(fields["name"]),
        licence=str(fields["licence"]),
        expression_names=[str(name) for name in fields["expression_names"].reshape(-1)],
        expression_prior=str(fields["expression_prior"]),
    )


def half_precision_error(model: MorphableModel) -> float:
    """How far, at most, a coefficient of 1 misplaces a vertex when bases are float16, mm."""
    bases = (np.asarray(basis) for basis in (model.identity_basis, model.expression_basis))
    return max(
        float(np.linalg.norm(basis - basis.astype(np.float16).astype(np.float32), axis=1).max())
        for basis in bases
        if basis.size
    )


def _read_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """All arrays of the archive; none is made before the file has been found to hold its bytes."""
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such model file: {path}")
    if not zipfile.is_zipfile(path):
        raise ModelFormatError(path, "file", "not a .npz file, or cut off")
    field, limit = "file", _MOST_EXPANSION * os.path.getsize(path)
    try:
        with zipfile.ZipFile(path) as archive:
            fields = {}
            for member in archive.infolist():
                field = member.filename.removesuffix(".npy")
                if member.file_size > limit:
                    raise ValueError(f"would take {member.file_size} bytes, far more than the file")
                fields[field] = _array(archive.read(member))
    except Exception as error:  # whatever zipfile and numpy find wrong, and however they say it
        raise ModelFormatError(path, field, f"damaged ({error})") from error
    return fields


def _array(content: bytes) -> np.ndarray:
    """The array of a .npy file.

    Raises:
      ValueError: for anything else, Python objects among it.
    """
    file = io.BytesIO(content)
    if content[:6] != np.lib.format.MAGIC_PREFIX:
        raise ValueError("is not an array")
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shape, columns_first, dtype = readers[np.lib.format.read_magic(file)](file)
    if dtype.hasobject:
        raise ValueError("holds Python objects")
    data = content[file.tell() :]
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"has {len(data)} bytes for the shape {shape}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if columns_first else "C")


def _require_version(path: str | os.PathLike[str], fields: dict[str, np.ndarray]) -> None:
    if "format" not in fields or str(fields["format"]) != FORMAT:
        raise ModelFormatError(path, "format", f"missing or not {FORMAT!r}")
    version = fields.get("version")
    if version is None or version.shape != () or version.dtype.kind not in "iu":
        raise ModelFormatError(path, "version", "missing or not a number")
    if int(version) != VERSION:
        raise ModelFormatError(
            path, "version", f"is {int(version)}; this program reads version {VERSION}"
        )
