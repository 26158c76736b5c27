"""Stirling/ESRC, the part of FG2018's competition on dense reconstruction.

    Subset_2D_FG2018/HQ/F1001_*.jpg     656 pictures; 1,344 of low quality in LQ/
    F_3D_N/f1001_N.obj                  neutral scans of women, mm; of men in M_3D_N/
    annotations/F_3D_N/f1001_N.lnd      seven points of each scan; of men in M_3D_N/

The annotations are in the competition's repository, github.com/patrikhuber/fg2018-competition. Feng
et al., "Evaluation of dense 3D reconstruction from 2D face images in the wild", FG 2018. For
research; registration at pics.stir.ac.uk/ESRC. Files are called with large and small letters as it
happens, so those do not matter here. Some people with pictures have no annotated scan: the public
conversion of mmhuman3d leaves them out, as `skip_incomplete` does.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.data_sets.layouts import PICTURES, Layout, item_name, visible
from e2far_jax.data_sets.scan_landmarks import read_exactly
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.open import read_mesh

SUBSET, ANNOTATIONS = "Subset_2D_FG2018", "annotations"
SCANS, QUALITIES = ("F_3D_N", "M_3D_N"), ("HQ", "LQ")

LAYOUT = Layout(
    "Stirling/ESRC",
    f"{SUBSET}/HQ/F1001_*.jpg, F_3D_N/f1001_N.obj, {ANNOTATIONS}/F_3D_N/f1001_N.lnd; LQ and "
    "M_3D_N alike",
)


@dataclasses.dataclass(frozen=True)
class StirlingPicture:
    """A picture with the scan of its person.

    Attributes:
      name: HQ/PICTURE or LQ/PICTURE.
      picture: its file.
      scan: neutral.
      scan_landmarks: of the scan.
    """

    name: str
    picture: Path
    scan: Path
    scan_landmarks: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it."""
        return self.picture, self.scan, self.scan_landmarks

    @property
    def subject(self) -> str:
        """Who it is, in small letters."""
        return _subject(self.picture)

    @property
    def quality(self) -> str:
        """HQ or LQ."""
        return self.name.split("/")[0]

    def surface(self) -> Mesh:
        """The scan, mm."""
        return read_mesh(self.scan)

    def landmarks(self) -> Float[np.ndarray, "7 3"]:
        """The scan's seven points (`evaluation.protocols.faces`), mm."""
        return read_exactly(self.scan_landmarks, 7)


def read_stirling(folder: Path, *, skip_incomplete: bool = False) -> list[StirlingPicture]:
    """The pictures of a copy, sorted by quality and name.

    Args:
      folder: the one that holds pictures, scans and annotations.
      skip_incomplete: leave out pictures of people without an annotated scan.
    Raises:
      DataSetError: for a missing folder, no pictures, or incomplete ones.
    """
    subset = LAYOUT.folder(LAYOUT.folder(folder) / SUBSET)
    scans, points = {}, {}
    for sex in SCANS:
        scans |= _by_name(LAYOUT.folder(folder / sex), ".obj")
        points |= _by_name(LAYOUT.folder(folder / ANNOTATIONS / sex), ".lnd")
    items = []
    for path in visible(path for quality in QUALITIES for path in (subset / quality).glob("*")):
        if path.suffix.lower() in PICTURES:
            name, sex = f"{_subject(path)}_n", f"{path.name[0].upper()}_3D_N"
            scan = scans.get(name, folder / sex / f"{name}.obj")
            annotation = points.get(name, folder / ANNOTATIONS / sex / f"{name}.lnd")
            items.append(StirlingPicture(item_name(path, subset), path, scan, annotation))
    return LAYOUT.complete(folder, items, skip_incomplete=skip_incomplete)


def _subject(picture: Path) -> str:
    return picture.stem.split("_")[0].lower()


def _by_name(folder: Path, ending: str) -> dict[str, Path]:
    """Files by their names in small letters."""
    found: dict[str, Path] = {}
    for path in visible(folder.iterdir()):
        if path.suffix.lower() == ending:
            other = found.setdefault(path.stem.lower(), path)
            if other != path:
                raise LAYOUT.wrong(folder, f"{other.name} and {path.name} differ in letters only")
    return found
