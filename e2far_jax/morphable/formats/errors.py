"""What a reader says about a file that is not what it should be."""

from __future__ import annotations

import os


class ModelFormatError(ValueError):
    """A damaged or foreign model file; names the file and the field.

    Attributes:
      source: the file or folder.
      field: the part of it that is wrong.
      problem: what came and what was expected.
    """

    def __init__(self, source: str | os.PathLike[str], field: str, problem: str):
        super().__init__(source, field, problem)
        self.source, self.field, self.problem = str(source), field, problem

    def __str__(self) -> str:
        return f"{self.source}: {self.field}: {self.problem}"
