"""What format a model file has, by its content."""

from __future__ import annotations

import os
import pathlib
import struct
import zipfile

from e2far_jax.containers.mat import open_mat
from e2far_jax.containers.pickles import read_pickle
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.sfm import VERSIONS

_PICKLES = {"v_template": "flame", "w_shp": "tddfa"}
_MATLAB = {"shapeMU": "bfm2009", "mu_shape": "bfm2009", "model": "bfm2009", "meanshape": "deep3d"}
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_TAR_MAGIC = slice(257, 262)


def format_of(path: str | os.PathLike[str]) -> str:
    """The kind of a model file, as `open_morphable_model` calls it; "npz" for the package's own.

    Args:
      path: a file, or ICT-FaceKit's folder.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where it is none of the formats.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        return "ict"
    if not path.is_file():
        raise FileNotFoundError(f"no such model file: {path}")
    with path.open("rb") as file:
        start = file.read(512)
    if start[:2] == b"PK":
        return _zipped(path)
    if start.startswith(_PACKED) or start[_TAR_MAGIC] == b"ustar":
        return "ict"
    if start[:8] == b"\x89HDF\r\n\x1a\n":
        return "bfm2017"
    if start[:6] == b"MATLAB":
        return _known(path, "variables", _MATLAB, open_mat(path))
    if len(start) >= 12 and struct.unpack_from("<I", start)[0] in VERSIONS:
        return "sfm"
    if start[:1] in (b"\x80", b"(", b"c", b"}"):
        content = read_pickle(path)
        return _known(path, "pickle", _PICKLES, content if isinstance(content, dict) else {})
    raise ModelFormatError(path, "file", "is none of the formats that this program reads")


def _zipped(path: pathlib.Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise ModelFormatError(path, "file", f"damaged archive ({error})") from error
    return "npz" if "format.npy" in names else "ict"


def _known(path: pathlib.Path, field: str, kinds: dict[str, str], content: object) -> str:
    for name, kind in kinds.items():
        if name in content:
            return kind
    wanted = ", ".join(kinds)
    raise ModelFormatError(path, field, f"none of {wanted} is there, by which models are known")
