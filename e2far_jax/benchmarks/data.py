"""Reading, decoding and augmenting, beside what training consumes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from e2far_jax.benchmarks.experiment import EXAMPLES, read_batches, training_step
from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates


def data_suite(setting: Setting) -> Iterator[Row]:
    """Batches from a data set on disk, and their rate over the training step's."""
    config = setting.config
    size = config.train.batch_size
    with tempfile.TemporaryDirectory() as folder:
        batches = read_batches(config, Path(folder))
        first = next(batches)

        def read() -> None:
            for _ in range(EXAMPLES // size):
                next(batches)

        reading = rates(read, EXAMPLES, setting.repeats)
        del batches  # its threads would read on beside the training
    step = training_step(config)
    training = rates(lambda: step(first), size, setting.repeats)
    yield Row(
        f"read, decode and augment, {config.scene.image_size} px",
        "images/s",
        reading,
        peer="training",
        peer_values=training,
    )
