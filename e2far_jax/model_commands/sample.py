"""`e2far model sample`: random faces of a morphable model as meshes."""

from __future__ import annotations

import json

import jax.numpy as jnp
import numpy as np
from tqdm import tqdm

from e2far_jax.arguments import new_folder, opened_model, whole_number
from e2far_jax.errors import UsageError
from e2far_jax.files import replacing
from e2far_jax.gallery.studio import part_colours
from e2far_jax.keys import stream_key
from e2far_jax.morphable.model import shape
from e2far_jax.reconstruction.meshes import glb_bytes, obj_bytes
from e2far_jax.rendering.images import encode_gamma
from e2far_jax.rendering.scene import random_coefficients
from e2far_jax.rendering.settings import SceneConfig

MOST, SEEDS = 10_000, 2**31 - 1


def sample(spec: str, out: str, count: str, seed: str) -> int:
    """Run the command; returns its exit status.

    Args:
      spec: as in `open_morphable_model`.
      out: the folder for the meshes.
      count, seed: as the user wrote them.
    Raises:
      UsageError: for a mistake in any of these.
    """
    number = whole_number("--count=", count, 1, MOST)
    start = whole_number("--seed=", seed, 0, SEEDS)
    folder, model = new_folder("--out=", out), opened_model("", spec)
    colours = model.mean_colour
    if colours is None:
        colours = encode_gamma(jnp.asarray(part_colours(model)))
    try:
        for face in tqdm(range(number), "sampling", unit="face", delay=2.0, disable=None):
            key = stream_key(start, "sample", face)
            identity, expression = random_coefficients(key, model, SceneConfig())
            vertices = np.asarray(shape(model, identity, expression))
            record = {"identity": identity.tolist(), "expression": expression.tolist()}
            name = folder / f"face_{face:04d}"
            for suffix, content in (
                (".json", json.dumps(record).encode()),
                (".obj", obj_bytes(model, vertices)),
                (".glb", glb_bytes(model, vertices, np.asarray(colours))),
            ):
                with replacing(name.with_suffix(suffix)) as file:
                    file.write(content)
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error
    print(f"{number} faces in {folder}: .obj (mm), .glb (metres) and coefficients (.json) each")
    return 0
