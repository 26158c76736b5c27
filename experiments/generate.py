"""Render a data set, unless it is there.

    python experiments/generate.py --config=experiments/configs/demo.py --workdir=outputs/demo

Killed and run again, it goes on where it was, also with another number of processes. On a cluster,
an Apache Beam pipeline renders it, a shard of 8,192 pictures a piece of work; `workdir` has to be a
folder that all its machines see:

    python experiments/generate.py --config=experiments/configs/demo.py --workdir=/shared/demo \
        --beam_options=--runner=FlinkRunner,--flink_master=HOST:8081

The bytes are the same either way.
"""

from __future__ import annotations

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data.generate import generate
from e2far_jax.training.config import from_config_dict

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
flags.mark_flag_as_required("config")
WORKDIR = jobs.define_folder("workdir", "outputs/train", "Folder that everything goes to.")
PROCESSES = flags.DEFINE_integer(
    "processes", 1, "Processes that render; one keeps all processors busy, too.", lower_bound=1
)
BEAM_OPTIONS = flags.DEFINE_list("beam_options", None, "Render by Apache Beam, with its options.")


def main() -> None:
    config, workdir = from_config_dict(CONFIG.value), WORKDIR.value
    builder = generate(
        config.data,
        config.scene,
        config.face_model,
        workdir / "data",
        PROCESSES.value,
        BEAM_OPTIONS.value,
    )
    sizes = ", ".join(f"{count} {split}" for split, count in config.data.counts.items())
    print(f"{sizes} pictures: {builder.data_dir}")


if __name__ == "__main__":
    jobs.run(main)
