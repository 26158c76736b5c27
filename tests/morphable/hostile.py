"""Damaged files of every format: what readers may do with them, and how often they do.

    python -m tests.morphable.hostile --mutations=2000

Each reader gets a small valid file of its format, mutated again and again. It may return a model or
raise `ModelFormatError`, which names the file and the field; any other exception, more than
`SECONDS` for one file or more than `MEBIBYTES` of new memory is a failure.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.model import MorphableModel
from tests.morphable.hostile_formats import FORMATS, Format

SECONDS, MEBIBYTES = 10, 256
ABSURD = (0, 1, -1, 2**15, 2**31 - 1, -(2**31), 2**32 - 1, 2**48, 2**63 - 1)


@dataclasses.dataclass
class Outcomes:
    """What became of the files of one format.

    Attributes:
      models: were read.
      refused: ended in `ModelFormatError`.
      fields: how often each field was named.
      failures: what should not have happened.
    """

    models: int = 0
    refused: int = 0
    fields: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    failures: list[str] = dataclasses.field(default_factory=list)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """A file's content with one thing wrong with it."""
    return MUTATIONS[rng.integers(len(MUTATIONS))](bytearray(content), rng)


def _truncate(content: bytearray, rng: np.random.Generator) -> bytes:
    return bytes(content[: rng.integers(len(content))])


def _flip_bits(content: bytearray, rng: np.random.Generator) -> bytes:
    for place in rng.integers(len(content), size=rng.integers(1, 9)):
        content[place] ^= 1 << rng.integers(8)
    return bytes(content)


def _overwrite(content: bytearray, rng: np.random.Generator) -> bytes:
    start, length = rng.integers(len(content)), rng.integers(1, 65)
    content[start : start + length] = rng.bytes(length)
    return bytes(content)


def _absurd_number(content: bytearray, rng: np.random.Generator) -> bytes:
    """At the start more often, where sizes are."""
    start = int(len(content) * rng.uniform() ** 3)
    size, order = (2, 4, 8)[rng.integers(3)], ("little", "big")[rng.integers(2)]
    value = ABSURD[rng.integers(len(ABSURD))] % 2 ** (8 * size)
    content[start : start + size] = value.to_bytes(size, order)
    return bytes(content)


def _not_a_number(content: bytearray, rng: np.random.Generator) -> bytes:
    start = rng.integers(len(content))
    kind, value = ("<f4", "<f8")[rng.integers(2)], (np.nan, np.inf, 1e38)[rng.integers(3)]
    number = np.array(value, kind).tobytes()
    content[start : start + len(number)] = number
    return bytes(content)


def _remove(content: bytearray, rng: np.random.Generator) -> bytes:
    start = rng.integers(len(content))
    del content[start : start + rng.integers(1, 257)]
    return bytes(content)


def _repeat(content: bytearray, rng: np.random.Generator) -> bytes:
    start, length = rng.integers(len(content)), rng.integers(1, 257)
    content[start:start] = content[start : start + length]
    return bytes(content)


def _swap(content: bytearray, rng: np.random.Generator) -> bytes:
    length = int(rng.integers(1, max(2, min(1025, len(content) // 3))))
    first, second = np.sort(rng.integers(len(content) - length + 1, size=2))
    one, other = content[first : first + length], content[second : second + length]
    content[first : first + length], content[second : second + length] = other, one
    return bytes(content)


MUTATIONS: tuple[Callable[[bytearray, np.random.Generator], bytes], ...] = (
    _truncate, _flip_bits, _overwrite, _absurd_number, _not_a_number, _remove, _repeat, _swap
)  # fmt: skip


def attack(file_format: Format, count: int, folder: Path, seed: int = 0) -> Outcomes:
    """Read `count` damaged files: mutated bytes, and wrong arrays written as they should be."""
    rng, outcomes = np.random.default_rng(seed), Outcomes()
    signal.signal(signal.SIGALRM, _too_slow)
    # A child's memory counts what this process had when it was made: no news from here on.
    subprocess.run([sys.executable, "-c", ""], check=True)
    for number, path in enumerate(_damaged_files(file_format, count, folder, rng)):
        before = _memory()
        signal.alarm(SECONDS)
        try:
            model = file_format.read(path)
        except ModelFormatError as error:
            outcomes.refused += 1
            outcomes.fields[error.field] += 1
            if not (error.source and error.field and error.problem):
                outcomes.failures.append(f"{number}: says too little: {error}")
        except BaseException as error:  # whatever else it is, it should not have come
            outcomes.failures.append(f"{number}: {type(error).__name__}: {error}")
        else:
            outcomes.models += 1
            if not isinstance(model, MorphableModel):
                outcomes.failures.append(f"{number}: is a {type(model).__name__}")
        finally:
            signal.alarm(0)
        if _memory() - before > MEBIBYTES:
            outcomes.failures.append(f"{number}: took {_memory() - before:.0f} MiB")
    return outcomes


def _damaged_files(
    file_format: Format, count: int, folder: Path, rng: np.random.Generator
) -> Iterator[Path]:
    path = file_format.write(folder)
    content = path.read_bytes()
    for number in range(count):
        wrong = file_format.rewrite(folder, rng) if number % 4 == 0 else None
        if wrong is None:
            path.write_bytes(mutated(content, rng))
        yield wrong or path


def _memory() -> float:
    """The most that this process and its children have held, MiB."""
    return sum(
        resource.getrusage(who).ru_maxrss / 1024.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"took more than {SECONDS} seconds")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=2000, help="files of each format")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    failed = 0
    for name, file_format in FORMATS.items():
        with tempfile.TemporaryDirectory() as folder:
            found = attack(file_format, options.mutations, Path(folder), options.seed)
        named = ", ".join(f"{field} {times}" for field, times in found.fields.most_common(5))
        print(f"{name}: {found.refused} refused, {found.models} read, {len(found.failures)} failed")
        print(f"  named most: {named}")
        for failure in found.failures[:10]:
            print(f"  {failure}")
        failed += len(found.failures)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
