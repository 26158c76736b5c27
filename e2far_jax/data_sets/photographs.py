"""Photographs of your own with 68 landmarks to measure against; nothing is ever trained on them.

A folder with pictures and `landmarks.json`: an object from a picture's name to an object whose
`peer_landmarks_68` is a list of 68 points [x, y] in pixels, in iBUG order.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.files import read_json

INDEX, POINTS = "landmarks.json", "peer_landmarks_68"


@dataclasses.dataclass(frozen=True)
class AnnotatedPhotograph:
    """A picture of one face.

    Attributes:
      path: its file.
      landmarks: the 68 points, pixels.
    """

    path: Path
    landmarks: Float[np.ndarray, "68 2"]


def read_annotations(folder: Path) -> list[AnnotatedPhotograph]:
    """The photographs of a folder in the order of its index; no picture is opened yet.

    Raises:
      ValueError: for an index that is missing or says nothing of 68 points, or lists a picture that
        is not there.
    """
    index = folder / INDEX
    entries = read_json(index)
    if not isinstance(entries, dict) or not entries:
        raise ValueError(f"{index}: expected an object from picture names to landmarks")
    return [
        AnnotatedPhotograph(_picture(folder, name), _points(f"{index}: {name}", entry))
        for name, entry in entries.items()
    ]


def _picture(folder: Path, name: str) -> Path:
    if not (folder / name).is_file():
        raise ValueError(f"{folder / INDEX}: there is no picture {name}")
    return folder / name


def _points(where: str, entry: Any) -> Float[np.ndarray, "68 2"]:
    try:
        points = np.asarray(entry[POINTS], np.float32)
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{where}: expected {POINTS}, a list of 68 points") from None
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(f"{where}: {POINTS} has the shape {points.shape}; expected (68, 2)")
    return points
