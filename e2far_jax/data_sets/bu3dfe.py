"""BU-3DFE: scans of 100 people, each with seven expressions, 2,500 in all.

    F0001/
      F0001_AN01WH_F3D.wrl     the face, mm
      F0001_AN01WH_F3D.bnd     83 points on it
      F0001_AN01WH_F2D.bmp     its picture
      F0001_AN01WH_F3D.txt     your own landmarks (`scan_landmarks`)
      ..._RAW.wrl, ..._RAW.pse not used

Sex and person (F0001, M0001), expression, intensity and ethnicity are in the names. Yin, Wei, Sun,
Wang, Rosato, "A 3D facial expression database for facial behavior research", FG 2006. For
research; by an agreement with Binghamton University, www.cs.binghamton.edu/~lijun.

The 83 points are, in order, eight of the right and eight of the left eye, ten of each brow, twelve
of the nose's outline, twenty of the mouth and fifteen of the outline of the face. The nose's tip is
not among them, nor has it been confirmed which are the eyes' corners: what the protocols need are
landmarks of your own.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.data_sets.layouts import Layout, visible
from e2far_jax.data_sets.scan_landmarks import read_exactly, read_own
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.open import read_mesh

EXPRESSIONS = {
    **{"AN": "anger", "DI": "disgust", "FE": "fear", "HA": "happiness"},
    **{"NE": "neutral", "SA": "sadness", "SU": "surprise"},
}
ETHNICITIES = {
    **{"AE": "East Asian", "AM": "Middle-East Asian", "BL": "Black"},
    **{"IN": "Indian", "LA": "Hispanic", "WH": "White"},
}

LAYOUT = Layout(
    "BU-3DFE",
    "F0001/F0001_AN01WH_F3D.wrl with F0001_AN01WH_F3D.bnd and F0001_AN01WH_F2D.bmp beside it, and "
    "so on",
)

_SCAN = "_F3D.wrl"
_NAME = re.compile(
    rf"([FM])(\d{{4}})_({'|'.join(EXPRESSIONS)})(0[0-4])({'|'.join(ETHNICITIES)})", re.ASCII
)


@dataclasses.dataclass(frozen=True)
class Bu3dfeScan:
    """A scan with its picture.

    Attributes:
      name: such as F0001/F0001_AN01WH.
      picture: its file.
      scan: its file.
      contours_file: of the 83 points.
    """

    name: str
    picture: Path
    scan: Path
    contours_file: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it."""
        return self.picture, self.scan, self.contours_file

    @property
    def sex(self) -> str:
        """F or M."""
        return self.subject[0]

    @property
    def subject(self) -> str:
        """Who it is, such as F0001."""
        return self._code[:5]

    @property
    def expression(self) -> str:
        """A key of EXPRESSIONS."""
        return self._code[6:8]

    @property
    def intensity(self) -> int:
        """Of the expression: 0 for neutral, else 1 to 4."""
        return int(self._code[8:10])

    @property
    def ethnicity(self) -> str:
        """A key of ETHNICITIES."""
        return self._code[10:12]

    def surface(self) -> Mesh:
        """The face, mm."""
        return read_mesh(self.scan)

    def contours(self) -> Float[np.ndarray, "83 3"]:
        """The set's own points, mm."""
        return read_exactly(self.contours_file, 83)

    def landmarks(self) -> Float[np.ndarray, "7 3"]:
        """The seven points (`evaluation.protocols.faces`), mm; your own."""
        return read_own(self.scan)[:7]

    def nose_tip(self) -> Float[np.ndarray, "3"]:
        """The nose's tip, mm; your own."""
        return read_own(self.scan)[7]

    @property
    def _code(self) -> str:
        return self.name.rsplit("/", 1)[-1]


def read_bu3dfe(folder: Path, *, skip_incomplete: bool = False) -> list[Bu3dfeScan]:
    """The scans of a copy, sorted by name.

    Args:
      folder: the one with F0001 and so on, or one person's.
      skip_incomplete: leave out scans without a picture or points.
    Raises:
      DataSetError: for no folder, no scans, other names, or incomplete ones.
    """
    found = visible(LAYOUT.folder(folder).rglob(f"*{_SCAN}"))
    items = [_item(folder, path) for path in found]
    return LAYOUT.complete(folder, items, skip_incomplete=skip_incomplete)


def _item(folder: Path, scan: Path) -> Bu3dfeScan:
    code = scan.name.removesuffix(_SCAN)
    if not _NAME.fullmatch(code):
        raise LAYOUT.wrong(scan, "is called like no scan of the set")
    return Bu3dfeScan(
        scan.with_name(code).relative_to(folder).as_posix(),
        scan.with_name(f"{code}_F2D.bmp"),
        scan,
        scan.with_name(f"{code}_F3D.bnd"),
    )
