"""A face's 68 landmarks in files of numbers: NAME.pts and two .txt files.

They hold nothing but numbers, since most readers expect nothing else. The .pts file counts as
iBUG's do, where the middle of the top left pixel is (1, 1): half a pixel more than the .txt files
and all else of this package, where it is (0.5, 0.5).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face
from e2far_jax.outputs.paint import Paint

FIRST_PIXEL = 0.5  # from this package's pixels to iBUG's


def landmarks_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """68 points: in the photograph as iBUG's .pts and as text, and in mm as text."""
    return {
        ".pts": pts_bytes(face.landmarks_2d),
        ".landmarks_2d.txt": text_bytes(face.landmarks_2d),
        ".landmarks_3d.txt": text_bytes(face.landmarks_3d),
    }


def pts_bytes(points: Float[np.ndarray, "L 2"]) -> bytes:
    """An iBUG .pts file (Sagonas, Tzimiropoulos, Zafeiriou, Pantic, "300 faces in-the-wild
    challenge", ICCV workshops 2013).

    Args:
      points: pixels of this package.
    """
    lines = ["version: 1", f"n_points: {len(points)}", "{", *_lines(points + FIRST_PIXEL), "}"]
    return ("\n".join(lines) + "\n").encode()


def text_bytes(points: Float[np.ndarray, "L D"]) -> bytes:
    """One point a line, its coordinates parted by blanks."""
    return "".join(f"{line}\n" for line in _lines(points)).encode()


def _lines(points: Float[np.ndarray, "L D"]) -> list[str]:
    if not np.isfinite(points).all():
        raise ValueError("the landmarks are not all finite numbers")
    return [" ".join(f"{number:.4f}" for number in point) for point in points.tolist()]
