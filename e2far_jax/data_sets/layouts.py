"""How the folder of a data set is expected, and what to say where it is not."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from e2far_jax.data_sets.errors import DataSetError

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".ppm")


@runtime_checkable
class Item(Protocol):
    """A picture of a data set, or a scan with its picture.

    Attributes:
      name: its path in the set without an ending; predictions of it are called the same.
      files: all that belongs to it.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def files(self) -> tuple[Path, ...]: ...  # noqa: D102


T = TypeVar("T", bound=Item)


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a data set is published.

    Attributes:
      name: of the set.
      expected: its files, on one line.
    """

    name: str
    expected: str

    def wrong(self, path: Path, problem: str) -> DataSetError:
        """The error to raise about a file or folder."""
        return DataSetError(f"{path}: {problem}; {self.name} is expected as: {self.expected}")

    def folder(self, path: Path) -> Path:
        """The path, if it is a folder."""
        if not path.is_dir():
            raise self.wrong(path, "no folder")
        return path

    def file(self, path: Path) -> Path:
        """The path, if it is a file."""
        if not path.is_file():
            raise self.wrong(path, "no file")
        return path

    def only(self, folder: Path, pattern: str) -> Path:
        """The one file that matches.

        Args:
          folder: where to look, not below it.
          pattern: of its name.
        Returns:
          Its path; where there is none, that of a file called like the pattern, which `complete`
          finds missing.
        Raises:
          DataSetError: where several match.
        """
        found = visible(folder.glob(pattern))
        if len(found) > 1:
            names = ", ".join(path.name for path in found[:3])
            raise self.wrong(folder, f"{len(found)} files {pattern} ({names}), expected one")
        return found[0] if found else folder / pattern

    def complete(self, folder: Path, items: Sequence[T], *, skip_incomplete: bool) -> list[T]:
        """The items, all of whose files are there.

        Args:
          folder: of the set.
          items: as their names say that they should be.
          skip_incomplete: leave others out, rather than to refuse the set.
        Raises:
          DataSetError: for no items, two of one name, incomplete ones, or nothing but those.
        """
        if not items:
            raise self.wrong(folder, "there is no picture or scan")
        name, count = collections.Counter(item.name for item in items).most_common(1)[0]
        if count > 1:
            raise self.wrong(folder, f"{count} items are called {name}")
        missing = {item.name: _missing(item.files) for item in items}
        incomplete = {name: path for name, path in missing.items() if path is not None}
        if incomplete and not (skip_incomplete and len(incomplete) < len(items)):
            counts = f"{len(incomplete)} of {len(items)} items are incomplete"
            name, path = next(iter(incomplete.items()))
            raise self.wrong(folder, f"{counts}, the first of them {name}: no file {path}")
        return [item for item in items if missing[item.name] is None]


def visible(paths: Iterable[Path]) -> list[Path]:
    """The files among some paths, sorted, without those that systems hide by a dot."""
    return sorted(path for path in paths if not path.name.startswith(".") and path.is_file())


def item_name(path: Path, folder: Path) -> str:
    """What an item is called whose main file this is: the path from the folder, without ending."""
    return path.relative_to(folder).with_suffix("").as_posix()


def _missing(files: Sequence[Path]) -> Path | None:
    return next((path for path in files if not path.is_file()), None)
