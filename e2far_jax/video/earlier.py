"""What an earlier run of `e2far track` left in a folder."""

from __future__ import annotations

import re
from pathlib import Path

from e2far_jax.files import read_json

KINDS = ("json", "csv", "glb")  # of a person's files
_NAME = re.compile(r"PERSON_\d+")


def remove_earlier(folder: Path, overlay_stays: bool) -> None:
    """Remove the results that the folder's summary.json lists, and then it; other files stay.

    Args:
      folder: where the results of a new run are about to be written.
      overlay_stays: whether to leave overlay.mp4, for it will be replaced.
    Raises:
      OSError: where a file can't be removed.
    """
    summary = folder / "summary.json"
    names = _listed(summary)
    if not names:
        return
    paths = [folder / f"{name}.{kind}" for name in names for kind in KINDS]
    overlay = [] if overlay_stays else [folder / "overlay.mp4"]
    for path in (*paths, *overlay, summary):
        path.unlink(missing_ok=True)


def _listed(summary: Path) -> list[str]:
    """The people of a summary; nobody where there is none, or it is another program's."""
    try:
        names = [str(person["name"]) for person in read_json(summary)["people"]]
    except (ValueError, LookupError, TypeError):
        return []
    return [name for name in names if _NAME.fullmatch(name)]
