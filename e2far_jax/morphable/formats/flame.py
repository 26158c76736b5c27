"""FLAME: heads of 5,023 vertices as a pickle, such as `generic_model.pkl` or `flame2023.pkl`.

Li, Bolkart, Black, Li and Romero, "Learning a model of facial shape and expression from 4D scans",
SIGGRAPH Asia 2017. In the zero pose S = v_template + shapedirs (z_I, z_E), in metres, where each
column of `shapedirs` is one standard deviation. The 68 landmarks are published in another file.
"""

from __future__ import annotations

import os
import pathlib

import numpy as np
from jaxtyping import Bool, Float, Int, Integer

from e2far_jax.containers.pickles import array_field, read_object_npy, read_pickle
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.outlines import lips_and_brows
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

LANDMARKS = "landmark_embedding.npy"

# How many columns of `shapedirs` are identities, by the number of all; the others are expressions.
IDENTITIES = {400: 300, 20: 10}

_MILLIMETRES_PER_UNIT = 1000.0
# In the published mesh, the eyeballs are the last vertices and hang together with nothing else.
_VERTICES, _FIRST_OF_EYES = 5023, 3931


@np.errstate(all="ignore")  # numbers that are not finite are found when all is there
def read_flame(
    path: str | os.PathLike[str], landmark_embedding: str | os.PathLike[str] | None = None
) -> MorphableModel:
    """Read the model in its zero pose.

    The poses of neck, jaw and eyeballs are no part of what is read, nor is what follows from them:
    the mouth opens only as far as the expressions open it.

    Args:
      path: the pickle of any edition (2017 to 2023): 300 identities and 100 expressions, or the
        first 10 of each.
      landmark_embedding: an .npy file with `full_lmk_faces_idx` and `full_lmk_bary_coords`; by
        default `landmark_embedding.npy` beside the model.
    Returns:
      The model; both kinds of coefficients are whitened. Its "face" is what the NoW benchmark
      measures: what lies near the nose, the eyeballs left out.
    Raises:
      FileNotFoundError: where there is no such file.
      ModelFormatError: where one of them is damaged, or something else, and where there are no
        landmarks beside the model.
    """
    fields = read_pickle(path)
    mean = _template(path, fields)
    identity_basis, expression_basis = _bases(path, fields, len(mean))
    triangles = _indices(path, "f", array_field(path, fields, "f", "iu"), len(mean))
    if triangles.ndim != 2 or triangles.shape[1] != 3:
        raise ModelFormatError(path, "f", f"has shape {triangles.shape}, expected (any, 3)")
    corners, weights = _landmarks(_embedding_file(path, landmark_embedding), triangles)
    points = np.sum(weights[..., None] * mean[corners], axis=1)
    return checked_model(
        path,
        mean=mean,
        identity_basis=identity_basis,
        expression_basis=expression_basis,
        triangles=triangles,
        landmarks=corners,
        landmark_weights=weights,
        regions=_regions(mean, points),
        name="FLAME",
        licence="free for non-commercial research unless its edition says more, Max Planck Society",
        expression_names=(),
        expression_prior="normal",
    )


def _template(path: str | os.PathLike[str], fields: object) -> Float[np.ndarray, "N 3"]:
    template = array_field(path, fields, "v_template", "f")
    if template.ndim != 2 or template.shape[1] != 3:
        raise ModelFormatError(path, "v_template", f"has shape {template.shape}, expected (any, 3)")
    return template.astype(np.float32) * np.float32(_MILLIMETRES_PER_UNIT)


def _bases(
    path: str | os.PathLike[str], fields: object, vertices: int
) -> tuple[Float[np.ndarray, "N 3 I"], Float[np.ndarray, "N 3 E"]]:
    basis = array_field(path, fields, "shapedirs", "f")
    identities = IDENTITIES.get(basis.shape[-1]) if basis.ndim == 3 else None
    if identities is None or basis.shape[:2] != (vertices, 3):
        columns = " or ".join(map(str, IDENTITIES))
        raise ModelFormatError(
            path, "shapedirs", f"has shape {basis.shape}, expected ({vertices}, 3, {columns})"
        )
    scaled = basis.astype(np.float32) * np.float32(_MILLIMETRES_PER_UNIT)
    return scaled[..., :identities], scaled[..., identities:]


def _embedding_file(
    path: str | os.PathLike[str], given: str | os.PathLike[str] | None
) -> str | os.PathLike[str]:
    beside = pathlib.Path(path).parent / LANDMARKS
    if given is None and not beside.is_file():
        raise ModelFormatError(
            path,
            LANDMARKS,
            "must lie beside the model, or be named: it says where the 68 landmarks are. It is "
            "published with DECA (github.com/yfeng95/DECA, folder data)",
        )
    return beside if given is None else given


def _landmarks(
    path: str | os.PathLike[str], triangles: Int[np.ndarray, "F 3"]
) -> tuple[Int[np.ndarray, "68 3"], Float[np.ndarray, "68 3"]]:
    """The vertices that each landmark lies between, and their weights."""
    fields = read_object_npy(path)
    faces = array_field(path, fields, "full_lmk_faces_idx", "iu")
    weights = array_field(path, fields, "full_lmk_bary_coords", "f")
    for field, array, size in (
        ("full_lmk_faces_idx", faces, 68),
        ("full_lmk_bary_coords", weights, 68 * 3),
    ):
        if array.size != size:
            raise ModelFormatError(path, field, f"has shape {array.shape}, expected {size} numbers")
    faces = _indices(path, "full_lmk_faces_idx", faces.reshape(68), len(triangles))
    return triangles[faces], weights.reshape(68, 3).astype(np.float32)


def _indices(
    path: str | os.PathLike[str], field: str, indices: Integer[np.ndarray, "..."], count: int
) -> Int[np.ndarray, "..."]:
    if indices.size and not 0 <= int(indices.min()) <= int(indices.max()) < count:
        raise ModelFormatError(
            path,
            field,
            f"its indices run from {indices.min()} to {indices.max()}, expected 0 to {count - 1}",
        )
    return indices.astype(np.int32)


def _regions(
    mean: Float[np.ndarray, "N 3"], landmarks: Float[np.ndarray, "68 3"]
) -> dict[str, Bool[np.ndarray, "N"]]:
    face = _near_the_nose(mean, landmarks)
    regions = {"face": face}
    if len(mean) == _VERTICES:
        regions["eyes"] = np.arange(_VERTICES) >= _FIRST_OF_EYES
        face &= ~regions["eyes"]
    # The landmarks lie between vertices, so they come along as more of them.
    outlined = lips_and_brows(np.concatenate([mean, landmarks]), len(mean) + np.arange(68))
    return regions | {name: face & mask[: len(mean)] for name, mask in outlined.items()}


def _near_the_nose(
    mean: Float[np.ndarray, "N 3"], landmarks: Float[np.ndarray, "68 3"]
) -> Bool[np.ndarray, "N"]:
    """What the NoW benchmark crops a scan to (Sanyal et al., CVPR 2019)."""
    below_nose, between_eyes = landmarks[33], landmarks[[39, 42]].mean(axis=0)
    across = np.linalg.norm(landmarks[36] - landmarks[45])
    up = between_eyes - below_nose
    radius = 1.4 * (across + np.linalg.norm(up)) / 2.0
    return np.linalg.norm(mean - (below_nose + 0.3 * up), axis=1) < radius
