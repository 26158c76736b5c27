"""`e2far model sample`: random faces of a morphable model as meshes."""

from __future__ import annotations

import json

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from e2far_jax.arguments import new_folder, opened_model, whole_number
from e2far_jax.errors import UsageError
from e2far_jax.files import replacing
from e2far_jax.gallery.studio import part_colours
from e2far_jax.gltf.writer import glb_bytes
from e2far_jax.keys import stream_key
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.outputs.glb import model_mesh
from e2far_jax.outputs.obj import obj_bytes
from e2far_jax.rendering.images import encode_gamma
from e2far_jax.rendering.scene import random_coefficients
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.scans.mesh import Mesh

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
            coefficients = np.asarray(identity), np.asarray(expression)
            for suffix, content in _files(model, *coefficients, np.asarray(colours)).items():
                with replacing(folder / f"face_{face:04d}{suffix}") as file:
                    file.write(content)
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error
    print(f"{number} faces in {folder}: .obj (mm), .glb (metres) and coefficients (.json) each")
    return 0


def _files(
    model: MorphableModel,
    identity: Float[np.ndarray, "I"],
    expression: Float[np.ndarray, "E"],
    colours: Float[np.ndarray, "N 3"],
) -> dict[str, bytes]:
    """A face's files by their suffixes."""
    record = {"identity": identity.tolist(), "expression": expression.tolist()}
    vertices = np.float64(shape(model, jnp.asarray(identity), jnp.asarray(expression)))
    texture = model.texture_coordinates, model.texture_triangles
    coordinates, corners = (None if part is None else np.asarray(part) for part in texture)
    return {
        ".json": json.dumps(record).encode(),
        ".obj": obj_bytes(Mesh(vertices, np.asarray(model.triangles)), coordinates, corners),
        ".glb": glb_bytes(model_mesh(model, identity, expression, colours)),
    }
