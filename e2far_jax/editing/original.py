"""The face that is to be edited, with the picture that it was found in."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face
from e2far_jax.faces.record import read_record
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.video.errors import VideoError
from e2far_jax.video.reading import open_video, read_frames

_FRAME = re.compile(r"(?P<video>.+), frame (?P<number>\d+)")  # as `video.job` calls pictures


def read_original(path: Path, model: str | None) -> tuple[Face, Path | None]:
    """A face from its .json, with its photograph where that still lies where it was.

    A picture that is not at hand is said to be so on stderr.

    Args:
      path: the face's .json.
      model: the morphable model, if it is not where the record says.
    Returns:
      The face; and the file that its photograph is from, if there is one.
    Raises:
      RecordError: as `read_record`.
    """
    face = read_record(path, model)
    frame = _FRAME.fullmatch(face.image)
    name = frame["video"] if frame else face.image
    for place in (Path(name), path.parent / name):
        if place.is_file():
            picture = _frame(place, int(frame["number"])) if frame else _photograph(place)
            if picture is not None and picture.shape[1::-1] == face.picture_size:
                return dataclasses.replace(face, photograph=picture), place
    print(f"e2far: {face.image} is not at hand: the face will be gray", file=sys.stderr)
    return face, None


def _photograph(path: Path) -> Float[np.ndarray, "H W 3"] | None:
    try:
        return read_photograph(path)
    except PhotographError:
        return None


def _frame(path: Path, number: int) -> Float[np.ndarray, "H W 3"] | None:
    try:
        video = open_video(path)
    except VideoError:
        return None
    return next((frame.picture for frame in read_frames(video, {number})), None)
