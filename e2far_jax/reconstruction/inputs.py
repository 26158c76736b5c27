"""Which pictures the user means: files, folders, and patterns that the shell left as they were."""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

PICTURES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif",
            ".ppm", ".pgm", ".avif", ".heic", ".heif", ".jp2")  # fmt: skip
VIDEOS = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".3gp")


class InputsError(ValueError):
    """Something that names no picture; the message is one line."""


def picture_files(named: Sequence[str], results: str | os.PathLike[str] | None = None) -> list[str]:
    """The pictures that are meant, each once.

    A folder stands for all files in it and below whose endings are among `PICTURES`, sorted by
    path; what is hidden, and folders that are links, are left out. A pattern (`*`, `?`, `[...]`,
    and `**` for any folders) stands for the files and folders that match. Anything else is taken as
    a file, whatever its ending, and whether it can be read is seen when its turn comes.

    Args:
      named: what the user wrote.
      results: the folder for the results, whose pictures come of an earlier run: it is passed over
        where it lies below a folder or pattern that is named.
    Returns:
      Paths in the order named. A file that is named twice, be it by another path, is there once, by
      the first.
    Raises:
      InputsError: for nothing named, a folder or pattern without pictures, a folder that cannot be
        read or is the one for the results, or a video.
    """
    if not named:
        raise InputsError("no picture is named")
    passed_over = None if results is None else os.path.realpath(results)
    found: dict[str, str] = {}
    for name in named:
        for path in _meant(name, passed_over):
            found.setdefault(os.path.realpath(path), path)
    if not found:
        raise InputsError(f"{named[0]}: the folder for the results, too; choose another --out")
    return list(found.values())


def _meant(name: str, passed_over: str | None) -> Sequence[str]:
    if os.path.isdir(name):
        is_results = os.path.realpath(name) == passed_over  # as the shell's holiday/* has it
        return [] if is_results else _in_folder(name, passed_over)
    if os.path.exists(name) or not glob.has_magic(name):
        return [_checked_file(name)]
    matches = sorted(glob.glob(name, recursive=True))
    if not matches:
        raise InputsError(f"{name}: nothing matches this pattern")
    if passed_over is not None and _is_within(passed_over, _root(name)):
        matches = [match for match in matches if not _is_within(match, passed_over)]
    folders = [match for match in matches if os.path.isdir(match)]
    files = [match for match in matches if match not in folders]
    if "**" in name:  # matches a folder's content as well as the folder
        pictures = [file for file in files if _is(file, PICTURES)]
    else:
        within = [path for folder in folders for path in _walk(folder, passed_over)]
        pictures = [*(_checked_file(file) for file in files), *within]
    if not pictures:
        raise InputsError(f"{name}: no pictures match this pattern")
    return pictures


def _in_folder(folder: str, passed_over: str | None) -> Sequence[str]:
    pictures = list(_walk(folder, passed_over))
    if not pictures:
        raise InputsError(f"{folder}: no pictures in this folder or below ({', '.join(PICTURES)})")
    return pictures


def _walk(folder: str, passed_over: str | None) -> Iterator[str]:
    for here, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in sorted(folders) if not name.startswith(".")]
        if os.path.realpath(here) == passed_over:
            folders.clear()
            continue
        for name in sorted(files):
            if _is(name, PICTURES) and not name.startswith("."):
                yield os.path.join(here, name)


def _root(pattern: str) -> str:
    """The folder that all matches of a pattern are below."""
    parts = Path(pattern).parts
    return os.path.join("", *itertools.takewhile(lambda part: not glob.has_magic(part), parts))


def _is_within(path: str, folder: str) -> bool:
    inner, outer = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    return inner.is_relative_to(outer) and inner != outer


def _refuse(error: OSError) -> None:
    raise InputsError(f"{error.filename}: {error.strerror}")


def _checked_file(name: str) -> str:
    if _is(name, VIDEOS):
        raise InputsError(f"{name}: a video; `e2far track` follows the faces of videos")
    return name


def _is(name: str, endings: tuple[str, ...]) -> bool:
    return Path(name).suffix.lower() in endings
