"""How long it takes until something happens."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting


def startup_suite(setting: Setting) -> Iterator[Row]:
    """`import e2far_jax` in a fresh interpreter, less the interpreter's own start."""

    def milliseconds(code: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return 1000 * (time.perf_counter() - started)

    values = tuple(
        milliseconds("import e2far_jax") - milliseconds("") for _ in range(setting.repeats)
    )
    yield Row("import e2far_jax", "ms", values)
