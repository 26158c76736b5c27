"""What any method wrote about the pictures of a data set: meshes and landmarks by the items' names.

    DIR/ITEM.obj or .ply                        the surface
    DIR/ITEM.npy, .txt, .pts, .pp or .lnd       landmarks, one a row

where ITEM is the item's name, which may have folders in it. Where the data set has landmarks of
pictures, rows are x and y in pixels, (0, 0) the top left corner of the top left pixel, and further
columns are left out; a mesh beside them is measured on the synthetic benchmark, if its vertices are
those of the benchmark's morphable model in their order. Where it has scans, rows are points of the
mesh, in its frame and unit: the 68 iBUG points, or as many as the protocol names.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.evaluation.jobs.systems import Failure, Picture, PredictedFace
from e2far_jax.scans.open import read_mesh
from e2far_jax.scans.points import read_points

MESHES = (".obj", ".ply")
POINTS = (".npy", ".txt", ".pts", ".pp", ".lnd")


@dataclasses.dataclass(frozen=True)
class PredictionsSystem:
    """Reads what a method wrote.

    Attributes:
      name: of the method, for tables.
      folder: of its files.
      scans: whether landmarks are points of the meshes; otherwise of the pictures.
    """

    name: str
    folder: Path
    scans: bool = False

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise ValueError(f"{self.folder}: no folder of predictions")

    @property
    def description(self) -> str:
        """Where it was read."""
        return f"{self.name}, read from {self.folder}"

    @functools.cached_property
    def fingerprint(self) -> str:
        """Of all files' names, sizes and times."""
        digest = hashlib.sha256(str(self.scans).encode())
        for path in sorted(self.folder.rglob("*")):
            about = path.stat()
            digest.update(f"{path}\n{about.st_size}\n{about.st_mtime_ns}\n".encode())
        return digest.hexdigest()[:16]

    def faces(self, pictures: Sequence[Picture]) -> Iterator[PredictedFace | Failure]:
        """What was written of each picture."""
        for picture in pictures:
            try:
                yield self._face(picture.name)
            except FormatError as error:
                yield Failure(str(error))

    def _face(self, name: str) -> PredictedFace | Failure:
        mesh, points = self._file(name, MESHES), self._file(name, POINTS)
        if points is None or (self.scans and mesh is None):
            endings = POINTS if points is None else MESHES
            return Failure(f"{self.folder / name}: no file that ends with {', '.join(endings)}")
        landmarks, surface = read_points(points), None if mesh is None else read_mesh(mesh)
        if self.scans:
            return PredictedFace(landmarks_3d=landmarks, mesh=surface)
        return PredictedFace(landmarks_2d=_in_picture(points, landmarks), mesh=surface)

    def _file(self, name: str, endings: Sequence[str]) -> Path | None:
        paths = (self.folder / f"{name}{ending}" for ending in endings)
        return next((path for path in paths if path.is_file()), None)


def _in_picture(path: Path, points: Float[np.ndarray, "L D"]) -> Float[np.ndarray, "68 2"]:
    if len(points) != 68:
        raise FormatError(path, "landmarks", f"there are {len(points)}; expected 68")
    return np.asarray(points[:, :2], np.float64)
