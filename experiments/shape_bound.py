"""How well a shape could be read at all, if points of the face were seen only so exactly.

    python experiments/shape_bound.py --config=experiments/configs/compact.py --points=112

A table of what the best guess leaves of the mean face's error, for faces of one level of
difficulty; see e2far_jax/studies/shape_bound.py. The face model and the side of the picture are the
configuration's: `--config.face_model.spec=ict`, `--config.network.image_size=112`.
"""

from __future__ import annotations

from absl import flags
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.studies.shape_bound import shape_bounds
from e2far_jax.studies.tables import markdown
from e2far_jax.training.config import from_config_dict

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
flags.mark_flag_as_required("config")
POINTS = flags.DEFINE_multi_integer("points", [112], "Points of the face; may be given repeatedly.")
PIXELS = flags.DEFINE_multi_float(
    "pixels", [1.0, 0.5, 0.35, 0.25], "Error of a point's place; may be given repeatedly."
)
FACES = flags.DEFINE_integer("faces", 96, "How many random faces.", lower_bound=1)
LEVEL = flags.DEFINE_integer("level", 0, "Of poses and crops.", LEVELS[0], LEVELS[-1])
SEED = flags.DEFINE_integer("seed", 0, "Of the random faces.")


def main() -> None:
    config = from_config_dict(CONFIG.value)
    model = load_face_model(config.face_model)
    scene = SceneConfig.at_level(LEVEL.value, config.network.image_size)
    rows = [["points", "seen", *(f"{each:g} px" for each in PIXELS.value)]]
    rows.append(["---"] + ["--:"] * (len(rows[0]) - 1))
    for points in POINTS.value:
        bounds = shape_bounds(
            model, scene, points=points, pixels=PIXELS.value, faces=FACES.value, seed=SEED.value
        )
        shares = [f"{bound.neutral:.2f} / {bound.expressive:.2f}" for bound in bounds]
        rows.append([str(points), f"{bounds[0].seen:.0f}", *shares])
    print(
        f"\n{model.name}, level {LEVEL.value}, {FACES.value} faces, {scene.image_size} pixels: "
        "what is left of the mean face's error, neutral / expressive\n"
    )
    print(markdown(rows))


if __name__ == "__main__":
    jobs.run(main)
