"""Train a network.

    python experiments/train.py --config=experiments/configs/demo.py --workdir=outputs/demo

Renders the data set first, unless it is there. Run again, it goes on from the last checkpoint.
"""

from __future__ import annotations

from pathlib import Path

import jax
from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.training.config import from_config_dict
from e2far_jax.training.loop import train

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
flags.mark_flag_as_required("config")
WORKDIR = flags.DEFINE_string("workdir", "outputs/train", "Folder that everything goes to.")
DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder of data sets; default: WORKDIR/data.")
READING_PROCESSES = flags.DEFINE_integer(
    "reading_processes", 0, "Processes that read and augment; 0: a thread does.", lower_bound=0
)


def main() -> None:
    config, workdir = from_config_dict(CONFIG.value), Path(WORKDIR.value)
    print(f"training on {jax.device_count()} {jax.devices()[0].device_kind} device(s)")
    data_dir = None if DATA_DIR.value is None else Path(DATA_DIR.value)
    train(config, workdir, READING_PROCESSES.value, data_dir)
    print(f"weights: {workdir / 'weights'}    figures: tensorboard --logdir={workdir}")


if __name__ == "__main__":
    jobs.run(main)
