"""What a reader says about a file that is not what it should be."""

from __future__ import annotations

import os

_LONGEST = 400  # characters of a field's name or of a problem, which a damaged file may have made


class FormatError(ValueError):
    """A damaged or foreign file; names the file and the field.

    Attributes:
      source: the file or folder.
      field: the part of it that is wrong.
      problem: what came and what was expected.
    """

    def __init__(self, source: str | os.PathLike[str], field: str, problem: str):
        super().__init__(source, field, problem)
        self.source, self.field, self.problem = str(source), _one_line(field), _one_line(problem)

    def __str__(self) -> str:
        return f"{self.source}: {self.field}: {self.problem}"


def _one_line(text: str) -> str:
    """The text without what would end the line or run on for ever."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST])
    return printable if len(text) <= _LONGEST else f"{printable}..."
