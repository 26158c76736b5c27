"""One name for every morphable model: the embedded default, or one from a file."""

from __future__ import annotations

import hashlib
import pathlib
import warnings

from e2far_jax.cache import cache_folder
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.ict import read_ict
from e2far_jax.morphable.formats.npz import read_npz, write_npz
from e2far_jax.morphable.model import MorphableModel

# Counts changes in what a conversion yields, so that older cached files are not used any more.
_CONVERSION = 1


def open_morphable_model(spec: str) -> MorphableModel:
    """Open a morphable model by its name.

    Args:
      spec: `default` for the embedded procedural face; `ict:PATH` for ICT-FaceKit's folder or
        archive, converted once and kept in the cache folder (`cache_folder`); or the path of a
        .npz file that `write_npz` made.
    Returns:
      The model.
    Raises:
      ValueError: for any other spec.
      FileNotFoundError: where the file is missing.
      ModelFormatError: where it is damaged.
    """
    kind, separator, path = spec.partition(":")
    if spec == "default":
        from e2far_jax.morphable.default import default_model

        return default_model()
    if kind == "ict" and separator and path:
        return _open_ict(pathlib.Path(path).expanduser())
    if spec.endswith(".npz"):
        return read_npz(pathlib.Path(spec).expanduser())
    raise ValueError(
        f"unknown morphable model {spec!r}; choose `default`, `ict:PATH` (the folder or archive "
        "of ICT-FaceKit), or the path of a .npz file"
    )


def _open_ict(path: pathlib.Path) -> MorphableModel:
    if not path.exists():
        raise FileNotFoundError(f"no such model file or folder: {path}")
    cached = cache_folder() / f"ict-{_fingerprint(path)}.npz"
    if cached.is_file():
        try:
            return read_npz(cached)
        except ModelFormatError as error:
            warnings.warn(f"converting {path} again: {error}", stacklevel=3)
    model = read_ict(path)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        write_npz(cached, model)
    except OSError as error:
        warnings.warn(f"cannot keep the converted model: {error}", stacklevel=3)
    return model


def _fingerprint(path: pathlib.Path) -> str:
    """Changes with the source's place, the size and time of its files, and the conversion."""
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    described = [f"conversion {_CONVERSION}", str(path.resolve())]
    for file in files:
        status = file.stat()
        described.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
