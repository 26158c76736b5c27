"""Train a network.

    python experiments/train.py --config=experiments/configs/demo.py --workdir=outputs/demo

Renders the data set first, unless it is there. Run again, it goes on from the last checkpoint. Sent
SIGTERM, it saves one and ends with status 75, which means: start it again.

The same command on every host of a TPU pod, or under `srun`, trains on all of them; elsewhere
--coordinator, --process_count and --process_index say who takes part. BUILD.md has examples.
"""

from __future__ import annotations

import jax
from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.training.cluster import Cluster, join
from e2far_jax.training.config import from_config_dict
from e2far_jax.training.loop import train
from e2far_jax.training.profiling import parse_steps

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
flags.mark_flag_as_required("config")
WORKDIR = jobs.define_folder("workdir", "outputs/train", "Folder that everything goes to.")
DATA_DIR = jobs.define_folder("data_dir", None, "Folder of data sets; default: WORKDIR/data.")
READING_PROCESSES = flags.DEFINE_integer(
    "reading_processes", 0, "Processes that read and augment; 0: a thread does.", lower_bound=0
)
ACCEPT_CHANGES = flags.DEFINE_bool(
    "accept_changes", False, "Go on with a run that another configuration or code began."
)
PROFILE_STEPS = flags.DEFINE_string(
    "profile_steps", None, "FIRST,LAST step of a trace for a profiler."
)
COORDINATOR = flags.DEFINE_string("coordinator", None, "HOST:PORT of the job's first process.")
PROCESS_COUNT = flags.DEFINE_integer("process_count", None, "Processes of the job.", lower_bound=1)
PROCESS_INDEX = flags.DEFINE_integer("process_index", None, "Which this is, from 0 on.")


def main() -> None:
    config, workdir = from_config_dict(CONFIG.value), WORKDIR.value
    profile_steps = None if PROFILE_STEPS.value is None else parse_steps(PROFILE_STEPS.value)
    join(Cluster(COORDINATOR.value, PROCESS_COUNT.value, PROCESS_INDEX.value))
    first = jax.process_index() == 0
    if first:
        kind, processes = jax.devices()[0].device_kind, jax.process_count()
        print(f"training on {jax.device_count()} {kind} device(s), {processes} process(es)")
    train(
        config,
        workdir,
        READING_PROCESSES.value,
        DATA_DIR.value,
        ACCEPT_CHANGES.value,
        profile_steps,
    )
    if first:
        print(f"weights: {workdir / 'weights'}    figures: tensorboard --logdir={workdir}")


if __name__ == "__main__":
    jobs.run(main)
