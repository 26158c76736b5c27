"""Count the faces that networks read as smiling, with an open mouth, or with closed eyes.

    python experiments/signs.py --pictures=closed_eyes,open_eyes --margin=0.33 --out=outputs/signs

Each of --pictures is a folder of photographs that all show a sign or all don't, or a pattern; in
each picture the largest face counts. Writes report.md with the share of each folder's faces that
each network reads so (e2far_jax/studies/expressions.py has the thresholds), and signs.json with the
measures of every face and why pictures were left out. The photographs are for looking at networks;
nothing is trained on them.
"""

from __future__ import annotations

import dataclasses
import json

from absl import flags

from e2far_jax import jobs
from e2far_jax.files import replacing
from e2far_jax.networks import weights_folder
from e2far_jax.reconstruction.inputs import picture_files
from e2far_jax.reconstruction.reconstructor import Reconstructor
from e2far_jax.studies.signs import measure_pictures, signs_table

PICTURES = flags.DEFINE_list("pictures", None, "Folders of pictures, or patterns.")
OUT = jobs.define_folder("out", None, "Folder that everything goes to.")
flags.mark_flags_as_required(["pictures", "out"])
WEIGHTS = flags.DEFINE_list(
    "weights", ["default"], "Names of the package's networks, or weights folders."
)
MARGIN = flags.DEFINE_float(
    "margin",
    0.0,
    "Share of a picture that is added at each side, for pictures that are cut at the face.",
    lower_bound=0.0,
    upper_bound=1.0,
)
LEAST_SIDE = flags.DEFINE_integer(
    "least_side", 1, "Pixels; pictures with a shorter side are left out.", lower_bound=1
)


def main() -> None:
    for named in (PICTURES, WEIGHTS):
        if not named.value:
            raise ValueError(f"--{named.name} is empty; expected one or more, with commas between")
    paths = {name: picture_files([name]) for name in PICTURES.value}
    reconstructors = {
        text: Reconstructor.from_weights(weights_folder(text), largest=True)
        for text in WEIGHTS.value
    }
    OUT.value.mkdir(parents=True, exist_ok=True)
    tables, measured = [], {}
    for text, reconstructor in reconstructors.items():
        found = {
            name: measure_pictures(reconstructor, files, MARGIN.value, LEAST_SIDE.value)
            for name, files in paths.items()
        }
        tables.append(f"{reconstructor.network.description}\n\n{signs_table(found)}")
        measured[text] = {name: dataclasses.asdict(signs) for name, signs in found.items()}
    report = "\n\n".join(tables)
    with replacing(OUT.value / "signs.json") as file:
        file.write(json.dumps(measured, indent=1).encode())
    with replacing(OUT.value / "report.md") as file:
        file.write(f"{report}\n".encode())
    print(f"\n{report}\n\n{OUT.value / 'report.md'}    {OUT.value / 'signs.json'}")


if __name__ == "__main__":
    jobs.run(main)
