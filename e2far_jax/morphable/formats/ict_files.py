"""The files that ICT-FaceKit is published as, out of a folder or an archive.

Nothing of an archive is ever written to a disk under a name that the archive chose.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from e2far_jax.morphable.formats.errors import ModelFormatError

FOLDER, INDEX = "FaceXModel", "vertex_indices.json"

# The last one of github.com/ICT-VGL/ICT-FaceKit, of 1 December 2020; of it are the checksums.
COMMIT = "da5f95a607f5e6b37755b38d3385d7f2853732e5"

_CHECKSUMS = Path(__file__).with_name("ict_checksums.txt")
_ZIP = b"PK\x03\x04"
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # a .zip that is encrypted, or packed in a way that Python does not know
)


def ict_files(path: str | os.PathLike[str]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the model's files, in any order.

    Args:
      path: a folder that has `FaceXModel` in it, however deep, or is it; or an archive.
    Raises:
      FileNotFoundError: where there is no such path.
      ModelFormatError: as `archived_ict_files`.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"no such model file or folder: {path}")
    if path.is_dir():
        folder = next((inner for inner in path.rglob(FOLDER) if inner.is_dir()), path)
        for file in sorted(folder.iterdir()):
            if file.is_file() and _wanted(file.name):
                yield file.name, file.read_bytes()
    else:
        with path.open("rb") as file:
            yield from archived_ict_files(path, file)


def archived_ict_files(
    source: str | os.PathLike[str], archive: BinaryIO
) -> Iterator[tuple[str, bytes]]:
    """The same out of an archive.

    Args:
      source: where it came from, for messages.
      archive: a .tar, packed or not, or a .zip, at its beginning.
    Raises:
      ModelFormatError: for anything else, a damaged archive, or one with names that lead out of it.
    """
    members = _zipped if archive.read(len(_ZIP)) == _ZIP else _tarred
    archive.seek(0)
    try:
        yield from members(source, archive)
    except _DAMAGED as error:
        raise ModelFormatError(
            source, "archive", f"damaged or not a .tar or .zip archive ({error})"
        ) from error


def published_checksums() -> dict[str, str]:
    """The SHA-256 of every file that a conversion uses, by name."""
    lines = _CHECKSUMS.read_text().splitlines()
    return {name: digest for digest, name in map(str.split, lines)}


def verified(
    source: str | os.PathLike[str], files: Iterator[tuple[str, bytes]]
) -> Iterator[tuple[str, bytes]]:
    """Those of the files that a conversion uses, each once and as published.

    Args:
      source: where they came from, for messages.
      files: names and contents.
    Raises:
      ModelFormatError: for a file with another content, and at the end where one did not come.
    """
    expected = published_checksums()
    number = len(expected)
    for name, content in files:
        if name not in expected:
            continue
        digest, wanted = hashlib.sha256(content).hexdigest(), expected.pop(name)
        if digest != wanted:
            raise ModelFormatError(
                source,
                name,
                f"has SHA-256 {digest[:12]}..., expected {wanted[:12]}...; "
                f"damaged, or not of ICT-FaceKit's commit {COMMIT[:7]}",
            )
        yield name, content
    if expected:
        problem = f"missing, one of {len(expected)} of the {number} files that are needed"
        raise ModelFormatError(source, f"{FOLDER}/{min(expected)}", problem)


def _tarred(source: str | os.PathLike[str], archive: BinaryIO) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=archive, mode="r|*") as members:
        for member in members:
            name = _file_name(source, member.name)
            if member.isreg() and _wanted(name):
                yield name, members.extractfile(member).read()


def _zipped(source: str | os.PathLike[str], archive: BinaryIO) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as members:
        for member in members.infolist():
            name = _file_name(source, member.filename)
            if not member.is_dir() and _wanted(name):
                yield name, members.read(member)


def _file_name(source: str | os.PathLike[str], member: str) -> str:
    """A member's name without its folders, which have to lie in the archive."""
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts:
        raise ModelFormatError(source, member, "this name leads out of the archive")
    return path.name


def _wanted(name: str) -> bool:
    return name.endswith(".obj") or name == INDEX
