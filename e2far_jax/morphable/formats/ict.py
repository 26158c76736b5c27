"""ICT-FaceKit: 100 identity modes and 53 ARKit-named expressions as a folder of OBJ files.

Li, Bladin, Zhao et al., "Learning formation of physically-based face attributes", CVPR 2020.
A basis vector is the difference of an OBJ file's vertices and the neutral ones': identities at
one standard deviation, expressions at weight 1. The files are in centimetres.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.ict_files import INDEX, ict_files
from e2far_jax.morphable.formats.ict_regions import LANDMARKS_300W_LP, VERTICES, ict_regions
from e2far_jax.morphable.formats.texture_layout import separated
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.progress import watched
from e2far_jax.scans.obj import parse_triangles, parse_vectors

# Counts changes in what a conversion yields, so that older files of it are not used any more.
CONVERSION = 4

NEUTRAL = "generic_neutral_mesh"
IDENTITIES = tuple(f"identity{mode:03d}" for mode in range(100))

_MILLIMETRES_PER_UNIT = 10.0


def read_ict(path: str | os.PathLike[str]) -> MorphableModel:
    """Read the published model.

    Args:
      path: the folder `FaceXModel`, a folder that holds it, or a .tar archive of it, packed or not,
        or a .zip archive.
    Returns:
      All 26,719 vertices, 100 identity and 53 expression coefficients. The 68 landmarks are the
      vertices nearest to those of 300W-LP, like the default model's, not the ones of the files: the
      two differ along the jaw.
    Raises:
      FileNotFoundError: where there is no such path.
      ModelFormatError: for a missing or damaged file in it.
    """
    files = watched(ict_files(path), "reading ICT-FaceKit", " files")
    return convert_ict(path, files)


def convert_ict(
    source: str | os.PathLike[str], files: Iterator[tuple[str, bytes]]
) -> MorphableModel:
    """Make a model of the published files.

    Its texture coordinates count square tiles along u. Eyes have pictures of their own and lie over
    the first tile, the face's; here they get three more. All tiles share the unit square, each as a
    strip, so u is divided by their number.

    Args:
      source: where the files came from, for messages.
      files: names and contents, in any order.
    Returns:
      As `read_ict`.
    Raises:
      ModelFormatError: for a missing or damaged file.
    """
    texts, vertices = {}, {}
    for name, text in files:
        if name.endswith(".obj"):
            vertices[name.removesuffix(".obj")] = _vertices(source, name, text)
        if name in (INDEX, f"{NEUTRAL}.obj"):
            texts[name] = text
    for name in (INDEX, f"{NEUTRAL}.obj"):
        if name not in texts:
            raise ModelFormatError(source, name, "missing")
    expressions, own_landmarks = _index(source, texts[INDEX])
    mean = vertices[NEUTRAL]
    return checked_model(
        source,
        mean=mean,
        identity_basis=_basis(source, vertices, IDENTITIES),
        expression_basis=_basis(source, vertices, expressions),
        landmarks=np.array(LANDMARKS_300W_LP),
        regions=ict_regions(mean, own_landmarks),
        name="ICT-FaceKit",
        licence="MIT, USC Institute for Creative Technologies",
        expression_names=expressions,
        expression_prior="unit",
        **_surface(source, texts[f"{NEUTRAL}.obj"], mean),
    )


def _vertices(path: str | os.PathLike[str], name: str, text: bytes) -> Float[np.ndarray, "N 3"]:
    try:
        vertices = parse_vectors(text, b"v", 3) * _MILLIMETRES_PER_UNIT
    except ValueError as error:
        raise ModelFormatError(path, name, str(error)) from error
    if len(vertices) != VERTICES:
        raise ModelFormatError(
            path, name, f"has {len(vertices)} vertices, expected {VERTICES}; cut off?"
        )
    return vertices


def _index(
    path: str | os.PathLike[str], text: bytes
) -> tuple[tuple[str, ...], Int[np.ndarray, "68"]]:
    try:
        index = json.loads(text)
        expressions = tuple(str(name) for name in index["expressions"])
        landmarks = np.array([int(vertex) for vertex in index["idx_to_landmark_verts"]])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFormatError(path, INDEX, f"damaged ({error})") from error
    if len(landmarks) != 68 or not 0 <= landmarks.min() <= landmarks.max() < VERTICES:
        raise ModelFormatError(
            path, INDEX, f"idx_to_landmark_verts: expected 68 indices below {VERTICES}"
        )
    return expressions, landmarks


def _basis(
    path: str | os.PathLike[str],
    vertices: dict[str, Float[np.ndarray, "N 3"]],
    names: tuple[str, ...],
) -> Float[np.ndarray, "N 3 K"]:
    basis = np.empty((VERTICES, 3, len(names)), np.float32)
    for column, name in enumerate(names):
        if name not in vertices:
            raise ModelFormatError(path, f"{name}.obj", "missing")
        basis[..., column] = vertices[name] - vertices[NEUTRAL]
    return basis


def _surface(
    path: str | os.PathLike[str], text: bytes, mean: Float[np.ndarray, "N 3"]
) -> dict[str, np.ndarray]:
    """Triangles and texture coordinates of the neutral mesh, without triangles of no area."""
    try:
        texture_coordinates = parse_vectors(text, b"vt", 2)
        triangles, texture_triangles = parse_triangles(text)
    except ValueError as error:
        raise ModelFormatError(path, f"{NEUTRAL}.obj", str(error)) from error
    if triangles.size == 0 or not 0 <= triangles.min() <= triangles.max() < VERTICES:
        raise ModelFormatError(path, f"{NEUTRAL}.obj", "has no polygons, or of unknown vertices")
    first, second, third = (mean[triangles[:, corner]] for corner in range(3))
    has_area = np.any(np.cross(second - first, third - first) != 0.0, axis=1)
    triangles, texture_triangles = triangles[has_area], texture_triangles[has_area]
    texture_coordinates = separated(texture_coordinates, texture_triangles)
    tiles = np.array([max(1.0, np.ceil(texture_coordinates[:, 0].max(initial=0.0))), 1.0])
    return {
        "triangles": triangles,
        "texture_coordinates": texture_coordinates / tiles,
        "texture_triangles": texture_triangles,
    }
