"""One picture that shows all results: a row a face, a column a view."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from e2far_jax.gallery.sheet import Row, Tile, draw_sheet, write_sheet

ROWS_PER_SHEET = 25


class ContactSheet:
    """Collects rows and writes them as contact_sheet.png, contact_sheet_2.png, ...

    Args:
      folder: where to.
      captions: of the columns.
      keep: whether sheets that are there stay, and numbers go on after theirs.
    """

    def __init__(self, folder: Path, captions: Sequence[str], keep: bool = False) -> None:
        self._folder, self._captions = folder, captions
        self._before = len([*folder.glob("contact_sheet*.png")]) if keep else 0
        self._rows: list[Row] = []
        self._sheets: list[Path] = []

    def add(self, label: str, views: Sequence[UInt8[np.ndarray, "S S 3"]]) -> None:
        """Add a row: one view under each caption. Writes a sheet when it is full."""
        self._rows.append(Row([Tile(view) for view in views], label))
        if len(self._rows) == ROWS_PER_SHEET:
            self._write()

    def finish(self) -> list[Path]:
        """Write the rows that are left; return all sheets."""
        if self._rows:
            self._write()
        return self._sheets

    def _write(self) -> None:
        number = self._before + len(self._sheets) + 1
        suffix = "" if number == 1 else f"_{number}"
        path = self._folder / f"contact_sheet{suffix}.png"
        write_sheet(path, draw_sheet(self._rows, self._captions))
        self._sheets.append(path)
        self._rows = []
