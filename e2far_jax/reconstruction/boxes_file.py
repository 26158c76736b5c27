"""The `--boxes` file: where the faces are, for photographs that need no detection.

A JSON object from a photograph's name, its path as given on the command line or else its base
name, to a list of boxes [x0, y0, x1, y1]: each the tightest box around the 68 landmarks, in pixels
of the upright photograph. The crop is the square of `geometry.boxes.crop_square`: the box's centre,
and the box's diagonal as its side.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from e2far_jax.reconstruction.errors import BoxesError
from e2far_jax.reconstruction.named_entries import matched_entries, read_entries, shortened

LARGEST_CROP = 2.0  # times the photograph's longer side


def read_boxes(
    path: str | os.PathLike[str], photographs: Sequence[str]
) -> dict[str, Float[np.ndarray, "faces 4"]]:
    """Read a boxes file.

    Args:
      path: the JSON file.
      photographs: the pictures' paths, as given.
    Returns:
      From photograph paths to boxes in pixels; photographs that the file leaves out are missing.
    Raises:
      BoxesError: for an unreadable file, a name that matches no photograph or more than one, or
        boxes that are none.
    """
    try:
        content = read_entries(os.fspath(path))
        if not isinstance(content, dict):
            raise ValueError(
                f"{path}: holds a JSON {type(content).__name__}, expected an object from file "
                "names to lists of boxes"
            )
        matched = matched_entries(os.fspath(path), content, photographs)
    except ValueError as error:
        raise BoxesError(str(error)) from None
    return {name: _parse_boxes(f"{path}: {name}", entries) for name, entries in matched.items()}


def check_inside(box: Float[np.ndarray, "4"], width: int, height: int) -> None:
    """Refuse a box that cannot belong to a photograph of this size, in pixels.

    Raises:
      ValueError: for a box outside the photograph, or far larger than it.
    """
    shown = "[" + ", ".join(f"{number:g}" for number in box) + "]"
    if box[0] >= width or box[1] >= height or box[2] <= 0 or box[3] <= 0:
        raise ValueError(f"box {shown} lies outside the {width} x {height} picture")
    if np.hypot(box[2] - box[0], box[3] - box[1]) > LARGEST_CROP * max(width, height):
        raise ValueError(f"box {shown} is far larger than the {width} x {height} picture")


def checked_boxes(boxes: ArrayLike) -> Float[np.ndarray, "faces 4"]:
    """Boxes [x0, y0, x1, y1] in pixels, or a single one, as an array of them.

    Raises:
      ValueError: for another shape, numbers that are not finite, or a box of less than 1 pixel.
    """
    array = np.atleast_2d(np.asarray(boxes, np.float64))
    if array.ndim != 2 or array.shape[1] != 4:
        shape = np.shape(boxes)
        raise ValueError(f"boxes have the shape {shape}, expected rows of [x0, y0, x1, y1]")
    for row, box in enumerate(array):
        _parse_box(f"box {row}", box.tolist())
    return array


def _parse_boxes(where: str, entries: Any) -> Float[np.ndarray, "faces 4"]:
    if not isinstance(entries, list) or not entries:
        raise BoxesError(f"{where}: expected a list of boxes [[x0, y0, x1, y1], ...]")
    return np.array([_parse_box(f"{where}: box {i}", entry) for i, entry in enumerate(entries)])


def _parse_box(where: str, entry: Any) -> list[float]:
    numbers = entry if isinstance(entry, list) else []
    if len(numbers) != 4 or not all(type(number) in (int, float) for number in numbers):
        raise BoxesError(f"{where} is {shortened(entry)}, expected four numbers [x0, y0, x1, y1]")
    if not all(abs(number) < 1e9 for number in numbers):
        raise BoxesError(f"{where} is {shortened(entry)}: its numbers are not finite pixels")
    x0, y0, x1, y1 = map(float, numbers)
    if x1 - x0 < 1.0 or y1 - y0 < 1.0:
        raise BoxesError(
            f"{where} is {shortened(entry)}: x1 and y1 must lie at least 1 pixel beyond x0 and y0"
        )
    return [x0, y0, x1, y1]
