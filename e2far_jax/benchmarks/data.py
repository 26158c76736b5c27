"""Reading, decoding and augmenting: beside the decoder alone, and as the training's wait for it."""

from __future__ import annotations

import functools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from e2far_jax.benchmarks.experiment import EXAMPLES, small_data_set, training_step
from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates_by_turns
from e2far_jax.data.batch import Batch
from e2far_jax.data.source import FaceSource, decode_image, open_split
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.sources import StoredPictures

LEAST_STEPS, SECONDS = 3, 5.0  # of a repetition


def data_suite(setting: Setting) -> Iterator[Row]:
    """Batches from a data set on disk: their rate, and how long training waits for them."""
    config = setting.config
    with tempfile.TemporaryDirectory() as folder:
        data_set = small_data_set(config, Path(folder))
        source = open_split(data_set, "train")
        rates = _reading_rates(config, source, data_set.model, setting.repeats)
        batches = StoredPictures(config, source, data_set.model).inputs()
        step = training_step(config)
        step(next(batches))
        waits = tuple(_wait(batches, step) for _ in range(setting.repeats))
        del batches  # the folder goes
    decoder, size = rates.pop("decoder"), config.network.image_size
    for name, values in rates.items():
        yield Row(
            f"read, decode, augment, {size} px, {name}",
            "images/s",
            values,
            peer=f"decoder alone, {_processors()} threads",
            peer_values=decoder,
        )
    yield Row(f"wait for input, {config.network.backbone}", "% of the training step", waits)


def _reading_rates(
    config: ExperimentConfig, source: FaceSource, face_model: MorphableModel, repeats: int
) -> dict[str, tuple[float, ...]]:
    """Of a thread of this process, of processes, and of the decoder alone."""
    contestants = {"decoder": _decoder(source)}
    for processes in (0, _processors()):
        batches = StoredPictures(config, source, face_model, processes).inputs()
        count = EXAMPLES // config.train.batch_size
        name = f"{processes} processes" if processes else "a thread"
        contestants[name] = functools.partial(_take, batches, count)
    return rates_by_turns(contestants, EXAMPLES, repeats)


def _processors() -> int:
    return os.cpu_count() or 1


def _take(batches: Iterator[Batch], count: int) -> None:
    for _ in range(count):
        next(batches)


def _decoder(source: FaceSource) -> Callable[[], object]:
    """Decodes the same pictures, from memory and into nothing, on all processors."""
    encoded = [source.encoded_image(index) for index in range(len(source))]
    threads = _processors()

    def decode(first: int) -> None:
        for picture in encoded[first::threads]:
            decode_image(picture)

    pool = ThreadPoolExecutor(threads)
    return lambda: list(pool.map(decode, range(threads)))


def _wait(batches: Iterator[Batch], step: Callable[[Batch], object]) -> float:
    """Percent of the time of training steps in which the devices have no batch to work at.

    Each step is waited for, so that waiting for the next batch is not hidden behind it.
    """
    waited, steps, started = 0.0, 0, time.perf_counter()
    while steps < LEAST_STEPS or time.perf_counter() - started < SECONDS:
        asked = time.perf_counter()
        batch = next(batches)
        waited += time.perf_counter() - asked
        step(batch)
        steps += 1
    return 100.0 * waited / (time.perf_counter() - started)
