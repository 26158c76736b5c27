"""Measure trained weights on the test split, whose identities training never saw.

python experiments/evaluate.py --config=experiments/configs/demo.py --workdir=outputs/demo
"""

from __future__ import annotations

import json

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data.generate import generate
from e2far_jax.data.source import open_split
from e2far_jax.evaluation.evaluate import evaluate_split
from e2far_jax.files import replacing
from e2far_jax.training.config import from_config_dict
from e2far_jax.weights import load_weights

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
flags.mark_flag_as_required("config")
WORKDIR = jobs.define_folder("workdir", "outputs/train", "Folder of the training.")


def main() -> None:
    config, workdir = from_config_dict(CONFIG.value), WORKDIR.value
    network = load_weights(workdir / "weights")
    builder = generate(config.data, config.scene, config.face_model, workdir / "data")
    source = open_split(builder, "test")
    evaluation = evaluate_split(network, source)
    print(f"\n{network.description}, on {len(source)} pictures of unseen identities\n")
    print(evaluation.table())
    with replacing(workdir / "evaluation.json") as file:
        file.write(json.dumps(evaluation.to_dict(), indent=1).encode())
    print(f"\nfigures: {workdir / 'evaluation.json'}")


if __name__ == "__main__":
    jobs.run(main)
