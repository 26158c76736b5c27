"""Train the same small network again and again with one thing changed, and compare.

    python experiments/ablation.py --study=paper --out=outputs/paper_ablation --seeds=3 \
        --config=experiments/configs/demo.py
    python experiments/ablation.py --study=shape --out=outputs/shape --config.train.duration=3000
    python experiments/ablation.py --study=scenes --out=outputs/ablation

"paper" trains the method and three variants of it, each with several seeds: a single task instead
of two, the last feature map instead of the fusion-CNN, a fusion of more maps. Our terms on
coefficients are left out of the loss (e2far_jax/studies/paper.py says why). "shape" trains the
recipe of --config, then with one thing changed at a time (loss, network, data, schedule; --changes
chooses), each with several seeds, and says how much of the neutral and of the expressive shape came
out, by level of difficulty. "scenes" trains once on full scenes and once without each family of
factors.

All write NAME.json and NAME.md, "paper" also NAME.png: errors on a test of unseen identities and,
with --photos=DIR, on photographs. On two CPU cores a run takes some minutes. Killed and started
again, it goes on where it was.
"""

from __future__ import annotations

from pathlib import Path

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data_sets.photographs import AnnotatedPhotograph, read_annotations
from e2far_jax.rendering.settings import FAMILIES
from e2far_jax.studies.paper import paper_study
from e2far_jax.studies.paper_table import paper_table
from e2far_jax.studies.scenes import recipe, scenes_study
from e2far_jax.studies.shape import changes, shape_study
from e2far_jax.studies.shape_table import shape_study_table
from e2far_jax.studies.tables import study_table
from e2far_jax.training.config import from_config_dict


def scenes() -> str:
    base = recipe(MODEL.value, EXAMPLES.value, SIZE.value, STEPS.value, SEED.value)
    results = scenes_study(base, FAMILIES_LEFT_OUT.value, OUT.value, photographs())
    return study_table(results)


def shape() -> str:
    base = from_config_dict(CONFIG.value)
    names = [*changes(base)] if CHANGES.value is None else CHANGES.value
    return shape_study_table(shape_study(base, names, SEEDS.value, OUT.value, photographs()))


def paper() -> str:
    base = from_config_dict(CONFIG.value)
    results = paper_study(base, SEEDS.value, OUT.value, photographs(), COEFFICIENT_TERMS.value)
    return paper_table(results)


def photographs() -> list[AnnotatedPhotograph] | None:
    return None if PHOTOS.value is None else read_annotations(PHOTOS.value)


STUDIES = {"paper": paper, "scenes": scenes, "shape": shape}

STUDY = flags.DEFINE_enum("study", None, list(STUDIES), "What is changed.")
OUT = jobs.define_folder("out", None, "Folder that everything goes to.")
flags.mark_flags_as_required(["study", "out"])
PHOTOS = jobs.define_folder("photos", None, "Folder of photographs with landmarks.json.")

CONFIG = config_flags.DEFINE_config_file(
    "config", str(Path(__file__).parent / "configs" / "compact.py"), "Paper, shape: the training."
)
CHANGES = flags.DEFINE_list("changes", None, "Shape: names of what is changed; default: all.")

SEEDS = flags.DEFINE_integer("seeds", 3, "Paper, shape: seeds of each variant.", lower_bound=1)
COEFFICIENT_TERMS = flags.DEFINE_bool(
    "coefficient_terms", False, "Paper: keep the loss's terms on coefficients."
)

MODEL = flags.DEFINE_string("model", "default", "Scenes: morphable model.")
EXAMPLES = flags.DEFINE_integer(
    "examples", 10_000, "Scenes: pictures to learn from.", lower_bound=1
)
SIZE = flags.DEFINE_integer("size", 96, "Scenes: side of a picture, pixels.", lower_bound=32)
STEPS = flags.DEFINE_integer("steps", 1_500, "Scenes: optimiser steps of a run.", lower_bound=1)
SEED = flags.DEFINE_integer("seed", 0, "Scenes: of pictures, initialisation, order.", lower_bound=0)
FAMILIES_LEFT_OUT = flags.DEFINE_list("families", list(FAMILIES), "Scenes: families to leave out.")


def main() -> None:
    table = STUDIES[STUDY.value]()
    paths = [OUT.value / f"{STUDY.value}{suffix}" for suffix in (".md", ".json", ".png")]
    print(f"\n{table}\n\n{'    '.join(str(path) for path in paths if path.exists())}")


if __name__ == "__main__":
    jobs.run(main)
