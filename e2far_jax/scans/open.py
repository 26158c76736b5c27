"""One name for every file of a surface."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.npy import read_npy_mesh
from e2far_jax.scans.obj import read_obj
from e2far_jax.scans.ply import read_ply
from e2far_jax.scans.range_image import read_abs_mesh
from e2far_jax.scans.vrml import read_vrml

_READERS: dict[str, Callable[[str | os.PathLike[str]], Mesh]] = {
    ".obj": read_obj,
    ".ply": read_ply,
    ".npy": read_npy_mesh,
    ".wrl": read_vrml,
    ".abs": read_abs_mesh,
    ".abs.gz": read_abs_mesh,
}


def read_mesh(path: str | os.PathLike[str]) -> Mesh:
    """Read a surface.

    Args:
      path: a file whose ending says what it is: .obj, .ply, .npy (vertices alone), .wrl (VRML 2.0),
        .abs or .abs.gz (range images of FRGC v2).
    Returns:
      All vertices in the file's order, unit and axes.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it has another ending, or is damaged.
    """
    name = Path(path).name.lower()
    for ending, reader in _READERS.items():
        if name.endswith(ending):
            return reader(path)
    choices = ", ".join(_READERS)
    raise FormatError(
        path, "ending", f"{Path(path).suffix!r} is no ending of a mesh; choose {choices}"
    )
