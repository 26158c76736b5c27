"""The pictures of the synthetic benchmark as files, with everything true about them.

    FOLDER/GRADE/0000.png ...    the pictures, 180 pixels wide
    FOLDER/GRADE/truth.npz       coefficients, cameras and landmarks, one a row

Picture i of every grade shows the same person, drawn from one key that no training uses. So the
pictures depend on the grade, the number i and the morphable model alone, and can be rendered again
to the byte on processors of the same kind; `digest` says whether they were.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from PIL import Image

from e2far_jax.ahead import computed_ahead
from e2far_jax.data.synthetic_faces.synthetic_faces_dataset_builder import Builder
from e2far_jax.evaluation.synthetic.grades import grades
from e2far_jax.files import replacing
from e2far_jax.gallery.sheet import levels
from e2far_jax.keys import stream_key
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.probe import model_probe
from e2far_jax.progress import watched
from e2far_jax.rendering.scene import Pair, render_pairs
from e2far_jax.rendering.settings import SceneConfig

SEED, STREAM = 0, "synthetic_benchmark"
IMAGE_SIZE = 180  # pixels
BATCH_SIZE = 32  # the last batch is filled up, so that picture i is always drawn in the same place
TRUTH = "truth.npz"


@dataclasses.dataclass(frozen=True)
class GradedFaces:
    """The faces of one grade, in the order of their numbers.

    Attributes:
      pictures: their files.
      identity: whitened identity coefficients.
      expression: expression coefficients.
      rotation: from the face's axes to the camera's.
      scale: pixels per millimetre.
      translation: where the face's origin falls, pixels.
      landmarks: the 68 points, pixels.
    """

    pictures: tuple[Path, ...]
    identity: Float[np.ndarray, "B I"]
    expression: Float[np.ndarray, "B E"]
    rotation: Float[np.ndarray, "B 3 3"]
    scale: Float[np.ndarray, "B"]
    translation: Float[np.ndarray, "B 2"]
    landmarks: Float[np.ndarray, "B 68 2"]


def graded_faces(model: MorphableModel, folder: Path, count: int) -> dict[str, GradedFaces]:
    """The benchmark's faces; what is not in the folder yet is rendered, grade by grade.

    Args:
      model: whose faces, with all its modes.
      folder: of the files; those of another model or renderer are replaced.
      count: pictures a grade; the first ones are the same whatever it is.
    Returns:
      Faces by the grades' names.
    Raises:
      ValueError: for no pictures.
    """
    if count < 1:
        raise ValueError(f"{count} pictures a grade; expected at least 1")
    scenes = grades(IMAGE_SIZE)
    stored = (_grade(model, scene, folder / name, count) for name, scene in scenes.items())
    return dict(zip(scenes, watched(stored, "pictures", " grade", len(scenes)), strict=True))


def digest(pictures: Iterable[Path]) -> str:
    """The SHA-256 of the levels of all pixels, picture after picture; hexadecimal."""
    found = hashlib.sha256()
    for path in pictures:
        found.update(np.asarray(Image.open(path).convert("RGB")).tobytes())
    return found.hexdigest()


def _grade(model: MorphableModel, scene: SceneConfig, folder: Path, count: int) -> GradedFaces:
    recipe = _recipe(model, scene)
    paths = [folder / f"{number:04d}.png" for number in range(count)]
    truth = _stored_truth(folder / TRUTH, recipe, count)
    if truth is None or not all(path.is_file() for path in paths):
        truth = _render(model, scene, folder, paths)
        with replacing(folder / TRUTH) as file:
            np.savez(file, recipe=recipe, **truth)
    return GradedFaces(tuple(paths), **{name: rows[:count] for name, rows in truth.items()})


def _recipe(model: MorphableModel, scene: SceneConfig) -> str:
    """A fingerprint of all that decides the pictures."""
    told = [dataclasses.asdict(scene), SEED, str(Builder.VERSION), model.identity_size]
    probe = np.round(np.asarray(model_probe(model), np.float64), 2).tolist()
    return hashlib.sha256(json.dumps([told, probe]).encode()).hexdigest()


def _stored_truth(path: Path, recipe: str, count: int) -> dict[str, np.ndarray] | None:
    """What the file holds; None where there is none, a damaged one or another benchmark's."""
    try:
        with np.load(path, allow_pickle=False) as file:
            truth = {name: file[name] for name in file.files}
        same = str(truth.pop("recipe")) == recipe and len(truth["scale"]) >= count
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return truth if same else None


def _render(
    model: MorphableModel, scene: SceneConfig, folder: Path, paths: Sequence[Path]
) -> dict[str, np.ndarray]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TRUTH).unlink(missing_ok=True)
    rows = []
    for path, pair in zip(paths, _pairs(model, scene, len(paths)), strict=True):
        with replacing(path) as file:
            Image.fromarray(levels(pair.image)).save(file, "PNG")
        camera = pair.camera
        rows.append(
            {
                "identity": pair.identity,
                "expression": pair.expression,
                "rotation": camera.rotation,
                "scale": camera.scale,
                "translation": camera.translation,
                "landmarks": pair.landmarks,
            }
        )
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _pairs(model: MorphableModel, scene: SceneConfig, count: int) -> Iterator[Pair]:
    """The first scenes of a grade, batches in as many threads as there are processors."""

    def batch(start: int) -> Pair:
        numbers = start + jnp.arange(BATCH_SIZE)
        keys = jax.vmap(lambda number: stream_key(SEED, STREAM, number))(numbers)
        return jax.device_get(render_pairs(keys, model, scene))

    threads = os.cpu_count() or 1
    starts = range(0, count, BATCH_SIZE)
    for start, pairs in zip(starts, computed_ahead(batch, starts, threads, threads), strict=True):
        for row in range(min(BATCH_SIZE, count - start)):
            yield jax.tree.map(lambda leaf, row=row: leaf[row], pairs)
