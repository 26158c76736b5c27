"""One name for every morphable model: the embedded default, or one from a file."""

from __future__ import annotations

import functools
import hashlib
import pathlib
import warnings
from collections.abc import Callable

from e2far_jax.folders import cache_folder
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.ict import CONVERSION, read_ict
from e2far_jax.morphable.formats.npz import read_npz, write_npz
from e2far_jax.morphable.formats.sfm import read_sfm
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.stored import stored_ict


def open_morphable_model(spec: str) -> MorphableModel:
    """Open a morphable model by its name.

    Args:
      spec: `default` for the embedded procedural face; `ict` for ICT-FaceKit as `e2far model get
        ict` stored it; `ict:PATH` for its folder or archive; `sfm:FILE` or `sfm:FILE,EXPRESSIONS`
        for the Surrey Face Model (`read_sfm`); or the path of a .npz file that `write_npz` made.
        `default` and `ict:PATH` are built once and kept in the cache folder (`cache_folder`).
    Returns:
      The model.
    Raises:
      ValueError: for any other spec.
      FileNotFoundError: where the file is missing.
      ModelFormatError: where it is damaged.
    """
    kind, separator, path = spec.partition(":")
    if spec == "default":
        return _open_default()
    if spec == "ict":
        return _open_stored_ict()
    if kind == "ict" and separator and path:
        return _open_ict(pathlib.Path(path).expanduser())
    if kind == "sfm" and separator and path:
        return _open_sfm(path)
    if spec.endswith(".npz"):
        return read_npz(pathlib.Path(spec).expanduser())
    raise ValueError(
        f"unknown morphable model {spec!r}; choose `default`, `ict` (after `e2far model get ict`), "
        "`ict:PATH` (the folder or archive of ICT-FaceKit), `sfm:FILE` or `sfm:FILE,EXPRESSIONS` "
        "(the Surrey Face Model as eos has it), or the path of a .npz file"
    )


def _open_default() -> MorphableModel:
    from e2far_jax.morphable.default import default_model

    return _kept(f"default-{_own_fingerprint()}", "building the default face", default_model)


def _open_stored_ict() -> MorphableModel:
    path = stored_ict()
    if not path.is_file():
        raise FileNotFoundError(
            f"ICT-FaceKit is not in {path}: run `e2far model get ict` once, "
            "or name its folder or archive as `ict:PATH`"
        )
    return read_npz(path)


def _open_ict(path: pathlib.Path) -> MorphableModel:
    if not path.exists():
        raise FileNotFoundError(f"no such model file or folder: {path}")
    return _kept(f"ict-{_fingerprint(path)}", f"converting {path}", lambda: read_ict(path))


def _open_sfm(path: str) -> MorphableModel:
    """A comma parts the model from its expressions, unless a file has it in its name."""
    file, comma, expressions = path.rpartition(",")
    if not comma or pathlib.Path(path).expanduser().exists():
        return read_sfm(pathlib.Path(path).expanduser())
    return read_sfm(pathlib.Path(file).expanduser(), pathlib.Path(expressions).expanduser())


def _kept(name: str, making: str, make: Callable[[], MorphableModel]) -> MorphableModel:
    """What the cache folder holds under a name; made and kept there where it is not, or damaged."""
    cached = cache_folder() / f"{name}.npz"
    if cached.is_file():
        try:
            return read_npz(cached)
        except ModelFormatError as error:
            warnings.warn(f"{making} again: {error}", stacklevel=4)
    model = make()
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        write_npz(cached, model)
    except OSError as error:
        warnings.warn(f"cannot keep the model: {error}", stacklevel=4)
    return model


@functools.cache
def _own_fingerprint() -> str:
    """Changes with any source that the default face is built by: this room's and geometry's."""
    room = pathlib.Path(__file__).parent
    sources = sorted([*room.rglob("*.py"), *(room.parent / "geometry").glob("*.py")])
    described = hashlib.sha256()
    for source in sources:
        described.update(f"{source.relative_to(room.parent)}\n".encode())
        described.update(hashlib.sha256(source.read_bytes()).digest())
    return described.hexdigest()[:16]


def _fingerprint(path: pathlib.Path) -> str:
    """Changes with the source's place, the size and time of its files, and the conversion."""
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    described = [f"conversion {CONVERSION}", str(path.resolve())]
    for file in files:
        status = file.stat()
        described.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:16]
