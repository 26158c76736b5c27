"""Measure networks, or what anybody's method predicted, on data sets of the field.

    python experiments/evaluate.py --config=experiments/configs/demo.py --workdir=outputs/demo

prints what a trained network gets right on its test split, whose identities training never saw.

    python experiments/evaluate.py --dataset=aflw2000-3d --data=DIR --out=outputs/aflw2000 \
        --weights=default,ict,outputs/mine/weights
    python experiments/evaluate.py --dataset=now --data=DIR --out=outputs/now \
        --weights=default --predictions=theirs=DIR

measures on your copy of a published data set (docs/data_sets.md), and writes report.html,
report.md, report.json and plots. --weights are networks that come with the package, or weights
folders; --predictions are NAME=DIR with meshes and landmarks as
e2far_jax/evaluation/jobs/predictions.py says. The first is the one that the others are compared
with. Killed and run again, it goes on where it was.

    python experiments/evaluate.py --dataset=synthetic --model=default --weights=default,ict \
        --out=outputs/synthetic_default

renders the synthetic benchmark (docs/synthetic_benchmark.md), measures on it, and measures what the
mean face and a fit to the true landmarks get right, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data.generate import generate
from e2far_jax.data.source import open_split
from e2far_jax.evaluation.evaluate import evaluate_split
from e2far_jax.evaluation.jobs.baselines import baselines
from e2far_jax.evaluation.jobs.evaluate_set import evaluate_set
from e2far_jax.evaluation.jobs.network import NetworkSystem
from e2far_jax.evaluation.jobs.open import NAMES, open_set
from e2far_jax.evaluation.jobs.predictions import PredictionsSystem
from e2far_jax.evaluation.jobs.sets import EvaluationSet
from e2far_jax.evaluation.jobs.synthetic_set import SyntheticSet, open_synthetic_set
from e2far_jax.evaluation.jobs.systems import System
from e2far_jax.files import replacing
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.networks import network_for, shipped_network, weights_folder
from e2far_jax.training.config import from_config_dict
from e2far_jax.training.export import load_state_weights
from e2far_jax.weights import load_weights

SYNTHETIC = "synthetic"
DATASET = flags.DEFINE_enum(
    "dataset", None, [*NAMES, SYNTHETIC], "The data set; default: the test split."
)
DATA = jobs.define_folder("data", None, "Your copy of the data set; synthetic: OUT/pictures.")
OUT = jobs.define_folder("out", None, "Folder for the report.")
WEIGHTS = flags.DEFINE_list("weights", [], "Names of the package's networks, or weights folders.")
PREDICTIONS = flags.DEFINE_list("predictions", [], "NAME=DIR of anybody's predictions.")
SKIP_INCOMPLETE = flags.DEFINE_bool("skip_incomplete", False, "Leave out items that lack a file.")
MODEL = flags.DEFINE_string("model", "default", "Synthetic: the morphable model.")
COUNT = flags.DEFINE_integer("count", 100, "Synthetic: pictures a grade.")
CONFIG = config_flags.DEFINE_config_file("config", None, "Test split: the experiment.")
WORKDIR = jobs.define_folder("workdir", "outputs/train", "Test split: folder of the training.")


def test_split() -> None:
    if CONFIG.value is None:
        raise ValueError("give --config for a training's test split, or --dataset")
    config, workdir = from_config_dict(CONFIG.value), WORKDIR.value
    network = load_state_weights(workdir, config)
    builder = generate(config.data, config.scene, config.face_model, workdir / "data")
    source = open_split(builder, "test")
    evaluation = evaluate_split(network, source)
    print(f"\n{network.description}, on {len(source)} pictures of unseen identities\n")
    print(evaluation.table())
    with replacing(workdir / "evaluation.json") as file:
        file.write(json.dumps(evaluation.to_dict(), indent=1).encode())
    print(f"\nfigures: {workdir / 'evaluation.json'}")


def data_set() -> None:
    if OUT.value is None:
        raise ValueError("--dataset needs --out=DIR, a folder for the report")
    if DATASET.value == SYNTHETIC:
        evaluation = synthetic_set()
        landmarks = {truth.picture.name: truth.landmarks for truth in evaluation.truths}
        compared = baselines(evaluation.model, landmarks)
    elif DATA.value is None:
        raise ValueError(f"--dataset={DATASET.value} needs --data=DIR, your copy of it")
    else:
        evaluation = open_set(DATASET.value, DATA.value, skip_incomplete=SKIP_INCOMPLETE.value)
        compared = []
    report = evaluate_set(evaluation, [*systems(evaluation), *compared], OUT.value)
    print(f"\n{(OUT.value / 'report.md').read_text()}")
    failed = sum(len(system.failures) for system in report.systems)
    if failed:
        print(f"{failed} items without a result; the report says why")
    print(f"report: {OUT.value / 'report.html'}")


def synthetic_set() -> SyntheticSet:
    model = load_face_model(FaceModelSettings(MODEL.value))
    evaluation = open_synthetic_set(model, DATA.value or OUT.value / "pictures", COUNT.value)
    print(f"SHA-256 of the pictures' pixels: {evaluation.digest}")
    return evaluation


def systems(evaluation: EvaluationSet) -> Iterator[System]:
    synthetic = DATASET.value == SYNTHETIC
    own = network_for(MODEL.value) if synthetic else shipped_network()
    for text in WEIGHTS.value or ([] if PREDICTIONS.value else [own.name]):
        folder = weights_folder(text)
        yield NetworkSystem.of_weights(folder.name, load_weights(folder), evaluation.neutral)
    for text in PREDICTIONS.value:
        name, separator, folder = text.partition("=")
        if not separator:
            raise ValueError(f"--predictions has {text!r}; expected NAME=DIR")
        yield PredictionsSystem(name, Path(folder), evaluation.scans)


def main() -> None:
    test_split() if DATASET.value is None else data_set()


if __name__ == "__main__":
    jobs.run(main)
