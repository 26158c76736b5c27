"""One name for every morphable model: the embedded default, or one from a file."""

from __future__ import annotations

import functools
import hashlib
import pathlib
import warnings
from collections.abc import Callable

from e2far_jax.folders import cache_folder
from e2far_jax.morphable.formats.bfm2009 import read_bfm2009
from e2far_jax.morphable.formats.bfm2017 import read_bfm2017
from e2far_jax.morphable.formats.deep3d import read_deep3d
from e2far_jax.morphable.formats.detect import format_of
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.flame import read_flame
from e2far_jax.morphable.formats.ict import CONVERSION, read_ict
from e2far_jax.morphable.formats.npz import read_npz, write_npz
from e2far_jax.morphable.formats.sfm import read_sfm
from e2far_jax.morphable.formats.tddfa import read_tddfa
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.stored import stored_ict


def open_morphable_model(spec: str) -> MorphableModel:
    """Open a morphable model by its name.

    Args:
      spec: `default` for the embedded procedural face; `ict` for ICT-FaceKit as `e2far model get
        ict` stored it; otherwise `KIND:PATH`, where KIND is one of `READERS` and may be left out
        where the file's content tells, or `KIND:PATH,COMPANION` where a model's second file is not
        beside it: the expressions of `bfm2009` and `sfm`, the 68 landmarks of `bfm2017` and
        `flame`. A `.npz` is this package's own file.
        `default` and `ict:PATH` are built once and kept in the cache folder (`cache_folder`).
    Returns:
      The model.
    Raises:
      ValueError: for any other spec.
      FileNotFoundError: where the file is missing.
      ModelFormatError: where it is damaged.
    """
    if spec == "default":
        return _open_default()
    if spec == "ict":
        return _open_stored_ict()
    kind, separator, place = spec.partition(":")
    if not separator or kind not in READERS:
        kind, place = "", spec
    if not place or not (kind or _is_place(place)):
        raise ValueError(
            f"unknown morphable model {spec!r}; choose `default`, `ict` (after `e2far model get "
            f"ict`), the path of a model's file, or KIND:PATH with KIND one of {', '.join(READERS)}"
        )
    path, companions = _parted(place)
    kind = kind or format_of(path)
    if companions and kind not in WITH_COMPANION:
        raise ValueError(
            f"{spec!r}: {kind} takes one file; two are for {', '.join(WITH_COMPANION)}"
        )
    return READERS[kind](path, *companions)


def _is_place(text: str) -> bool:
    """Whether a text is meant as a path: something is there, or it looks like one."""
    path = pathlib.Path(text).expanduser()
    return path.exists() or path.suffix != "" or len(path.parts) > 1


def _parted(place: str) -> tuple[pathlib.Path, list[pathlib.Path]]:
    """A comma parts the model from its companion, unless a file has it in its name."""
    file, comma, companion = place.rpartition(",")
    if not comma or pathlib.Path(place).expanduser().exists():
        return pathlib.Path(place).expanduser(), []
    return pathlib.Path(file).expanduser(), [pathlib.Path(companion).expanduser()]


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


# Every kind of file, and what reads it: a path, and for some a companion's.
READERS: dict[str, Callable[..., MorphableModel]] = {
    "bfm2009": read_bfm2009,
    "bfm2017": read_bfm2017,
    "deep3d": read_deep3d,
    "flame": read_flame,
    "ict": _open_ict,
    "npz": read_npz,
    "sfm": read_sfm,
    "tddfa": read_tddfa,
}
WITH_COMPANION = ("bfm2009", "bfm2017", "flame", "sfm")


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
