"""300W-LP: 61,225 pictures of faces turned up to 90 degrees, and as many mirrored ones.

    300W_LP/
      AFW/AFW_134212_1_0.jpg, .mat        HELEN/, IBUG/ and LFPW/ alike
      AFW_Flip/AFW_134212_1_0.jpg, .mat   mirrored; also HELEN_Flip/, IBUG_Flip/, LFPW_Flip/
      Code/, landmarks/                   not used

Zhu, Lei, Liu, Shi, Li, "Face alignment across large poses: a 3D solution", CVPR 2016. For research;
from the authors' page on 3DDFA, or by TensorFlow Datasets (`e2far_jax.data.catalogue`).

The landmarks are `pt2d`, the annotation of the 300-W challenge that each picture was made from:
in profile its jaw line is the visible outline, which no point of the model stays on. Public scripts
are known that mirror LFPW's `pt2d` from top to bottom; whether published files need it is not
confirmed, so look at some of your copy before you measure on them.
"""

from __future__ import annotations

from pathlib import Path

from e2far_jax.data_sets.layouts import Layout, item_name, visible
from e2far_jax.data_sets.posed_faces import PosedPicture

LAYOUT = Layout("300W-LP", "AFW/NAME.jpg with NAME.mat beside it; HELEN/, IBUG/, LFPW/ alike")

_NO_PICTURES, _MIRRORED = ("Code", "landmarks"), "_Flip"


def read_w300lp(
    folder: Path, *, with_mirrored: bool = False, skip_incomplete: bool = False
) -> list[PosedPicture]:
    """The pictures of a copy, sorted by name.

    Args:
      folder: the set, or one of its folders.
      with_mirrored: also those of the folders `*_Flip`.
      skip_incomplete: leave out pictures without a MATLAB file.
    Raises:
      DataSetError: for no folder, no pictures, or incomplete ones.
    """
    items = [
        PosedPicture(item_name(path, folder), path, path.with_suffix(".mat"), "pt2d")
        for path in visible(LAYOUT.folder(folder).rglob("*.jpg"))
        if _wanted(path.relative_to(folder).parts[:-1], with_mirrored)
    ]
    return LAYOUT.complete(folder, items, skip_incomplete=skip_incomplete)


def _wanted(folders: tuple[str, ...], with_mirrored: bool) -> bool:
    if any(name in _NO_PICTURES for name in folders):
        return False
    return with_mirrored or not any(name.endswith(_MIRRORED) for name in folders)
