"""Store trained weights as the package ships them: float16, with figures and a model card.

    python experiments/ship.py --config=experiments/configs/compact.py --workdir=outputs/compact \\
        --out=e2far_jax/networks/default --hours=1.5 --hardware="two CPU cores" \\
        --least_slope=0.7 --least_slope_of=eyeBlink=0.95,mouthUpperUp=0.85,mouthLowerDown=0.85

The figures are those of the stored weights, on the test split of the configuration. Expressions
are stretched by what a longer validation split asks for (`e2far_jax/training/stretch.py`): slopes
of rare expressions are off by a fifth on 512 pictures. Both are rendered here, unless they are
there; the training's pictures aren't needed any more.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import subprocess
from pathlib import Path
from typing import Any

from absl import flags
from jaxtyping import Array, Bool, Float
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data.generate import generate
from e2far_jax.data.source import FaceSource, open_split
from e2far_jax.evaluation.evaluate import evaluate_split, predict_split
from e2far_jax.files import replacing
from e2far_jax.morphable.model import clip_expression
from e2far_jax.training.config import from_config_dict
from e2far_jax.training.export import load_state_weights
from e2far_jax.training.model_card import Training, model_card
from e2far_jax.training.stretch import WantedSlopes, needed_stretch, stretched
from e2far_jax.weights import TrainedNetwork, load_weights, save_weights

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
WORKDIR = jobs.define_folder("workdir", None, "Folder of the training.")
DATA_DIR = jobs.define_folder("data_dir", None, "Folder of data sets; default: WORKDIR/data.")
OUT = jobs.define_folder("out", None, "Folder for the network; its name is the network's.")
HOURS = flags.DEFINE_float("hours", None, "How long the training took.", lower_bound=0.0)
HARDWARE = flags.DEFINE_string("hardware", None, "What it ran on.")
COMMAND = flags.DEFINE_string("command", None, "What trains it again; default: from --config.")
LEAST_SLOPE = flags.DEFINE_float(
    "least_slope",
    0.0,
    "Stretch expressions that are read well until, of a unit more, so much is said; 0: not at all.",
    lower_bound=0.0,
    upper_bound=1.0,
)
LEAST_SLOPE_OF = flags.DEFINE_list(
    "least_slope_of",
    [],
    "NAME=SLOPE, ...: slopes of some expressions whatever their spread, such as eyeBlink=0.9; a "
    "name stands for its two sides, too.",
)
STRETCH_PICTURES = flags.DEFINE_integer(
    "stretch_pictures", 2048, "How many pictures say how much to stretch.", lower_bound=2
)
flags.mark_flags_as_required(["config", "workdir", "out", "hours", "hardware"])


def main() -> None:
    config, workdir, out = from_config_dict(CONFIG.value), WORKDIR.value, OUT.value
    trained, slopes = load_state_weights(workdir, config), _wanted_slopes()
    wanted = slopes.of(trained.face_model.expression_names)
    data_dir = DATA_DIR.value or workdir / "data"
    data = dataclasses.replace(
        config.data, train_examples=1, validation_examples=STRETCH_PICTURES.value
    )
    data_set = generate(data, config.scene, config.face_model, data_dir)
    variables, description = trained.variables, f"{out.name}, {trained.description}"
    if slopes != WantedSlopes():
        variables = _stretched(trained, wanted, open_split(data_set, "validation"))
    save_weights(out, variables, trained.network, config.face_model, description, dtype="float16")
    evaluation = evaluate_split(load_weights(out), open_split(data_set, "test"))
    command = COMMAND.value
    if command is None:
        path = config_flags.get_config_filename(flags.FLAGS["config"])
        job = "closer_look" if config.network.look_points else "train"
        command = f"python experiments/{job}.py --config={path} --workdir={workdir}"
    training = Training(command, HOURS.value, HARDWARE.value, _code(), slopes)
    with replacing(out / "figures.json") as file:
        file.write(json.dumps(evaluation.to_dict(), indent=1).encode())
    with replacing(out / "README.md") as file:
        file.write(model_card(out.name, config, training, evaluation).encode())
    print(f"\n{evaluation.table()}\n\nnetwork: {out}")


def _wanted_slopes() -> WantedSlopes:
    """What the flags say.

    Raises:
      ValueError: for something else than NAME=NUMBER.
    """
    named = {}
    for text in LEAST_SLOPE_OF.value:
        name, _, number = text.partition("=")
        try:
            named[name] = float(number)
        except ValueError:
            raise ValueError(f"--least_slope_of: {text!r}; expected NAME=SLOPE, ...") from None
    return WantedSlopes(LEAST_SLOPE.value, named)


def _stretched(
    trained: TrainedNetwork,
    wanted: tuple[Float[Array, "E"], Bool[Array, "E"]],
    pictures: FaceSource,
) -> dict[str, Any]:
    """The trained variables, with expressions stretched until their slopes are as wanted."""
    predicted, true, _ = predict_split(trained, pictures)
    clip = functools.partial(clip_expression, trained.face_model)
    stretch = needed_stretch(predicted.expression, true.expression, *wanted, clip)
    return stretched(trained.variables, trained.network, stretch)


def _code() -> str:
    """The commit of this checkout, and whether something was changed since."""
    here = Path(__file__).parent
    describe = ["git", "describe", "--always", "--dirty=, changed"]
    return subprocess.run(describe, cwd=here, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    jobs.run(main)
