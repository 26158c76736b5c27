"""Rendered examples on disk, chunk by chunk, so that a killed generation goes on where it was.

A chunk is one `.npz` file of encoded examples, written under another name and renamed when it is
whole. Every example depends on its split, its index and the seed alone. Batches have one fixed
size and one level, and one thread works at one chunk, so the number of threads and devices changes
no byte.
"""

from __future__ import annotations

import dataclasses
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import cv2
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key
from tqdm import tqdm

from e2far_jax.data.errors import DataError
from e2far_jax.data.settings import UNGRADED
from e2far_jax.files import replacing
from e2far_jax.keys import stream_key
from e2far_jax.rendering.scene import Pair
from e2far_jax.rendering.settings import SceneConfig

CHUNK_SIZE = 256
BATCH_SIZE = 32
JPEG_QUALITY = 95

Record = dict[str, Any]
Render = Callable[[Key[Array, "B"], int], Pair]
_FACTOR = "factors/"


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


def render_missing(
    folder: Path, chunks: Sequence[Chunk], render: Render, seed: int, workers: int | None = None
) -> None:
    """Render the chunks whose files are not there yet, with a progress line.

    Args:
      folder: where chunk files are and go.
      chunks: what has to be there in the end.
      render: a batch of keys and its level -> the batch of pairs; called from several threads at
        once.
      seed: of the data set.
      workers: how many threads; by default enough to keep all processors and devices busy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [chunk for chunk in chunks if not (folder / chunk.file_name).exists()]
    total = sum(chunk.stop - chunk.start for chunk in chunks)
    left = sum(chunk.stop - chunk.start for chunk in missing)
    devices = _devices()
    with (
        tqdm(desc="rendering", total=total, initial=total - left, unit=" images") as progress,
        ThreadPoolExecutor(workers or _default_workers(devices)) as pool,
    ):
        jobs = [
            pool.submit(_render_chunk, folder, chunk, render, seed, device, progress.update)
            for chunk, device in zip(missing, _cycle(devices, len(missing)), strict=True)
        ]
        try:
            for job in as_completed(jobs):
                job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def example_keys(seed: int, split: str, indices: Int[Array, "B"]) -> Key[Array, "B"]:
    """The keys that examples are rendered from: one a split and index, whatever is beside it."""
    stream = f"synthetic_faces/{split}"
    return jax.vmap(lambda index: stream_key(seed, stream, index))(indices)


def scene_at(scene: SceneConfig, level: int) -> SceneConfig:
    """The scene of an example: `scene`, or where it is graded that level's, as finely drawn."""
    if level == UNGRADED:
        return scene
    graded = SceneConfig.at_level(level, scene.image_size)
    return dataclasses.replace(graded, supersampling=scene.supersampling)


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
    factors = [name for name in columns if name.startswith(_FACTOR)]
    drawn = {name.removeprefix(_FACTOR): columns.pop(name) for name in factors}
    for row, image in enumerate(images):
        yield {
            "image": image.tobytes(),
            "factors": {name: values[row] for name, values in drawn.items()},
            **{name: values[row] for name, values in columns.items()},
        }


def encode_image(image: Float[np.ndarray, "H W 3"]) -> bytes:
    """The JPEG file of an RGB picture in [0, 1]; what lies outside is clipped.

    JPEG and not PNG (ours): at 96 pixels a synthetic face takes 0.3 of the bytes and 0.4 of the
    time to decode, and the faint artefacts are those of photographs.
    """
    levels = np.rint(np.clip(image, 0.0, 1.0) * 255.0).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, encoded = cv2.imencode(".jpg", levels[..., ::-1], quality)
    return encoded.tobytes()


def _devices() -> list[jax.Device]:
    """All of this process; on CPUs one is enough, threads share it."""
    devices = jax.local_devices()
    return devices[:1] if devices[0].platform == "cpu" else devices


def _default_workers(devices: Sequence[jax.Device]) -> int:
    """One thread a processor on CPUs; two a device elsewhere: one renders, one encodes."""
    processors = os.cpu_count() or 1
    return processors if devices[0].platform == "cpu" else 2 * len(devices)


def _cycle(devices: Sequence[jax.Device], count: int) -> list[jax.Device]:
    return [devices[i % len(devices)] for i in range(count)]


def _render_chunk(
    folder: Path,
    chunk: Chunk,
    render: Render,
    seed: int,
    device: jax.Device,
    advance: Callable[[int], object],
) -> None:
    records: dict[int, Record] = {}
    for level, indices in chunk.batches():
        with jax.default_device(device):
            # A whole batch, even where there are fewer examples: one size is compiled once.
            keys = example_keys(seed, chunk.split, jnp.asarray(np.resize(indices, BATCH_SIZE)))
            pairs = jax.device_get(render(keys, level))
        for row, index in enumerate(indices):
            records[index] = _record(pairs, row, index, level)
        advance(len(indices))
    _write_chunk(folder / chunk.file_name, [records[index] for index in sorted(records)])


def _record(pairs: Pair, row: int, index: int, level: int) -> Record:
    pair = jax.tree.map(lambda leaf: leaf[row], pairs)
    return {
        "image": encode_image(pair.image),
        "identity": pair.identity,
        "expression": pair.expression,
        "rotation": pair.camera.rotation,
        "scale": pair.camera.scale,
        "translation": pair.camera.translation,
        "landmarks": pair.landmarks,
        "index": np.int64(index),
        "level": np.int64(level),
        **{_FACTOR + name: value for name, value in pair.factors.items()},
    }


def _write_chunk(path: Path, records: Sequence[Record]) -> None:
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
