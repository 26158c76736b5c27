"""Landmarks of scans: checked where the set has them, and the user's own where it has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.data_sets.errors import DataSetError
from e2far_jax.scans.points import read_points

ENDINGS = (".pp", ".txt", ".npy", ".lnd", ".pts")

# Counted from 0; the seven are those of `evaluation.protocols.faces`, a room above.
_SEVEN_OF_68, _TIP_OF_68 = [36, 39, 42, 45, 33, 48, 54], 30


def read_exactly(path: Path, count: int) -> Float[np.ndarray, "L 3"]:
    """So many 3D points.

    Args:
      path: a file that `scans.points.read_points` reads.
      count: L.
    Raises:
      FormatError: for a damaged file, or other points.
    """
    points = read_points(path)
    if points.shape != (count, 3):
        raise FormatError(path, "points", f"the shape is {points.shape}, expected ({count}, 3)")
    return points


def read_own(scan: Path) -> Float[np.ndarray, "8 3"]:
    """Landmarks that the user has put beside a scan whose set has none.

    That there is such a file, and what it holds, is ours: for `NAME.obj`, `NAME.pp` (MeshLab),
    .txt, .npy, .lnd or .pts with 8 points in the scan's frame and unit, the seven of
    `evaluation.protocols.faces` and then the nose's tip; or with the 68 iBUG points.

    Args:
      scan: its file.
    Returns:
      The seven, then the nose's tip.
    Raises:
      DataSetError: where there is no such file, or more than one.
      FormatError: for a damaged one, or other points.
    """
    base = Path(scan.name.removesuffix(".gz")).stem
    places = [scan.with_name(f"{base}{ending}") for ending in ENDINGS]
    found = [path for path in places if path.is_file()]
    if len(found) != 1:
        raise DataSetError(
            f"{scan}: {len(found)} files of landmarks beside it; expected one of your own, {base} "
            f"with {', '.join(ENDINGS)}, of 8 points (right eye's outer and inner corner, left "
            "eye's inner and outer corner, nose's bottom, mouth's right and left corner, nose's "
            "tip) or the 68 of iBUG"
        )
    points = read_points(found[0])
    if points.shape not in ((8, 3), (68, 3)):
        problem = f"the shape is {points.shape}, expected (8, 3) or (68, 3)"
        raise FormatError(found[0], "points", problem)
    return points if len(points) == 8 else points[[*_SEVEN_OF_68, _TIP_OF_68]]
