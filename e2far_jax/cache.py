"""Compiled programs, kept in the user's cache folder."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
from pathlib import Path

from e2far_jax.folders import cache_folder


def keep_compiled_programs() -> None:
    """Keep what XLA compiles, so that a second run starts at once.

    JAX names an entry by the program, its options and XLA's version; it can be shared by processes
    at work. Programs for CPUs hold instructions that another CPU may lack, so every kind of machine
    has a folder of its own, should many machines share the user's. Whoever sets
    JAX_ENABLE_COMPILATION_CACHE=false keeps nothing, JAX_COMPILATION_CACHE_DIR another folder.
    """
    import jax

    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        folder = cache_folder() / f"compiled-{_machine()}"
        jax.config.update("jax_compilation_cache_dir", str(folder))
    # Starting up is the sum of many small programs, which JAX would not keep by default.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


@functools.cache
def _machine() -> str:
    """Differs between machines whose CPUs know different instructions."""
    described = [platform.system(), platform.machine(), platform.processor()]
    with contextlib.suppress(OSError):  # only Linux has this file
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        marks = ("flags", "Features", "model name")
        described += sorted({line for line in lines if line.startswith(marks)})
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:12]
