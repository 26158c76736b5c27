"""Lines of a text file as words and numbers that remember the line they stand in."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped

from e2far_jax.containers.errors import FormatError

_SHOWN = 20  # letters of a word that is none of the expected ones


class LineError(ValueError):
    """A line that is wrong, said by those who do not know of which file.

    Attributes:
      line: its number, from 1.
      problem: what came and what was expected.
    """

    def __init__(self, line: int, problem: str):
        super().__init__(line, problem)
        self.line, self.problem = line, problem

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


@contextlib.contextmanager
def naming(source: str | os.PathLike[str]) -> Iterator[None]:
    """Make a `FormatError` of any `LineError` in the block.

    Args:
      source: the file that the block reads.
    """
    try:
        yield
    except LineError as error:
        raise FormatError(source, f"line {error.line}", error.problem) from None


def read_content(path: str | os.PathLike[str]) -> bytes:
    """All bytes of a file.

    Args:
      path: the file.
    Raises:
      FileNotFoundError: where there is no such file.
      FormatError: where it is empty.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f"no such file: {path}")
    content = pathlib.Path(path).read_bytes()
    if not content:
        raise FormatError(path, "file", "is empty")
    return content


def shown(word: bytes) -> str:
    """A word of a file as messages quote it."""
    text = word.decode("ascii", "backslashreplace")
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}...'"


@dataclasses.dataclass(frozen=True)
class Rows:
    """Some lines of a text.

    Attributes:
      words: what each of them holds.
      lines: the number of each in its file, from 1.
    """

    words: Sequence[list[bytes]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, rows: slice) -> Rows:
        return Rows(self.words[rows], self.lines[rows])

    def counts(self) -> Int[np.ndarray, "R"]:
        """How many words each line has."""
        return np.array([len(words) for words in self.words], np.int64)

    def line_of(self, word: int) -> int:
        """The line of one of the words, which are counted from 0 across all lines."""
        return self.lines[int(np.searchsorted(np.cumsum(self.counts()), word, side="right"))]

    def numbers(self, kind: Literal["float64", "int64"]) -> Shaped[np.ndarray, "W"]:
        """All words, line after line, as numbers of a kind.

        Raises:
          LineError: for a word that is none, or one that is not finite.
        """
        words = list(itertools.chain.from_iterable(self.words))
        numbers = _numbers(words, kind)
        if numbers is None:
            wrong = next(i for i, word in enumerate(words) if _numbers([word], kind) is None)
            wanted = "a finite number" if kind == "float64" else "an integer"
            raise LineError(self.line_of(wrong), f"{shown(words[wrong])} is not {wanted}")
        return numbers

    def table(self, *sizes: int) -> Float[np.ndarray, "R K"]:
        """Rows of as many numbers as the first of `sizes` says.

        Args:
          sizes: how many numbers a line may have; those beyond the first size are checked and left
            out.
        Raises:
          LineError: for a line with another number of words, or one that is no finite number.
        """
        counts = self.counts()
        wrong = np.flatnonzero(~np.isin(counts, sizes))
        if len(wrong):
            wanted = " or ".join(map(str, sizes))
            raise LineError(
                self.lines[wrong[0]], f"has {counts[wrong[0]]} numbers, expected {wanted}"
            )
        starts = np.cumsum(counts) - counts
        return self.numbers("float64")[starts[:, None] + np.arange(sizes[0])]


def split_rows(text: bytes, first: int = 1, separator: bytes | None = None) -> Rows:
    """The lines of a text that are not blank, as words.

    Args:
      text: lines end as on any system.
      first: the number of its first line.
      separator: of words; None for any white space.
    """
    rows = [
        (line.split(separator), number)
        for number, line in enumerate(text.splitlines(), first)
        if line.strip()
    ]
    return Rows([words for words, _ in rows], [number for _, number in rows])


def _numbers(words: list[bytes], kind: str) -> Shaped[np.ndarray, "W"] | None:
    """The words as numbers; None where one of them is none."""
    if b"_" in b"".join(words):  # Python would take 1_000 as a number
        return None
    try:
        numbers = np.array(words, kind)
    except (ValueError, OverflowError):
        return None
    return numbers if np.isfinite(numbers).all() else None
