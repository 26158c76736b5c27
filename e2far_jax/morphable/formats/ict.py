"""ICT-FaceKit: 100 identity modes and 53 ARKit-named expressions as a folder of OBJ files.

Li, Bladin, Zhao et al., "Learning formation of physically-based face attributes", CVPR 2020.
A basis vector is the difference of an OBJ file's vertices and the neutral ones': identities at
one standard deviation, expressions at weight 1. The files are in centimetres.
"""

from __future__ import annotations

import json
import lzma
import os
import pathlib
import tarfile
import zlib
from collections.abc import Iterator
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.ict_regions import LANDMARKS_300W_LP, VERTICES, ict_regions
from e2far_jax.morphable.formats.obj import parse_triangles, parse_vectors
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

NEUTRAL = "generic_neutral_mesh"
INDEX = "vertex_indices.json"
IDENTITIES = tuple(f"identity{mode:03d}" for mode in range(100))

_MILLIMETRES_PER_UNIT = 10.0


def read_ict(
    path: str | os.PathLike[str], landmark_definition: Literal["ict", "300w_lp"] = "ict"
) -> MorphableModel:
    """Read the published model.

    Its texture coordinates count square tiles along u; here the tiles share the unit square, each
    as a strip, so u is divided by their number.

    Args:
      path: the folder `FaceXModel`, a folder that holds it, or a .tar archive of it, packed or not.
      landmark_definition: "ict" for the model's own 68 landmarks; "300w_lp" for the vertices
        nearest to those that the Basel Face Model has in 300W-LP.
    Returns:
      All 26,719 vertices, 100 identity and 53 expression coefficients.
    Raises:
      FileNotFoundError: where there is no such path.
      ModelFormatError: for a missing or damaged file in it.
    """
    texts, vertices = {}, {}
    for name, text in _with_progress(_members(pathlib.Path(path))):
        if name.endswith(".obj"):
            vertices[name.removesuffix(".obj")] = _vertices(path, name, text)
        if name in (INDEX, f"{NEUTRAL}.obj"):
            texts[name] = text
    for name in (INDEX, f"{NEUTRAL}.obj"):
        if name not in texts:
            raise ModelFormatError(path, name, "missing")
    expressions, landmarks = _index(path, texts[INDEX])
    mean = vertices[NEUTRAL]
    regions = ict_regions(mean, landmarks)
    if landmark_definition == "300w_lp":
        landmarks = np.array(LANDMARKS_300W_LP)
    return checked_model(
        path,
        mean=mean,
        identity_basis=_basis(path, vertices, IDENTITIES),
        expression_basis=_basis(path, vertices, expressions),
        landmarks=landmarks,
        regions=regions,
        name="ICT-FaceKit",
        expression_names=expressions,
        expression_prior="unit",
        **_surface(path, texts[f"{NEUTRAL}.obj"], mean),
    )


def _members(path: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    """File names and contents, in any order, from the folder or out of the archive."""
    if not path.exists():
        raise FileNotFoundError(f"no such model file or folder: {path}")
    if path.is_dir():
        inner = path / "FaceXModel"
        for file in sorted((inner if inner.is_dir() else path).iterdir()):
            if file.is_file() and _wanted(file.name):
                yield file.name, file.read_bytes()
        return
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                name = pathlib.PurePosixPath(member.name).name
                if member.isreg() and _wanted(name):
                    yield name, archive.extractfile(member).read()
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise ModelFormatError(
            path, "archive", f"damaged or not a .tar archive ({error})"
        ) from error


def _wanted(name: str) -> bool:
    return name.endswith(".obj") or name == INDEX


def _with_progress(members: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """A progress line for a person at a terminal, if there is much to wait for."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield from members
    else:
        yield from tqdm(
            members, "reading ICT-FaceKit", unit=" files", delay=2.0, disable=None, leave=False
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
    tiles = np.array([max(1.0, np.ceil(texture_coordinates[:, 0].max(initial=0.0))), 1.0])
    return {
        "triangles": triangles[has_area],
        "texture_coordinates": texture_coordinates / tiles,
        "texture_triangles": texture_triangles[has_area],
    }
