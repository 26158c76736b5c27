"""Morphable models that were fetched once and are known by name from then on."""

from __future__ import annotations

from pathlib import Path

from e2far_jax.folders import data_folder
from e2far_jax.morphable.formats.ict import CONVERSION
from e2far_jax.morphable.formats.ict_files import COMMIT


def stored_ict() -> Path:
    """Where ICT-FaceKit is, or would be, in the user's data folder.

    The name says which version it is and by which conversion, so that no older one is opened.
    """
    return data_folder() / "morphable" / f"ict-{COMMIT[:7]}-{CONVERSION}.npz"


def outdated_ict() -> bool:
    """Whether ICT-FaceKit is there only as an older version of this package stored it."""
    path = stored_ict()
    return not path.is_file() and any(path.parent.glob("ict-*.npz"))
