"""Look at a network through photographs with 68 landmarks: figures, and every face as a picture.

    python experiments/photographs.py --photos=DIR --out=outputs/photographs

DIR holds pictures and landmarks.json (see e2far_jax/data_sets/photographs.py). Writes report.md
with the error of the projected landmarks, what the faces show (smile, open mouth, closed eyes)
against what people saw in the pictures (--ratings, see e2far_jax/studies/expressions.py), how far
two people's identities differ, and how many of the faces the detector finds; and
contact_sheet.png. The photographs are for looking at a network; nothing is trained on them.
"""

from __future__ import annotations

from pathlib import Path

from absl import flags

from e2far_jax import jobs
from e2far_jax.data_sets.photographs import read_annotations
from e2far_jax.files import replacing
from e2far_jax.studies.detection import detection_recall
from e2far_jax.studies.expressions import read_ratings
from e2far_jax.studies.look import look_at
from e2far_jax.weights import load_weights

PHOTOS = jobs.define_folder("photos", None, "Folder of photographs with landmarks.json.")
OUT = jobs.define_folder("out", None, "Folder that everything goes to.")
flags.mark_flags_as_required(["photos", "out"])
WEIGHTS = flags.DEFINE_string("weights", None, "Weights folder; default: the package's network.")
RATINGS = flags.DEFINE_string("ratings", None, "JSON file: how clearly people saw which signs.")


def main() -> None:
    photographs, out = read_annotations(PHOTOS.value), OUT.value
    names = [photograph.path.name for photograph in photographs]
    ratings = None if RATINGS.value is None else read_ratings(Path(RATINGS.value), names)
    network = load_weights(WEIGHTS.value)
    out.mkdir(parents=True, exist_ok=True)
    look, sheets = look_at(network, photographs, out)
    report = f"{look.report(ratings)}\n\n{detection_recall(photographs).report()}"
    with replacing(out / "report.md") as file:
        file.write(f"{report}\n".encode())
    print(f"\n{report}\n\n{out / 'report.md'}    {'    '.join(map(str, sheets))}")


if __name__ == "__main__":
    jobs.run(main)
