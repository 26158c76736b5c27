"""Examples rendered chunk by chunk, in threads or in processes.

Every example depends on its split, its index and the seed alone. Batches have one fixed size and
one level, and one thread works at one chunk, so the number of threads, processes, devices and
machines changes no byte.
"""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import cv2
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key
from tqdm import tqdm

from e2far_jax.data.chunks import (
    BATCH_SIZE,
    FACTOR,
    Chunk,
    Record,
    count,
    read_chunk,
    write_chunk,
)
from e2far_jax.data.settings import UNGRADED
from e2far_jax.data.workers import WorkerDiedError, Workers
from e2far_jax.keys import stream_key
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.rendering.scene import Pair, render_pairs
from e2far_jax.rendering.settings import SceneConfig

JPEG_QUALITY = 95

Render = Callable[[Key[Array, "B"], int], Pair]


@dataclasses.dataclass(frozen=True)
class SceneRenderer:
    """A batch of keys and its level -> the batch of pairs, from settings alone.

    Attributes:
      scene: what ungraded pictures show.
      face_model: whose faces.
    """

    scene: SceneConfig
    face_model: FaceModelSettings

    @functools.cached_property
    def model(self) -> MorphableModel:
        """The face model."""
        return load_face_model(self.face_model)

    def __call__(self, keys: Key[Array, "B"], level: int) -> Pair:
        """The pairs of these keys, called from several threads at once."""
        return render_pairs(keys, self.model, scene_at(self.scene, level))

    def __reduce__(self) -> tuple[type, tuple[SceneConfig, FaceModelSettings]]:
        return type(self), (self.scene, self.face_model)  # other processes open the model anew


@dataclasses.dataclass(frozen=True)
class ChunkRenderer:
    """Chunk -> its file, where it is not there yet; can be sent to other processes and machines.

    Attributes:
      folder: of chunk files.
      render: a batch of keys and its level -> the batch of pairs.
      seed: of the data set.
    """

    folder: Path
    render: Render
    seed: int

    def path(self, chunk: Chunk) -> Path:
        """Where a chunk is, or will be."""
        return self.folder / chunk.file_name

    def __call__(self, chunk: Chunk, advance: Callable[[int], object] = lambda count: None) -> None:
        """Render and store a chunk.

        Args:
          chunk: what to render.
          advance: told after each batch how many examples it had.
        """
        if self.path(chunk).exists():
            return
        records: dict[int, Record] = {}
        for level, indices in chunk.batches():
            # A whole batch, even where there are fewer examples: one size is compiled once.
            whole = jnp.asarray(np.resize(indices, BATCH_SIZE))
            keys = example_keys(self.seed, chunk.split, whole)
            pairs = jax.device_get(self.render(keys, level))
            for row, index in enumerate(indices):
                records[index] = _record(pairs, row, index, level)
            advance(len(indices))
        self.folder.mkdir(parents=True, exist_ok=True)
        write_chunk(self.path(chunk), [records[index] for index in sorted(records)])

    def records(self, chunks: Sequence[Chunk]) -> Iterator[Record]:
        """The examples of chunks, in order; those that are missing are rendered."""
        for chunk in chunks:
            self(chunk)
            yield from read_chunk(self.path(chunk))


def render_missing(
    renderer: ChunkRenderer,
    chunks: Sequence[Chunk],
    processes: int = 1,
    threads: int | None = None,
) -> None:
    """Render the chunks whose files are not there yet, with a progress line.

    Args:
      renderer: what renders a chunk.
      chunks: what has to be there in the end.
      processes: 1: threads of this process, which share what they compile, on all its devices.
        More: that many other processes of one thread each, on the CPU.
      threads: of this process; by default enough to keep all processors and devices busy.
    Raises:
      DataError: where a process dies; whole chunks stay.
    """
    missing = [chunk for chunk in chunks if not renderer.path(chunk).exists()]
    total, left = count(chunks), count(missing)
    with tqdm(desc="rendering", total=total, initial=total - left, unit=" images") as progress:
        if processes > 1 and missing:
            _in_processes(renderer, missing, min(processes, len(missing)), progress)
        else:
            _in_threads(renderer, missing, threads, progress)


def _in_threads(
    renderer: ChunkRenderer, chunks: Sequence[Chunk], threads: int | None, progress: tqdm
) -> None:
    devices = _devices()

    def work(number: int) -> None:
        with jax.default_device(devices[number % len(devices)]):
            renderer(chunks[number], progress.update)

    _work(work, range(len(chunks)), threads or _default_threads(devices))


def _in_processes(
    renderer: ChunkRenderer, chunks: Sequence[Chunk], processes: int, progress: tqdm
) -> None:
    if (platform := jax.default_backend()) != "cpu":
        raise ValueError(f"processes is {processes}; on a {platform}, one keeps it busy")
    workers = Workers(renderer, processes)

    def work(chunk: Chunk) -> None:
        workers(chunk)
        progress.update(count([chunk]))

    try:
        _work(work, chunks, processes, workers.close)
    except WorkerDiedError as error:
        kept = sum(renderer.path(chunk).exists() for chunk in chunks)
        raise WorkerDiedError(
            f"{error}; {kept} of {len(chunks)} chunks were rendered and are kept: run it again "
            "to go on, perhaps with fewer processes"
        ) from None


def _work(
    function: Callable[[Any], None],
    items: Sequence[Any],
    threads: int,
    stop: Callable[[], None] = lambda: None,
) -> None:
    """The function of all items; the first failure ends it, and `stop` what is under way."""
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(function, item) for item in items]
        try:
            for job in as_completed(jobs):
                job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            stop()


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


def _default_threads(devices: Sequence[jax.Device]) -> int:
    """One thread a processor on CPUs; two a device elsewhere: one renders, one encodes."""
    processors = os.cpu_count() or 1
    return processors if devices[0].platform == "cpu" else 2 * len(devices)


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
        **{FACTOR + name: value for name, value in pair.factors.items()},
    }
