"""Face boxes beside the pictures of NoW.

Sanyal, Bolkart, Feng and Black, "Learning to regress 3D face shape and expression from an image
without 3D supervision", CVPR 2019. Each `detected_face/*.npy` is a pickled dictionary.
"""

from __future__ import annotations

import os

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.errors import FormatError
from e2far_jax.containers.pickles import read_object_npy

_GREATEST = 1e9  # pixels
_SIDES = ("left", "top", "right", "bottom")


def read_box(path: str | os.PathLike[str]) -> Float[np.ndarray, "4"]:
    """Read a face box of NoW, without executing what the file has pickled.

    Args:
      path: the .npy file.
    Returns:
      [x0, y0, x1, y1], pixels as the file counts them.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is damaged or something else, or the box is empty.
    """
    sides = read_object_npy(path)
    if not isinstance(sides, dict):
        raise FormatError(path, "pickle", f"does not hold a dictionary of {', '.join(_SIDES)}")
    box = np.array([_side(path, sides, name) for name in _SIDES])
    if not (box[:2] < box[2:]).all():
        raise FormatError(path, "box", f"{box.tolist()} is empty, expected x0 < x1 and y0 < y1")
    return box


def _side(path: str | os.PathLike[str], sides: dict, name: str) -> float:
    if name not in sides:
        raise FormatError(path, name, "missing")
    value = sides[name]
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if type(value) not in (int, float) or not abs(value) < _GREATEST:
        raise FormatError(path, name, "is not a finite number of pixels")
    return float(value)
