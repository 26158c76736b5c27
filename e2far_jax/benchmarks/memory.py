"""The memory that an experiment's training step takes, and that rendering its pictures takes."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jax

from e2far_jax import settings as settings_io
from e2far_jax.benchmarks.experiment import random_batch, training_step
from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.training.config import ExperimentConfig

STEPS = 2
RENDERED = (8, 32)  # pictures at a time
_STEP = "from e2far_jax.benchmarks.memory import main; main()"


def memory_suite(setting: Setting) -> Iterator[Row]:
    """Peak of a process that trains, and what a compiled renderer works in.

    The process starts, compiles the training step and takes two of them; the input pipeline,
    checkpoints and validation are not in it. The renderer's is XLA's plan of temporary memory.
    """
    config = setting.config
    described = json.dumps(settings_io.to_dict(config))
    values = tuple(_peak_of_child(described) for _ in range(setting.repeats))
    size, batch = config.network.image_size, config.train.batch_size
    name = f"train {config.network.backbone} {size} px, {config.network.dtype}, batch {batch}"
    yield Row(f"peak memory, {name}", "GiB", values)
    few, many = (rendering_memory(config, count) for count in RENDERED)
    name = f"render {config.face_model.spec} {config.scene.image_size} px"
    yield Row(f"working memory, {name}, batch {RENDERED[1]}", "MiB", (many,))
    each = (many - few) / (RENDERED[1] - RENDERED[0])
    yield Row(f"of it for each picture, {name}", "MiB", (each,))


def rendering_memory(config: ExperimentConfig, count: int) -> float:
    """Temporary memory of the compiled renderer for a batch, MiB; pictures come on top."""
    keys = jax.random.split(jax.random.key(0), count)
    lowered = render_pairs.lower(keys, load_face_model(config.face_model), config.scene)
    return lowered.compile().memory_analysis().temp_size_in_bytes / 2**20


def peak_memory() -> float:
    """The most memory that this process ever held, GiB.

    Linux tells it of the program itself; what POSIX counts may begin with the parent's, from
    before the program was started.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) / 2**20
    unit = 1 if sys.platform == "darwin" else 2**10  # bytes there, kibibytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def main() -> None:
    """Take the steps of the experiment that standard input describes; print the peak."""
    config = settings_io.from_dict(ExperimentConfig, json.load(sys.stdin))
    batch, step = random_batch(config), training_step(config)
    for _ in range(STEPS):
        step(batch)
    print(peak_memory())


def _peak_of_child(described: str) -> float:
    command = [sys.executable, "-c", _STEP]
    output = subprocess.run(command, input=described, text=True, check=True, capture_output=True)
    return float(output.stdout)
