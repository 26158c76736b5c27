"""Give a trained network a closer look at the pictures, which corrects its reading.

    python experiments/closer_look.py --config=experiments/configs/compact.py:closer_look \\
        --config.init.weights=outputs/compact/weights --workdir=outputs/closer_look

Renders the data set first, unless it is there. Each look is the solution of linear least squares,
found in one pass over the training pictures, in minutes; nothing of the network given is changed.
"""

from __future__ import annotations

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data.source import open_split
from e2far_jax.evaluation.evaluate import evaluate_split
from e2far_jax.training.closer_look import give_closer_looks
from e2far_jax.training.config import from_config_dict
from e2far_jax.training.sources import stored_data_set

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
flags.mark_flag_as_required("config")
WORKDIR = jobs.define_folder("workdir", "outputs/closer_look", "Folder that everything goes to.")
DATA_DIR = jobs.define_folder("data_dir", None, "Folder of data sets; default: WORKDIR/data.")


def main() -> None:
    config, workdir = from_config_dict(CONFIG.value), WORKDIR.value
    data_dir = DATA_DIR.value or workdir / "data"
    network = give_closer_looks(config, workdir, data_dir)
    validation = open_split(stored_data_set(config, data_dir), "validation")
    print(f"\n{evaluate_split(network, validation).table()}\n\nweights: {workdir / 'weights'}")


if __name__ == "__main__":
    jobs.run(main)
