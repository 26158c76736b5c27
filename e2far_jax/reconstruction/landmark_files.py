"""The `--landmarks` files: the 68 iBUG points of the face that is meant in each photograph.

NAME.pts belongs to the photograph NAME.jpg; so do NAME.txt and NAME.npy, whose rows are points, and
NAME.json, a list of points or the record of a face (its `landmarks_2d`). A JSON object may also
hold the points of many photographs by their names. Points are [x, y] in pixels of the upright
photograph with (0, 0) the top left corner of its top left pixel. Those of .pts are iBUG's: there
the middle of the top left pixel is (1, 1) (Sagonas, Tzimiropoulos, Zafeiriou, Pantic, "300 faces
in-the-wild challenge", ICCV workshops 2013, annotated in MATLAB), and half a pixel is taken off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.reconstruction.errors import LandmarksError
from e2far_jax.reconstruction.named_entries import matched_entries, read_entries
from e2far_jax.scans.points import read_points

Landmarks = Float[np.ndarray, "68 2"]

ENDINGS = (".pts", ".txt", ".npy", ".json")
RECORD_KEY = "landmarks_2d"
_FROM_IBUG = -0.5  # pixels; from the first one's middle at 1 to its corner at 0


def read_landmarks(
    path: str | os.PathLike[str], photographs: Sequence[str]
) -> dict[str, Landmarks]:
    """Read the landmarks of photographs.

    Args:
      path: a file, which belongs to the photograph of its name or to the only one there is; a JSON
        object from photographs' names to points; or a folder of files, a photograph each.
      photographs: the pictures' paths, as given.
    Returns:
      From photograph paths to points in pixels; photographs of which nothing is said are missing.
    Raises:
      LandmarksError: for files that can't be read or hold something else than 68 points, or of
        which it isn't clear to which photograph they belong.
    """
    source = Path(path)
    try:
        if source.is_dir():
            return _from_folder(source, photographs)
        if source.suffix.lower() == ".json":
            content = read_entries(str(source))
            if isinstance(content, dict) and RECORD_KEY not in content:
                named = matched_entries(str(source), content, photographs)
                return {
                    name: checked_points(f"{source}: {name}", entry)
                    for name, entry in named.items()
                }
        return {_photograph_of(source, photographs): _from_file(source)}
    except (ValueError, OSError) as error:
        raise LandmarksError(str(error)) from None


def landmark_sources(path: str | os.PathLike[str] | None) -> list[Path]:
    """The file, or the files of a folder, that landmarks may be read from; none for None."""
    if path is None:
        return []
    source = Path(path)
    if not source.is_dir():
        return [source]
    return [file for file in sorted(source.iterdir()) if file.suffix.lower() in ENDINGS]


def _from_folder(folder: Path, photographs: Sequence[str]) -> dict[str, Landmarks]:
    stems = {Path(photograph).stem for photograph in photographs}
    used: dict[str, Path] = {}
    for file in landmark_sources(folder):
        if file.stem in used:
            raise ValueError(f"{folder}: {used[file.stem].name} and {file.name} are of one name")
        if file.stem in stems:
            used[file.stem] = file
    if not used:
        raise ValueError(f"{folder}: no landmarks named as one of the pictures; {_expected()}")
    found = {_photograph_of(file, photographs): file for file in used.values()}
    return {photograph: _from_file(file) for photograph, file in found.items()}


def _photograph_of(file: Path, photographs: Sequence[str]) -> str:
    matches = [photograph for photograph in photographs if Path(photograph).stem == file.stem]
    if len(matches) > 1:
        raise ValueError(f"{file}: may belong to {' or '.join(matches[:4])}; use one JSON object")
    if not matches and len(photographs) != 1:
        raise ValueError(f"{file}: none of the {len(photographs)} pictures has this name")
    return (matches or list(photographs))[0]


def _from_file(file: Path) -> Landmarks:
    ending = file.suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(
            f"{file}: {ending or 'no ending'} is no ending of landmarks; {_expected()}"
        )
    if ending == ".json":
        return checked_points(str(file), read_entries(str(file)))
    return checked_points(str(file), read_points(file)) + (_FROM_IBUG if ending == ".pts" else 0.0)


def checked_points(where: str, entry: Any) -> Landmarks:
    """The 68 points [x, y] of a list, an array or a face's record, pixels.

    Raises:
      ValueError: for anything else; it begins with `where`.
    """
    if isinstance(entry, Mapping):
        entry = entry.get(RECORD_KEY)
    try:
        points = np.asarray(entry, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: expected 68 points [x, y]") from None
    if points.shape != (68, 2):
        raise ValueError(
            f"{where}: an array of the shape {points.shape}, expected 68 points [x, y]"
        )
    if not (np.abs(points) < 1e9).all():
        raise ValueError(f"{where}: its numbers are not finite pixels")
    if (np.ptp(points, axis=0) < 1.0).any():
        raise ValueError(f"{where}: the points span less than 1 pixel")
    return points


def _expected() -> str:
    return f"expected {', '.join(ENDINGS)}"
