"""REALY: pictures of 100 people of Headspace, and four regions of each scan.

    REALY_image/crop_image_frontal_512x512/1.jpg    a picture each; of several views, SUBJECT_VIEW
    REALY_scan_region/1/nose.obj, mouth.obj, forehead.obj, cheek.obj
    REALY_HIFI3D_keypoints/1.obj                    85 keypoints, the first 68 those of iBUG
    metrical_scale.txt                              100 lines: mm in a unit of subject 1, 2, ...

The folders come with Headspace; metrical_scale.txt is in data/ of the benchmark's repository,
github.com/czh-98/REALY. Chai et al., "REALY: rethinking the evaluation of 3D face reconstruction",
ECCV 2022; Dai, Pears, Smith, Duncan, "Statistical modeling of craniofacial shape and texture", IJCV
2020. For research; by an agreement with the University of York,
www-users.york.ac.uk/~np7/research/Headspace.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.data_sets.layouts import PICTURES, Layout, item_name, visible
from e2far_jax.scans.lines import naming, read_content, split_rows
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.open import read_mesh

FRONTAL = "REALY_image/crop_image_frontal_512x512"
REGIONS = ("nose", "mouth", "forehead", "cheek")
SCANS, KEYPOINTS, SCALES = "REALY_scan_region", "REALY_HIFI3D_keypoints", "metrical_scale.txt"

LAYOUT = Layout(
    "REALY",
    f"{FRONTAL}/1.jpg, {SCANS}/1/ with nose.obj, mouth.obj, forehead.obj and cheek.obj, "
    f"{KEYPOINTS}/1.obj, {SCALES}",
)

_NAME = re.compile(r"\d+(_\d+)*", re.ASCII)
_KEYPOINTS = 85


@dataclasses.dataclass(frozen=True)
class RealyPicture:
    """A picture with the scan of its person.

    Attributes:
      name: SUBJECT, or SUBJECT_VIEW, as of the picture.
      picture: its file.
      scan_folder: of the regions.
      keypoints_file: an OBJ file, of whose vertices are the keypoints.
      metrical_scale: mm in one unit of the scan.
    """

    name: str
    picture: Path
    scan_folder: Path
    keypoints_file: Path
    metrical_scale: float

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it."""
        regions = (self.scan_folder / f"{region}.obj" for region in REGIONS)
        return self.picture, self.keypoints_file, *regions

    @property
    def subject(self) -> int:
        """Who it is, from 1."""
        return int(self.name.split("_")[0])

    def regions(self) -> dict[str, Mesh]:
        """The scan's regions by names of REGIONS, in its own unit."""
        return {region: read_mesh(self.scan_folder / f"{region}.obj") for region in REGIONS}

    def keypoints(self) -> Float[np.ndarray, "85 3"]:
        """Of the scan, in its own unit.

        Raises:
          FormatError: for a damaged file, or another number of them.
        """
        points = read_mesh(self.keypoints_file).vertices
        if len(points) != _KEYPOINTS:
            problem = f"there are {len(points)}, expected {_KEYPOINTS}"
            raise FormatError(self.keypoints_file, "vertices", problem)
        return points


def read_realy(
    folder: Path, *, pictures: str = FRONTAL, skip_incomplete: bool = False
) -> list[RealyPicture]:
    """The pictures of a copy, sorted by subject and view.

    Args:
      folder: the one that holds all folders and the scales.
      pictures: which of the folders of pictures, from `folder`.
      skip_incomplete: leave out pictures that lack a file.
    Raises:
      DataSetError: for a missing folder, no pictures, other names, or incomplete ones.
      FormatError: for scales that are damaged or end before a subject.
    """
    scales = _scales(LAYOUT.file(LAYOUT.folder(folder) / SCALES))
    for part in (pictures, SCANS, KEYPOINTS):
        LAYOUT.folder(folder / part)
    items = [
        _item(folder, path, scales)
        for path in visible((folder / pictures).iterdir())
        if path.suffix.lower() in PICTURES
    ]
    items.sort(key=lambda item: [int(part) for part in item.name.split("_")])
    return LAYOUT.complete(folder, items, skip_incomplete=skip_incomplete)


def _item(folder: Path, picture: Path, scales: Float[np.ndarray, "S"]) -> RealyPicture:
    name = item_name(picture, picture.parent)
    if not _NAME.fullmatch(name):
        raise LAYOUT.wrong(picture, "is not called SUBJECT or SUBJECT_VIEW, in numbers")
    subject = int(name.split("_")[0])
    if not 1 <= subject <= len(scales):
        problem = f"there are {len(scales)}, and none of subject {subject}"
        raise FormatError(folder / SCALES, "lines", problem)
    return RealyPicture(
        name,
        picture,
        folder / SCANS / str(subject),
        folder / KEYPOINTS / f"{subject}.obj",
        float(scales[subject - 1]),
    )


def _scales(path: Path) -> Float[np.ndarray, "S"]:
    with naming(path):
        rows = split_rows(read_content(path))
        scales = rows.table(1)[:, 0]
    wrong = np.flatnonzero(scales <= 0)
    if len(wrong):
        problem = f"a scale of {scales[wrong[0]]}, expected one above 0"
        raise FormatError(path, f"line {rows.lines[wrong[0]]}", problem)
    return scales
