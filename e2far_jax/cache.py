"""The user's cache folder: converted morphable models and compiled programs."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where to keep what can be made again.

    $E2FAR_CACHE, or `e2far_jax` in the user's cache folder.
    """
    if chosen := os.environ.get("E2FAR_CACHE"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "e2far_jax"


def keep_compiled_programs() -> None:
    """Keep what XLA compiles, so that a second run starts at once."""
    import jax

    jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "compiled"))
