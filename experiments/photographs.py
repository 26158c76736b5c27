"""Look at a network through photographs with 68 landmarks: figures, and every face as a picture.

    python experiments/photographs.py --photos=DIR --out=outputs/photographs

DIR holds pictures and landmarks.json (see e2far_jax/studies/photographs.py). Writes report.md
with the error of the projected landmarks, what was seen (smile, open mouth, closed eyes) against
--labels, and how far two people's identities differ; and contact_sheet.png. The photographs are for
looking at a network; nothing is trained on them.
"""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
from absl import flags
from tqdm import tqdm

from e2far_jax import jobs
from e2far_jax.evaluation.metrics import normalised_mean_error
from e2far_jax.evaluation.statistics import bootstrap_mean
from e2far_jax.files import replacing
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.reconstruction.contact_sheet import ContactSheet
from e2far_jax.reconstruction.crops import cut_crop
from e2far_jax.reconstruction.faces import reconstruct_faces
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.reconstruction.views import CAPTIONS, VIEW_SIZE, face_views
from e2far_jax.studies.expressions import SIGNS, confusion, measure_signs, read_labels
from e2far_jax.studies.identity_spread import identity_spread
from e2far_jax.studies.photographs import read_annotations
from e2far_jax.studies.tables import markdown
from e2far_jax.weights import load_weights

PHOTOS = flags.DEFINE_string("photos", None, "Folder of photographs with landmarks.json.")
OUT = flags.DEFINE_string("out", None, "Folder that everything goes to.")
flags.mark_flags_as_required(["photos", "out"])
WEIGHTS = flags.DEFINE_string("weights", None, "Weights folder; default: the package's network.")
LABELS = flags.DEFINE_string("labels", None, "JSON file: which signs each picture shows.")


def main() -> None:
    photographs, out = read_annotations(Path(PHOTOS.value)), Path(OUT.value)
    names = [photograph.path.name for photograph in photographs]
    labels = None if LABELS.value is None else read_labels(Path(LABELS.value), names)
    network = load_weights(WEIGHTS.value)
    out.mkdir(parents=True, exist_ok=True)
    sheet, errors, measured = ContactSheet(out, CAPTIONS), {}, {}
    for photograph in tqdm(photographs, "photographs", unit="face"):
        picture, name = read_photograph(photograph.path), photograph.path.name
        box = np.asarray(bounding_box(jnp.asarray(photograph.landmarks)))
        (face,) = reconstruct_faces(network, picture, box[None])
        seen, true = (jnp.asarray(p)[None] for p in (face.landmarks_2d, photograph.landmarks))
        errors[name] = float(normalised_mean_error(seen, true)[0])
        measured[name] = measure_signs(
            face.expression, face.landmarks_3d, network.face_model.expression_names
        )
        views = face_views(network.face_model, face, cut_crop(picture, box, VIEW_SIZE))
        sheet.add(f"{name}  {errors[name]:.1f} %", views)
    sheets = sheet.finish()
    print("seeing every face again in other boxes and colours", flush=True)
    spread = identity_spread(network, photographs)

    mean = bootstrap_mean(np.array([*errors.values()]), np.random.default_rng(0))
    lines = [
        f"{network.description}, {len(photographs)} photographs",
        "",
        f"68 landmarks, NME: {mean} % of the face box",
        f"neutral shapes, RMS: {spread.between:.2f} mm between two people, {spread.within:.2f} mm "
        f"between two views of one, {spread.ratio:.1f} times as far",
        "",
    ]
    if labels is not None:
        header = ["sign", "seen rightly", "missed", "seen falsely", "rightly not seen"]
        rows = [header, ["---"] + ["--:"] * 4]
        for sign, counts in confusion(measured, labels).items():
            found = (counts.right, counts.missed, counts.false, counts.absent)
            rows.append([sign, *map(str, found)])
        lines += [markdown(rows), ""]
    rows = [["picture", "NME %", *SIGNS], ["---"] + ["--:"] * (1 + len(SIGNS))]
    for name in names:
        signs = [f"{measured[name][sign]:.2f}" for sign in SIGNS]
        rows.append([name, f"{errors[name]:.2f}", *signs])
    report = "\n".join([*lines, markdown(rows)])
    with replacing(out / "report.md") as file:
        file.write(f"{report}\n".encode())
    print(f"\n{report}\n\n{out / 'report.md'}    {'    '.join(map(str, sheets))}")


if __name__ == "__main__":
    jobs.run(main)
