"""Range images as FRGC v2 has them: a 3D point for each pixel that the scanner saw.

Phillips, Flynn, Scruggs et al., "Overview of the Face Recognition Grand Challenge", CVPR 2005. An
.abs file says "480 rows", "640 columns" and "pixels (flag X Y Z):", and then, for all pixels row
after row, the flags, all X, all Y and all Z, in millimetres; .abs.gz is the same packed. Pixels
that were not seen have flag 0 and coordinates -999999.
"""

from __future__ import annotations

import dataclasses
import gzip
import io
import os
import zlib

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.lines import LineError, Rows, naming, read_content, split_rows
from e2far_jax.scans.mesh import Mesh

# Ours, mm: a slope of 84 degrees where neighbours are a millimetre apart.
DEPTH_JUMP = 10.0

_NOT_SEEN = -999999.0
_GZIP = b"\x1f\x8b"
_MOST_BYTES = 2**25  # unpacked; FRGC's 480 x 640 pixels take some 15 MB
_HEADER_BYTES = 200  # the three lines before the numbers take some fifty


@dataclasses.dataclass(frozen=True)
class RangeImage:
    """A scan with the picture grid that it was taken on.

    Attributes:
      mesh: the points of the pixels that were seen, row after row, and triangles between them.
      numbers: for each pixel its point's number in the mesh, -1 where there is none.
    """

    mesh: Mesh
    numbers: Int[np.ndarray, "H W"]

    def vertices_at(self, points: Float[np.ndarray, "P 2"]) -> Int[np.ndarray, "P"]:
        """The vertices that points of the picture show.

        Args:
          points: x to the right and y down, pixels; (0, 0) is the top left corner of the picture.
        Returns:
          Numbers of vertices, -1 where nothing was seen and outside the picture.
        """
        height, width = self.numbers.shape
        inside = ((points >= 0) & (points < (width, height))).all(axis=1)
        columns, rows = np.where(inside[:, None], points, 0).astype(np.int64).T
        return np.where(inside, self.numbers[rows, columns], -1)


def read_abs_mesh(path: str | os.PathLike[str]) -> Mesh:
    """The surface of a range image; as `read_range_image`."""
    return read_range_image(path).mesh


def read_range_image(path: str | os.PathLike[str], depth_jump: float = DEPTH_JUMP) -> RangeImage:
    """Read an .abs or .abs.gz file.

    Args:
      path: the file.
      depth_jump: neighbours that differ more in Z are not joined by a triangle, mm.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or something else.
    """
    with naming(path):
        text = _unpacked(path, read_content(path))
        height, width = _size(text)
        numbers = _numbers(split_rows(text)[3:], height * width)
    flags, points = numbers[0], numbers[1:].T
    if not np.isin(flags, (0, 1)).all():
        raise FormatError(path, "flags", "some are neither 0 nor 1")
    seen = (flags == 1) & (points != _NOT_SEEN).all(axis=1)
    if not seen.any():
        raise FormatError(path, "flags", "no pixel was seen")
    grid = np.where(seen, np.cumsum(seen) - 1, -1).reshape(height, width)
    triangles = _triangles(grid, points[:, 2].reshape(height, width), depth_jump)
    return RangeImage(Mesh(points[seen], triangles), grid)


def _unpacked(path: str | os.PathLike[str], content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            text = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError(path, "gzip", f"damaged or cut off ({error})") from error
    if len(text) > _MOST_BYTES:
        raise FormatError(path, "gzip", f"would take more than {_MOST_BYTES} bytes")
    return text


def _size(text: bytes) -> tuple[int, int]:
    """Height and width, from the three lines before the numbers."""
    words = split_rows(text[:_HEADER_BYTES]).words[:3]
    match [word for row in words for word in row]:
        case [height, b"rows", width, b"columns", b"pixels", b"(flag", b"X", b"Y", b"Z):"] if (
            height.isdigit() and width.isdigit()
        ):
            if 8 * int(height) * int(width) > len(text):  # a digit and a blank for each number
                raise LineError(1, f"the file is too short for {height.decode()} rows")
            return int(height), int(width)
    raise LineError(1, "expected lines 'N rows', 'N columns' and 'pixels (flag X Y Z):'")


def _numbers(rows: Rows, pixels: int) -> Float[np.ndarray, "4 pixels"]:
    found = int(rows.counts().sum())
    if found != 4 * pixels or not pixels:
        line = rows.lines[-1] if len(rows) else 3
        raise LineError(line, f"the image ends after {found} numbers, expected {4 * pixels}")
    return rows.numbers("float64").reshape(4, pixels)


def _triangles(
    grid: Int[np.ndarray, "H W"], depth: Float[np.ndarray, "H W"], depth_jump: float
) -> Int[np.ndarray, "F 3"]:
    """Two triangles between four neighbours, one where one of them was not seen.

    They face the viewer where X grows with the columns and Y falls with the rows.
    """
    corners = [grid[:-1, :-1], grid[1:, :-1], grid[:-1, 1:], grid[1:, 1:]]
    missing = [corner < 0 for corner in corners]
    depths = [depth[:-1, :-1], depth[1:, :-1], depth[:-1, 1:], depth[1:, 1:]]
    found = []
    # The lower left and upper right corner are joined, unless one of them is what is missing.
    for triple, used in (
        ((0, 1, 2), ~missing[0]),
        ((2, 1, 3), ~missing[3]),
        ((0, 3, 2), missing[1]),
        ((0, 1, 3), missing[2]),
    ):
        steps = np.ptp([depths[corner] for corner in triple], axis=0)
        hidden = np.any([missing[corner] for corner in triple], axis=0)
        good = used & ~hidden & (steps <= depth_jump)
        found.append(np.stack([corners[corner][good] for corner in triple], axis=1))
    return np.concatenate(found).astype(np.int32)
