"""Files with random damage, and what readers make of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.mesh import Mesh
from tests.scans.files import written

FLIPPED, CHANGED, RUBBISH = 200, 30, 6


def survivors(
    reader: Callable, name: str, content: bytes, folder: Path
) -> list[Mesh] | list[np.ndarray]:
    """What is read, in spite of it, of a file that is damaged again and again.

    All other files must end in a `FormatError` that says enough, and some must.
    """
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    damaged = [_flipped(content, rng) for _ in range(FLIPPED)]
    damaged += [_changed(content, rng) for _ in range(CHANGED)]
    damaged += [rng.bytes(int(rng.integers(1, 2000))) for _ in range(RUBBISH)]
    found = [_read(reader, written(folder, name, one)) for one in damaged]
    refusals = [one for one in found if isinstance(one, FormatError)]
    assert len(refusals) >= RUBBISH + 10
    assert all(one.source == str(folder / name) and one.field and one.problem for one in refusals)
    return [one for one in found if not isinstance(one, FormatError)]


def _read(reader: Callable, path: Path) -> Mesh | np.ndarray | FormatError:
    try:
        return reader(path)
    except FormatError as error:
        return error


def _flipped(content: bytes, rng: np.random.Generator) -> bytes:
    """With one to three other bits."""
    changed = bytearray(content)
    for place in rng.integers(len(content), size=rng.integers(1, 4)):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _changed(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, or with more, fewer or other bytes in one place."""
    start = int(rng.integers(len(content)))
    if rng.uniform() < 0.5:
        return content[:start]
    end = start + int(rng.integers(9))
    return content[:start] + rng.bytes(int(rng.integers(9))) + content[end:]
