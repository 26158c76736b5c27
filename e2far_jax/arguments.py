"""What a user wrote on the command line, checked: every mistake is a `UsageError` of one line."""

from __future__ import annotations

import os
from pathlib import Path

from e2far_jax.errors import UsageError
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.open import open_morphable_model


def opened_model(argument: str, spec: str) -> MorphableModel:
    """The morphable model of this name.

    Args:
      argument: what the user calls it, such as "--model=".
      spec: as in `open_morphable_model`.
    """
    try:
        return open_morphable_model(spec)
    except (ValueError, OSError) as error:
        raise UsageError(f"{argument}{spec}: {' '.join(str(error).split())}") from error


def whole_number(argument: str, text: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise UsageError(f"{argument}{text}: expected a whole number from {low} to {high}")
    return value


def number(argument: str, text: str, low: float, high: float) -> float:
    """A number from `low` to `high`."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise UsageError(f"{argument}{text}: expected a number from {low:g} to {high:g}")
    return value


def new_file(argument: str, text: str, suffix: str) -> Path:
    """A file that can be written; its folder is made where it is missing."""
    path = Path(text)
    if path.suffix.lower() != suffix:
        raise UsageError(f"{argument}{text}: expected a file name that ends in {suffix}")
    if path.is_dir():
        raise UsageError(f"{argument}{text}: this is a folder, expected a file")
    _make_writable(argument, text, path.parent, "its folder")
    return path


def new_folder(argument: str, text: str) -> Path:
    """A folder that can be written into, made where it is missing."""
    _make_writable(argument, text, Path(text), "this folder")
    return Path(text)


def _make_writable(argument: str, text: str, folder: Path, called: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{argument}{text}: cannot make {called} ({error.strerror})") from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{argument}{text}: may not write into this folder")
