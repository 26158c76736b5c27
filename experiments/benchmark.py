"""Measure speed: training step, inference, rendering, reading data, start.

    python experiments/benchmark.py --suite=train,infer,render,factors,data,startup --repeats=5
    python experiments/benchmark.py --suite=render --model=ict:FaceXModel --crop_to=face

Prints the median and the range of several repetitions. Run it on an otherwise idle machine. Reading
is shown as a multiple of what the training step of the same network consumes in the same run.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax
import jax.numpy as jnp
from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data.generate import generate
from e2far_jax.data.pipeline import training_batches
from e2far_jax.data.source import open_split
from e2far_jax.losses import face_gram
from e2far_jax.models import E2FAR
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.rendering.settings import FAMILIES, SceneConfig
from e2far_jax.training.config import ExperimentConfig, from_config_dict, network_settings
from e2far_jax.training.loop import pipeline_settings
from e2far_jax.training.optimiser import make_optimiser
from e2far_jax.training.parallel import AXIS, parallel_step, split_batch
from e2far_jax.training.step import initial_state, make_train_step

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment that is measured.")
flags.mark_flag_as_required("config")
SUITE = flags.DEFINE_list("suite", "train,infer,render,data,startup", "What to measure.")
REPEATS = flags.DEFINE_integer("repeats", 5, "Repetitions of each measurement.", lower_bound=1)
MODEL = flags.DEFINE_string("model", "default", "Morphable model that is rendered.")
CROP_TO = flags.DEFINE_string("crop_to", None, "Region of it that is rendered.")
RENDER_SIZE, RENDER_BATCH, DATA_EXAMPLES = 180, 32, 2_048

Row = tuple[str, str, list[float]]


def main() -> None:
    config = from_config_dict(CONFIG.value)
    unknown = sorted(set(SUITE.value) - set(SUITES))
    if unknown:
        raise ValueError(f"no suite {', '.join(unknown)}; the choices are {', '.join(SUITES)}")
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, "
        f"{jax.devices()[0].device_kind} x {jax.device_count()}, jax {jax.__version__}"
    )
    for suite in SUITE.value:
        for name, unit, values in SUITES[suite](config):
            print(
                f"{name:44} {statistics.median(values):10.1f} {unit:10} "
                f"({min(values):.1f} to {max(values):.1f}, {len(values)} runs)",
                flush=True,
            )


def train_suite(config: ExperimentConfig) -> Iterator[Row]:
    """The training step on batches that are in memory already."""
    with tempfile.TemporaryDirectory() as folder:
        step = _training_step(config)
        batch = next(_batches(config, Path(folder)))
        rates = _rates(lambda: step(batch), config.train.batch_size, at_least=20)
    yield f"train {config.network.backbone}, batch {config.train.batch_size}", "images/s", rates


def infer_suite(config: ExperimentConfig) -> Iterator[Row]:
    """The network alone, on batches that are in memory already."""
    network = network_settings(config, load_face_model(config.face_model))
    module, size = E2FAR(network), network.image_size
    variables = module.init(jax.random.key(0), jnp.zeros((1, size, size, 3)))
    apply = jax.jit(module.apply)
    for count in (1, 8, 64):
        images = jax.random.uniform(jax.random.key(1), (count, size, size, 3))
        rates = _rates(
            lambda images=images: jax.block_until_ready(apply(variables, images)), count, 20
        )
        yield f"infer {config.network.backbone}, batch {count}", "images/s", rates


def render_suite(config: ExperimentConfig) -> Iterator[Row]:
    """Pictures of the easiest and the fullest scenes, as data sets are rendered."""
    del config
    model = load_face_model(FaceModelSettings(MODEL.value, CROP_TO.value))
    for level in (LEVELS[0], LEVELS[-1]):
        rates = _rendering_rates(model, SceneConfig.at_level(level, RENDER_SIZE))
        name = f"render {model.name}, {len(model.triangles)} triangles, level {level}"
        yield name, "images/s", rates


def factors_suite(config: ExperimentConfig) -> Iterator[Row]:
    """What each family of factors costs: the fullest scenes' time, less that without it."""
    del config
    model = load_face_model(FaceModelSettings(MODEL.value, CROP_TO.value))
    scene = SceneConfig(image_size=RENDER_SIZE)
    full = _rendering_rates(model, scene)
    yield "everything", "ms/image", [1000 / rate for rate in full]
    for family in FAMILIES:
        rates = _rendering_rates(model, scene.without(family))
        costs = [1000 / a - 1000 / b for a, b in zip(full, rates, strict=True)]
        yield f"  of which {family}", "ms/image", costs


def _rendering_rates(model: MorphableModel, scene: SceneConfig) -> list[float]:
    """Images a second, a batch on every processor at once."""
    keys = jax.random.split(jax.random.key(0), RENDER_BATCH)
    threads = (os.cpu_count() or 1) if jax.devices()[0].platform == "cpu" else 1

    def render(_: int) -> None:
        jax.block_until_ready(render_pairs(keys, model, scene))

    with ThreadPoolExecutor(threads) as pool:
        return _rates(
            lambda: list(pool.map(render, range(threads))), threads * RENDER_BATCH, at_least=1
        )


def data_suite(config: ExperimentConfig) -> Iterator[Row]:
    """Reading, decoding and augmenting, beside what training consumes."""
    with tempfile.TemporaryDirectory() as folder:
        batches = _batches(config, Path(folder))
        first = next(batches)
        size = config.train.batch_size
        reading = _rates(lambda: next(batches), size, at_least=2 * DATA_EXAMPLES // size)
        del batches  # its threads would read on beside the training
        step = _training_step(config)
        training = _rates(lambda: step(first), size, at_least=20)
    yield f"read, decode and augment, {config.scene.image_size} px", "images/s", reading
    ratios = [a / b for a, b in zip(reading, training, strict=True)]
    yield f"reading / training of {config.network.backbone}", "times", ratios


def startup_suite(config: ExperimentConfig) -> Iterator[Row]:
    """`import e2far_jax` in a fresh interpreter, less the interpreter's own start."""
    del config

    def milliseconds(code: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return 1000 * (time.perf_counter() - started)

    values = [milliseconds("import e2far_jax") - milliseconds("") for _ in range(REPEATS.value)]
    yield "import e2far_jax", "ms", values


SUITES = {
    "train": train_suite,
    "infer": infer_suite,
    "render": render_suite,
    "factors": factors_suite,
    "data": data_suite,
    "startup": startup_suite,
}


def _batches(config: ExperimentConfig, folder: Path) -> Iterator:

    data = dataclasses.replace(config.data, train_examples=DATA_EXAMPLES, test_examples=1)
    builder = generate(data, config.scene, config.face_model, folder)
    return training_batches(open_split(builder, "train"), pipeline_settings(config))


def _training_step(config: ExperimentConfig) -> Callable:
    face_model = load_face_model(config.face_model)
    network, optimiser = network_settings(config, face_model), make_optimiser(config.train)
    step = parallel_step(
        make_train_step(network, optimiser, face_gram(face_model), config.loss, config.seed, AXIS)
    )
    state = initial_state(network, optimiser, config.seed)
    return lambda batch: jax.block_until_ready(step(state, split_batch(batch)))


def _rates(run: Callable[[], object], count: int, at_least: int) -> list[float]:
    """Examples a second of each repetition; a repetition calls `run` `at_least` times."""
    run()
    rates = []
    for _ in range(REPEATS.value):
        started = time.perf_counter()
        for _ in range(at_least):
            run()
        rates.append(at_least * count / (time.perf_counter() - started))
    return rates


if __name__ == "__main__":
    jobs.run(main)
