"""The user's folders: what can be made again is in one, what was fetched for good in the other."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where to keep what can be made again: converted models, compiled programs.

    $E2FAR_CACHE, or `e2far_jax` in the user's cache folder.
    """
    return _folder("E2FAR_CACHE", "XDG_CACHE_HOME", "~/.cache")


def data_folder() -> Path:
    """Where to keep what the user asked for: models from elsewhere.

    $E2FAR_DATA, or `e2far_jax` in the user's data folder.
    """
    return _folder("E2FAR_DATA", "XDG_DATA_HOME", "~/.local/share")


def _folder(own: str, base: str, usual: str) -> Path:
    """The folder that a variable names, else ours in the base folder of the XDG specification."""
    if chosen := os.environ.get(own):
        return Path(chosen).expanduser()
    return Path(os.environ.get(base) or usual).expanduser() / "e2far_jax"
