"""Write test scenes that the demo reconstructs, drawn large.

    python experiments/demo_pictures.py --config=experiments/configs/demo.py --workdir=outputs/demo

The scenes are the first of the test split, whose identities training never saw, rendered again
with more pixels; boxes.json holds the boxes around their landmarks.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import cv2
import jax.numpy as jnp
import numpy as np
from absl import flags
from jaxtyping import UInt8
from ml_collections import config_flags

from e2far_jax import jobs
from e2far_jax.data.chunks import plan_chunks
from e2far_jax.data.rendering import example_keys, scene_at
from e2far_jax.gallery.sheet import levels
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.training.config import from_config_dict

CONFIG = config_flags.DEFINE_config_file("config", None, "The experiment.")
flags.mark_flag_as_required("config")
WORKDIR = jobs.define_folder("workdir", "outputs/train", "Folder of the training.")
COUNT, SIZE = 6, 320


def main() -> None:
    config, folder = from_config_dict(CONFIG.value), WORKDIR.value / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    scene = dataclasses.replace(config.scene, image_size=SIZE)
    print(f"drawing {COUNT} test scenes at {SIZE} pixels; compiling takes some seconds", flush=True)
    face_model, boxes = load_face_model(config.face_model), {}
    (chunk,) = plan_chunks({"test": COUNT}, config.data.levels)
    for level, indices in chunk.batches():
        keys = example_keys(config.data.seed, "test", jnp.array(indices))
        pairs = render_pairs(keys, face_model, scene_at(scene, level))
        for row, index in enumerate(indices):
            name = f"rendering_{index}.png"
            _write(folder / name, levels(np.asarray(pairs.image[row])))
            boxes[name] = [bounding_box(pairs.landmarks[row]).tolist()]
    (folder / "boxes.json").write_text(json.dumps(boxes, indent=1))
    print(f"{COUNT} renderings: {folder}")


def _write(path: Path, picture: UInt8[np.ndarray, "H W 3"]) -> None:
    cv2.imwrite(path, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    jobs.run(main)
