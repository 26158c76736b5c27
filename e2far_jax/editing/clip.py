"""Expressions over time: the table that `e2far track` writes of a person."""

from __future__ import annotations

import csv
import dataclasses
import math
from collections.abc import Collection
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.editing.names import EditError
from e2far_jax.faces.face import Face, expression_names

SECONDS = "seconds"


@dataclasses.dataclass(frozen=True)
class Clip:
    """A face's expression, frame by frame.

    Attributes:
      seconds: of each frame, rising.
      weights: of the expressions of the model that it was read for; 0 for those that the table
        lacks.
      missing: the model's expressions that the table lacks.
    """

    seconds: Float[np.ndarray, "T"]
    weights: Float[np.ndarray, "T E"]
    missing: tuple[str, ...]


def read_clip(path: Path, face: Face) -> Clip:
    """Read a table of expression weights for a face's model.

    Args:
      path: a CSV file with a line of names, one of them "seconds", others expressions'.
      face: whose model says which expressions count.
    Raises:
      EditError: for a file that is missing or damaged, or has none of the model's expressions; it
        names the file and the line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EditError(
            f"{path}: {error.strerror if isinstance(error, OSError) else error}"
        ) from None
    except ValueError:
        raise EditError(f"{path}: the file is empty") from None
    names = expression_names(face.model)
    shared = [name for name in names if name in header]
    if SECONDS not in header or not shared or not rows:
        raise EditError(
            f"{path}: expected a column {SECONDS!r}, expressions' of {face.model.name!r}"
        )
    columns = [header.index(name) for name in (SECONDS, *shared)]
    table = np.array([_row(path, line, row, columns) for line, row in enumerate(rows, start=2)])
    if (np.diff(table[:, 0]) <= 0.0).any():
        raise EditError(f"{path}: the seconds do not rise from line to line")
    weights = np.zeros((len(rows), len(names)), np.float32)
    weights[:, [names.index(name) for name in shared]] = table[:, 1:]
    return Clip(table[:, 0], weights, tuple(name for name in names if name not in shared))


def held(clip: Clip, face: Face, names: Collection[str]) -> Clip:
    """The clip with some expressions, by their names, kept at a face's weights throughout."""
    columns = [column for column, name in enumerate(expression_names(face.model)) if name in names]
    weights = clip.weights.copy()
    weights[:, columns] = face.expression[columns]
    return dataclasses.replace(clip, weights=weights)


def _row(path: Path, line: int, row: list[str], columns: list[int]) -> list[float]:
    try:
        numbers = [float(row[column]) for column in columns]
    except (ValueError, IndexError):
        numbers = [math.nan]
    if not all(map(math.isfinite, numbers)):
        raise EditError(f"{path}: line {line}: expected a number in each column")
    return numbers
