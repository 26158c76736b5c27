"""Names of output files: one for each face, never the same twice in a run."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path


class FaceNames:
    """Hands out file stems; knows those that it gave before.

    A photograph's only face is called as its file without the extension, several faces get _0,
    _1 and so on. Where that would repeat an earlier name, also one that differs in case only, the
    photograph becomes NAME-2, NAME-3, ...; so does one called as the job's own file is.
    """

    def __init__(self) -> None:
        self._taken = {"summary"}

    def take(self, names: Sequence[str]) -> None:
        """Names that were given by an earlier run."""
        self._taken |= {name.casefold() for name in names}

    def for_photograph(self, path: str, faces: int) -> list[str]:
        """Stems for the faces of the photograph at `path`."""
        stem = Path(path).stem
        for attempt in itertools.count(1):
            base = stem if attempt == 1 else f"{stem}-{attempt}"
            names = [base] if faces == 1 else [f"{base}_{face}" for face in range(faces)]
            folded = {name.casefold() for name in names}
            if folded.isdisjoint(self._taken):
                self._taken |= folded
                return names
        raise AssertionError("unreachable: the numbers do not end")
