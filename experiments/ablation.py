"""Train the same small network again and again with one thing changed, and compare.

    python experiments/ablation.py --study=scenes --out=outputs/ablation

"scenes" trains once on full scenes and once without each family of factors, and writes scenes.json
and scenes.md: errors on a graded test of unseen identities and, with --photos=DIR, on photographs.
On two CPU cores a run takes some four minutes. Killed and started again, it goes on where it was.
"""

from __future__ import annotations

from pathlib import Path

from absl import flags

from e2far_jax import jobs
from e2far_jax.rendering.settings import FAMILIES
from e2far_jax.studies.photographs import read_annotations
from e2far_jax.studies.scenes import recipe, scenes_study
from e2far_jax.studies.tables import study_table


def scenes() -> None:
    base = recipe(MODEL.value, EXAMPLES.value, SIZE.value, STEPS.value, SEED.value)
    photographs = None if PHOTOS.value is None else read_annotations(Path(PHOTOS.value))
    folder = Path(OUT.value)
    results = scenes_study(base, FAMILIES_LEFT_OUT.value, folder, photographs)
    print(f"\n{study_table(results)}\n\n{folder / 'scenes.md'}    {folder / 'scenes.json'}")


STUDIES = {"scenes": scenes}

STUDY = flags.DEFINE_enum("study", None, list(STUDIES), "What is changed.")
OUT = flags.DEFINE_string("out", None, "Folder that everything goes to.")
flags.mark_flags_as_required(["study", "out"])
MODEL = flags.DEFINE_string("model", "default", "Morphable model.")
EXAMPLES = flags.DEFINE_integer("examples", 10_000, "Pictures to learn from.", lower_bound=1)
SIZE = flags.DEFINE_integer("size", 96, "Side of a picture, pixels.", lower_bound=32)
STEPS = flags.DEFINE_integer("steps", 1_500, "Optimiser steps of a run.", lower_bound=1)
SEED = flags.DEFINE_integer("seed", 0, "Of pictures, initialisation and order.", lower_bound=0)
FAMILIES_LEFT_OUT = flags.DEFINE_list("families", list(FAMILIES), "Families to leave out.")
PHOTOS = flags.DEFINE_string("photos", None, "Folder of photographs with landmarks.json.")


def main() -> None:
    STUDIES[STUDY.value]()


if __name__ == "__main__":
    jobs.run(main)
