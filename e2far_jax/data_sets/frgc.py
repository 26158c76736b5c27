"""FRGC v2: range images of 466 people, each with the picture that the scanner took.

    nd1/Fall2003range/
      02463d452.abs.gz      or .abs: a range image, mm
      02463d453.ppm         or .jpg: its picture, the next number (or the same, in some copies)
      02463d452.txt         your own landmarks (`scan_landmarks`)
    nd1/Spring2003range/ and nd1/Spring2004range/ alike

A name is the person's number, d, and a running number. Phillips, Flynn, Scruggs et al., "Overview
of the Face Recognition Grand Challenge", CVPR 2005. For research; by a licence of the University of
Notre Dame, cvrl.nd.edu. That a picture has the next number is read off public programs; which
picture belongs to a scan in doubt, the set's own list (FRGC_2.0_Metadata.xml, not read) says.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.data_sets.layouts import Layout, visible
from e2far_jax.data_sets.scan_landmarks import read_own
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.range_image import RangeImage, read_range_image

PICTURES = (".ppm", ".jpg", ".jpeg", ".png")

LAYOUT = Layout(
    "FRGC v2", "02463d452.abs.gz (or .abs) with 02463d453.ppm (or .jpg) beside it, in any folders"
)

_NAME = re.compile(r"(\d{5}d)(\d+)\.abs(?:\.gz)?", re.ASCII | re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class FrgcScan:
    """A range image with its picture.

    Attributes:
      name: its path in the set without an ending.
      picture: its file.
      scan: its file.
    """

    name: str
    picture: Path
    scan: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it."""
        return self.picture, self.scan

    @property
    def subject(self) -> str:
        """Who it is, five digits."""
        return self.scan.name[:5]

    def surface(self) -> Mesh:
        """The pixels that the scanner saw and triangles between them, mm."""
        return self.range_image().mesh

    def range_image(self) -> RangeImage:
        """The surface with the picture grid that it was taken on."""
        return read_range_image(self.scan)

    def landmarks(self) -> Float[np.ndarray, "7 3"]:
        """The seven points (`evaluation.protocols.faces`), mm; your own."""
        return read_own(self.scan)[:7]

    def nose_tip(self) -> Float[np.ndarray, "3"]:
        """The nose's tip, mm; your own."""
        return read_own(self.scan)[7]


def read_frgc(folder: Path, *, skip_incomplete: bool = False) -> list[FrgcScan]:
    """The scans of a copy, sorted by name.

    Args:
      folder: any that has the range images in it or below.
      skip_incomplete: leave out scans without a picture.
    Raises:
      DataSetError: for no folder, no scans, a scan that is there twice, or incomplete ones.
    """
    files = visible(LAYOUT.folder(folder).rglob("*"))
    pictures = _pictures(files)
    items = {}
    for path in files:
        match = _NAME.fullmatch(path.name)
        if not match:
            continue
        subject, number = match.groups()
        following = path.with_name(f"{subject}{int(number) + 1:0{len(number)}d}")
        own = path.with_name(subject + number)
        missing = following.with_suffix(PICTURES[0])
        picture = pictures.get(following) or pictures.get(own) or missing
        name = own.relative_to(folder).as_posix()
        if name in items:
            raise LAYOUT.wrong(path, f"is there as {items[name].scan.name}, too; keep one")
        items[name] = FrgcScan(name, picture, path)
    return LAYOUT.complete(folder, list(items.values()), skip_incomplete=skip_incomplete)


def _pictures(files: Sequence[Path]) -> dict[Path, Path]:
    """By their paths without ending; of several, the one whose ending is first in PICTURES."""
    found: dict[Path, Path] = {}
    for ending in PICTURES:
        for path in files:
            if path.suffix.lower() == ending:
                found.setdefault(path.with_suffix(""), path)
    return found
