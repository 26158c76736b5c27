"""AFLW2000-3D: the first 2000 pictures of AFLW, with 68 points also where they are hidden.

    AFLW2000/
      image00002.jpg, image00002.mat
      Code/                               not used

Zhu, Lei, Liu, Shi, Li, "Face alignment across large poses: a 3D solution", CVPR 2016. For research;
from the authors' page on 3DDFA.

The landmarks are x and y of `pt3d_68`, points of the fitted model. Landmarks are measured on all
2000 pictures, in bins of |yaw|; studies of head pose leave out the few with an angle beyond 99
degrees (`WITHIN_99`), 31 in most papers.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from e2far_jax.data_sets.layouts import Layout, item_name, visible
from e2far_jax.data_sets.posed_faces import PosedPicture

LAYOUT = Layout("AFLW2000-3D", "image00002.jpg with image00002.mat beside it, and so on")

WITHIN_99 = math.radians(99.0)


def read_aflw2000(
    folder: Path, *, largest_angle: float | None = None, skip_incomplete: bool = False
) -> list[PosedPicture]:
    """The pictures of a copy, sorted by name.

    Args:
      folder: the one with the pictures.
      largest_angle: leave out pictures with a larger pitch, yaw or roll either way, radians; all
        MATLAB files are then read. `WITHIN_99` for studies of head pose.
      skip_incomplete: leave out pictures without a MATLAB file.
    Raises:
      DataSetError: for no folder, no pictures, or incomplete ones.
      FormatError: for a damaged file, where angles are asked for.
    """
    items = [
        PosedPicture(item_name(path, folder), path, path.with_suffix(".mat"), "pt3d_68")
        for path in visible(LAYOUT.folder(folder).glob("*.jpg"))
    ]
    complete = LAYOUT.complete(folder, items, skip_incomplete=skip_incomplete)
    if largest_angle is None:
        return complete
    return [item for item in complete if np.abs(item.pose).max() <= largest_angle]
