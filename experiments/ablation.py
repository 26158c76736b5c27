"""Train the same small network again and again with one thing changed, and compare.

    python experiments/ablation.py --study=shape --out=outputs/shape --config.train.steps=3000
    python experiments/ablation.py --study=scenes --out=outputs/ablation

"shape" trains the recipe of --config, then with one thing changed at a time (loss, network, data,
schedule; --changes chooses), and says how much of the neutral and of the expressive shape came out,
by level of difficulty. "scenes" trains once on full scenes and once without each family of factors.
Both write NAME.json and NAME.md: errors on a graded test of unseen identities and, with
--photos=DIR, on photographs. On two CPU cores a run takes some minutes. Killed and started again,
it goes on where it was.
"""

from __future__ import annotations

from pathlib import Path

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.rendering.settings import FAMILIES
from e2far_jax.studies.photographs import AnnotatedPhotograph, read_annotations
from e2far_jax.studies.scenes import recipe, scenes_study
from e2far_jax.studies.shape import changes, shape_study
from e2far_jax.studies.shape_table import shape_study_table
from e2far_jax.studies.tables import study_table
from e2far_jax.training.config import from_config_dict


def scenes() -> str:
    base = recipe(MODEL.value, EXAMPLES.value, SIZE.value, STEPS.value, SEED.value)
    results = scenes_study(base, FAMILIES_LEFT_OUT.value, Path(OUT.value), photographs())
    return study_table(results)


def shape() -> str:
    base = from_config_dict(CONFIG.value)
    names = [*changes(base)] if CHANGES.value is None else CHANGES.value
    return shape_study_table(shape_study(base, names, Path(OUT.value), photographs()))


def photographs() -> list[AnnotatedPhotograph] | None:
    return None if PHOTOS.value is None else read_annotations(Path(PHOTOS.value))


STUDIES = {"scenes": scenes, "shape": shape}

STUDY = flags.DEFINE_enum("study", None, list(STUDIES), "What is changed.")
OUT = flags.DEFINE_string("out", None, "Folder that everything goes to.")
flags.mark_flags_as_required(["study", "out"])
PHOTOS = flags.DEFINE_string("photos", None, "Folder of photographs with landmarks.json.")

CONFIG = config_flags.DEFINE_config_file(
    "config", str(Path(__file__).parent / "configs" / "compact.py"), "Shape: the recipe."
)
CHANGES = flags.DEFINE_list("changes", None, "Shape: names of what is changed; default: all.")

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
    path = Path(OUT.value) / STUDY.value
    print(f"\n{table}\n\n{path.with_suffix('.md')}    {path.with_suffix('.json')}")


if __name__ == "__main__":
    jobs.run(main)
