"""What a job has found so far, item by item, so that it can be interrupted."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from e2far_jax.files import replacing

Finding = dict[str, Any]


class Journal:
    """A file of JSON lines: what is done, then what each item gave; a context manager.

    Half a line of a process that was killed while it wrote, or a damaged one, is dropped. Numbers
    that are not finite are kept as null and come back as NaN.

    Args:
      path: of the file.
      subject: what is done by which rules; findings of another subject are not used.
    """

    def __init__(self, path: Path, subject: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        heading = json.dumps({"subject": dict(subject)}, sort_keys=True)
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        same = bool(lines) and lines[0] == heading
        kept = [line for line in lines[1:] if _whole(line)] if same else []
        self.findings = {name: finding for line in kept for name, finding in _read(line)}
        with replacing(path) as file:
            file.write("".join(f"{line}\n" for line in (heading, *kept)).encode())
        self._file = path.open("a")

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, item: str, finding: Finding) -> None:
        """Write down what an item gave: numbers, texts and lists of them."""
        self._file.write(json.dumps({"item": item, **_without_nan(finding)}) + "\n")
        self._file.flush()
        self.findings[item] = finding


def _whole(line: str) -> bool:
    try:
        return "item" in json.loads(line)
    except (ValueError, TypeError):
        return False


def _read(line: str) -> list[tuple[str, Finding]]:
    finding = json.loads(line)
    name = finding.pop("item")
    return [(name, {key: _with_nan(value) for key, value in finding.items()})]


def _without_nan(finding: Mapping[str, Any]) -> Finding:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in finding.items()
    }


def _with_nan(value: Any) -> Any:
    return math.nan if value is None else value
