"""Rendered examples on disk, chunk by chunk, so that a killed generation goes on where it was.

A chunk is one `.npz` file of encoded examples, written under another name and renamed when it is
whole. Shards, the files of the finished data set, are made of whole chunks.
"""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from e2far_jax.data.errors import DataError
from e2far_jax.data.settings import UNGRADED
from e2far_jax.files import replacing

CHUNK_SIZE = 256
SHARD_CHUNKS = 32
BATCH_SIZE = 32

Record = dict[str, Any]
FACTOR = "factors/"


@dataclasses.dataclass(frozen=True)
class Chunk:
    """Examples `start` to `stop` of a split; example i has level `levels[i % len(levels)]`."""

    split: str
    start: int
    stop: int
    levels: tuple[int, ...] = (UNGRADED,)

    @property
    def file_name(self) -> str:
        """The chunk's name in its folder."""
        return f"{self.split}-{self.start:08d}-{self.stop:08d}.npz"

    def batches(self) -> Iterator[tuple[int, list[int]]]:
        """The chunk's examples, at most BATCH_SIZE of one level at a time, and their level."""
        indices = np.arange(self.start, self.stop)
        levels = np.array(self.levels)[indices % len(self.levels)]
        for level in np.unique(levels):
            of_level = indices[levels == level]
            for start in range(0, len(of_level), BATCH_SIZE):
                yield int(level), of_level[start : start + BATCH_SIZE].tolist()


def plan_chunks(
    counts: Mapping[str, int], levels: Mapping[str, tuple[int, ...]] | None = None
) -> list[Chunk]:
    """Cut splits into chunks, in order.

    Args:
      counts: examples of each split.
      levels: of the splits that are graded.
    """
    graded = levels or {}
    return [
        Chunk(split, start, min(start + CHUNK_SIZE, count), graded.get(split, (UNGRADED,)))
        for split, count in counts.items()
        for start in range(0, count, CHUNK_SIZE)
    ]


def count(chunks: Sequence[Chunk]) -> int:
    """The examples of all chunks together."""
    return sum(chunk.stop - chunk.start for chunk in chunks)


def plan_shards(chunks: Sequence[Chunk]) -> dict[str, list[tuple[Chunk, ...]]]:
    """The chunks of each split's shards, SHARD_CHUNKS a shard."""
    splits = {chunk.split: [c for c in chunks if c.split == chunk.split] for chunk in chunks}
    return {
        split: [tuple(own[i : i + SHARD_CHUNKS]) for i in range(0, len(own), SHARD_CHUNKS)]
        for split, own in splits.items()
    }


def read_chunk(path: Path) -> Iterator[Record]:
    """The examples of a chunk file, images still encoded, factors by name.

    Raises:
      DataError: where the file is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            columns = {name: file[name] for name in file.files}
        ends = columns.pop("image_ends")
        images = np.split(columns.pop("images"), ends[:-1])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged ({error}); delete it to have it made again") from None
    factors = [name for name in columns if name.startswith(FACTOR)]
    drawn = {name.removeprefix(FACTOR): columns.pop(name) for name in factors}
    for row, image in enumerate(images):
        yield {
            "image": image.tobytes(),
            "factors": {name: values[row] for name, values in drawn.items()},
            **{name: values[row] for name, values in columns.items()},
        }


def write_chunk(path: Path, records: Sequence[Record]) -> None:
    """Store examples as `read_chunk` gives them; the file is there whole or not at all."""
    encoded = [np.frombuffer(record["image"], np.uint8) for record in records]
    columns = {
        name: np.stack([record[name] for record in records])
        for name in records[0]
        if name != "image"
    }
    with replacing(path) as file:
        np.savez(
            file,
            images=np.concatenate(encoded),
            image_ends=np.cumsum([len(image) for image in encoded]),
            **columns,
        )
