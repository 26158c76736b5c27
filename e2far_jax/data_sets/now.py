"""NoW, "not quite in the wild": photographs of 100 people and a neutral scan of each.

    imagepathsvalidation.txt              a line a picture: SUBJECT/CHALLENGE/PICTURE.jpg
    iphone_pictures/SUBJECT/CHALLENGE/PICTURE.jpg
    detected_face/SUBJECT/CHALLENGE/PICTURE.npy
    scans/SUBJECT/SCAN.obj                of the 20 people of the validation set, mm
    scans_lmks_onlypp/SUBJECT/SCAN.pp     seven points of each, picked in MeshLab

The pictures come as one archive (`final_release_version/`), scans and landmarks as others: unpack
them into one folder. Sanyal, Bolkart, Feng, Black, "Learning to regress 3D face shape and
expression from an image without 3D supervision", CVPR 2019. For research; registration at
now.is.tue.mpg.de, whose organisers keep the scans of the other 80 people.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.data_sets.layouts import Layout
from e2far_jax.data_sets.scan_landmarks import read_exactly
from e2far_jax.scans.boxes import read_box
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.open import read_mesh

LIST, PICTURES, BOXES = "imagepathsvalidation.txt", "iphone_pictures", "detected_face"
SCANS, LANDMARKS = "scans", "scans_lmks_onlypp"

LAYOUT = Layout(
    "NoW",
    f"{LIST}, {PICTURES}/SUBJECT/CHALLENGE/PICTURE.jpg, {BOXES}/SUBJECT/CHALLENGE/PICTURE.npy, "
    f"{SCANS}/SUBJECT/*.obj, {LANDMARKS}/SUBJECT/*.pp",
)


@dataclasses.dataclass(frozen=True)
class NowPicture:
    """A photograph of the validation set.

    Attributes:
      name: SUBJECT/CHALLENGE/PICTURE.
      picture: its file.
      box_file: of the face detected in it.
      scan: of the person, whose file several pictures share.
      scan_landmarks: of the scan.
    """

    name: str
    picture: Path
    box_file: Path
    scan: Path
    scan_landmarks: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it."""
        return self.picture, self.box_file, self.scan, self.scan_landmarks

    @property
    def subject(self) -> str:
        """Who it is."""
        return self.name.split("/")[0]

    @property
    def challenge(self) -> str:
        """Such as multiview_neutral, multiview_expressions, multiview_occlusions or selfie."""
        return self.name.split("/")[1]

    def box(self) -> Float[np.ndarray, "4"]:
        """The detected face, [x0, y0, x1, y1], pixels as the file counts them."""
        return read_box(self.box_file)

    def surface(self) -> Mesh:
        """The neutral scan, mm."""
        return read_mesh(self.scan)

    def landmarks(self) -> Float[np.ndarray, "7 3"]:
        """The scan's seven points (`evaluation.protocols.faces`), mm."""
        return read_exactly(self.scan_landmarks, 7)


def read_now(folder: Path, *, skip_incomplete: bool = False) -> list[NowPicture]:
    """The validation set of a copy, sorted by name.

    Args:
      folder: the one that holds the list and all folders.
      skip_incomplete: leave out pictures that lack a file.
    Raises:
      DataSetError: for a missing folder, no pictures, or incomplete ones.
      FormatError: for a line of the list that names no picture, or one again.
    """
    names = _names(LAYOUT.file(LAYOUT.folder(folder) / LIST))
    for part in (PICTURES, BOXES, SCANS, LANDMARKS):
        LAYOUT.folder(folder / part)
    subjects = {name.parts[0] for name in names}
    scans = {subject: LAYOUT.only(folder / SCANS / subject, "*.obj") for subject in subjects}
    points = {subject: LAYOUT.only(folder / LANDMARKS / subject, "*.pp") for subject in subjects}
    items = [
        NowPicture(
            name.with_suffix("").as_posix(),
            folder / PICTURES / name,
            (folder / BOXES / name).with_suffix(".npy"),
            scans[name.parts[0]],
            points[name.parts[0]],
        )
        for name in sorted(names)
    ]
    return LAYOUT.complete(folder, items, skip_incomplete=skip_incomplete)


def _names(path: Path) -> list[PurePosixPath]:
    """The pictures in the list: the last three parts of each line, which may say more before."""
    found: dict[str, tuple[PurePosixPath, int]] = {}
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        name = PurePosixPath(*PurePosixPath(line.strip()).parts[-3:])
        if len(name.parts) != 3 or {".", "..", "/"} & {*name.parts} or not name.suffix:
            problem = f"{line.strip()[:80]!r} is not SUBJECT/CHALLENGE/PICTURE.jpg"
            raise FormatError(path, f"line {number}", problem)
        item = name.with_suffix("").as_posix()
        if item in found:
            raise FormatError(path, f"line {number}", f"{item} is in line {found[item][1]} already")
        found[item] = name, number
    return [name for name, _ in found.values()]
