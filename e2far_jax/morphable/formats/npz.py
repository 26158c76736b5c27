"""The project's own file of a morphable model: a plain .npz without pickled objects.

One array a field of `MorphableModel`, `region/NAME` for each vertex mask, and two more to know the
file by: `format` and `version`.
"""

from __future__ import annotations

import os
import pathlib
import zipfile
import zlib

import numpy as np

from e2far_jax.files import replacing
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

FORMAT = "e2far_jax morphable model"
VERSION = 1

_REGION = "region/"
_ARRAYS = ("mean", "identity_basis", "expression_basis", "triangles", "landmarks")
_OPTIONAL_ARRAYS = ("texture_coordinates", "texture_triangles")
_TEXTS = ("name", "expression_names", "expression_prior")


def write_npz(path: str | os.PathLike[str], model: MorphableModel) -> None:
    """Write a model; a reader sees the old file or the whole new one, never a part.

    Args:
      path: the file to make or replace; its folder must be there.
      model: what to write.
    Raises:
      ModelFormatError: for a model that `read_npz` would refuse.
    """
    path = pathlib.Path(path)
    arrays = {
        name: np.asarray(getattr(model, name))
        for name in (*_ARRAYS, *_OPTIONAL_ARRAYS)
        if getattr(model, name) is not None
    }
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
    missing = [name for name in (*_ARRAYS, *_TEXTS) if name not in fields]
    if missing:
        raise ModelFormatError(path, ", ".join(missing), "missing")
    for name in _TEXTS:
        if fields[name].dtype.kind != "U":
            raise ModelFormatError(path, name, f"has dtype {fields[name].dtype}, expected text")
    arrays = {name: fields[name] for name in (*_ARRAYS, *_OPTIONAL_ARRAYS) if name in fields}
    return checked_model(
        path,
        **arrays,
        regions={
            key.removeprefix(_REGION): mask
            for key, mask in fields.items()
            if key.startswith(_REGION)
        },
        name=str(fields["name"]),
        expression_names=[str(name) for name in fields["expression_names"].reshape(-1)],
        expression_prior=str(fields["expression_prior"]),
    )


def _read_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such model file: {path}")
    if not zipfile.is_zipfile(path):
        raise ModelFormatError(path, "file", "not a .npz file, or cut off")
    field = "file"
    try:
        with np.load(path, allow_pickle=False) as archive:
            fields = {}
            for field in archive.files:
                fields[field] = archive[field]
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, MemoryError) as error:
        raise ModelFormatError(path, field, f"damaged ({error})") from error
    for field, content in fields.items():
        if not isinstance(content, np.ndarray):
            raise ModelFormatError(path, field, "is not an array")
    return fields


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
