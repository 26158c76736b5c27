"""Figures as JSON lines: one object a line, which any tool can read while the training goes on."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from e2far_jax.files import replacing


class Records:
    """A file of JSON lines that reads as one run, however often that was interrupted.

    Lines of steps that are taken again, and half a line of a process that was killed while it
    wrote, are removed.

    Args:
      path: of the file.
      first_step: how many steps were taken before.
    """

    def __init__(self, path: Path, first_step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            kept = [line for line in path.read_bytes().splitlines() if _before(line, first_step)]
            with replacing(path) as file:
                file.write(b"".join(line + b"\n" for line in kept))
        self._file = path.open("a")

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Add a line; what is not finite becomes null."""
        finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
        record = {"step": step, "time": time.time(), **finite}
        self._file.write(json.dumps(record) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _before(line: bytes, first_step: int) -> bool:
    """Whether it is a whole line of a step that stays."""
    try:
        record: Any = json.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and record.get("step", math.inf) <= first_step
