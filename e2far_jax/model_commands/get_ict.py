"""`e2far model get ict`: ICT-FaceKit into the user's data folder, once."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from e2far_jax.errors import UsageError
from e2far_jax.files import replacing
from e2far_jax.model_commands.download import DownloadError, download
from e2far_jax.morphable.formats import ict_files
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.ict import convert_ict
from e2far_jax.morphable.formats.npz import read_npz, write_npz
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.stored import stored_ict
from e2far_jax.progress import watched

URL = f"https://github.com/ICT-VGL/ICT-FaceKit/archive/{ict_files.COMMIT}.tar.gz"
SIZE = 133_000_000  # about; the server packs it anew from time to time

_LICENCE = Path(ict_files.__file__).with_name("ict_licence.txt")


def get_ict(source: str | None, url: str | None) -> int:
    """Run the command; returns its exit status.

    Args:
      source: an archive or a folder to take instead of downloading, None for none.
      url: another address of the archive, None for the usual one.
    Raises:
      UsageError: where it could not be fetched, is not as published, or could not be stored; then
        what was there before still is, and nothing else.
    """
    path = stored_ict()
    if _is_ready(path):
        print(f"ICT-FaceKit is ready: {_place_and_use(path)}")
        return 0
    if source is not None and not Path(source).expanduser().exists():
        raise UsageError(f"--from={source}: no such file or folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        model = _downloaded(url or URL, path.parent) if source is None else _converted(source)
        _store(path, model)
    except (DownloadError, ModelFormatError) as error:
        raise UsageError(_one_line(error)) from error
    except OSError as error:
        place = error.filename or path.parent
        raise UsageError(f"{place}: {error.strerror or error}") from error
    print(f"ICT-FaceKit is stored: {_place_and_use(path)}")
    return 0


def _is_ready(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        read_npz(path)
    except ModelFormatError as error:
        _say(f"{_one_line(error)}; getting it again")
        return False
    return True


def _downloaded(url: str, folder: Path) -> MorphableModel:
    """Through a file without a name, of which nothing is left however this ends."""
    with tempfile.TemporaryFile(dir=folder) as archive:
        _say(f"downloading {url}")
        download(url, archive, SIZE)
        archive.seek(0)
        return _convert(url, ict_files.archived_ict_files(url, archive))


def _converted(source: str) -> MorphableModel:
    return _convert(source, ict_files.ict_files(Path(source).expanduser()))


def _convert(source: str, files: Iterator[tuple[str, bytes]]) -> MorphableModel:
    total = len(ict_files.published_checksums())
    _say(f"verifying and converting {total} files")
    files = watched(ict_files.verified(source, files), "converting", " files", total)
    return convert_ict(source, files)


def _store(path: Path, model: MorphableModel) -> None:
    """Both files or none: the licence takes its place when the model has."""
    with replacing(path.with_suffix(".LICENCE.txt")) as file:
        file.write(_LICENCE.read_bytes())
        write_npz(path, model)


def _place_and_use(path: Path) -> str:
    return f"{path}; use it as --model=ict or open_morphable_model('ict')"


def _say(text: str) -> None:
    print(f"e2far: {text}", file=sys.stderr)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
