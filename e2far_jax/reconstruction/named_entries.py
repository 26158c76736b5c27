"""JSON files that say something of each photograph, by its name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from e2far_jax.files import read_json


def matched_entries(
    path: str, entries: dict[str, Any], photographs: Sequence[str]
) -> dict[str, Any]:
    """From photographs to their entries.

    Args:
      path: the file that the entries are from.
      entries: by a photograph's path as given, or else its base name.
      photographs: the pictures' paths, as given.
    Raises:
      ValueError: for a name that matches no photograph or more than one, or two for one photograph.
    """
    matched: dict[str, Any] = {}
    for name, entry in entries.items():
        photograph = _match(path, name, photographs)
        if photograph in matched:
            raise ValueError(f"{path}: two entries match {photograph}")
        matched[photograph] = entry
    return matched


def read_entries(path: str) -> Any:
    """What a JSON file holds; as `files.read_json`, but also for nesting without end.

    Raises:
      ValueError: for a file that can't be read or is no JSON.
    """
    try:
        return read_json(Path(path))
    except RecursionError as error:
        raise ValueError(f"{path}: not valid JSON ({error})") from None


def shortened(entry: Any) -> str:
    """An entry as it may be shown in a message."""
    text = json.dumps(entry)
    return text if len(text) <= 60 else text[:57] + "..."


def _match(path: str, name: str, photographs: Sequence[str]) -> str:
    if name in photographs:
        return name
    matches = [photo for photo in photographs if Path(photo).name == name]
    if not matches:
        raise ValueError(f"{path}: {name!r} matches none of the pictures")
    if len(matches) > 1:
        raise ValueError(f"{path}: {name!r} matches {' and '.join(matches[:4])}; write the path")
    return matches[0]
