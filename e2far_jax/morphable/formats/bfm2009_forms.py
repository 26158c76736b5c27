"""The forms of the Basel Face Model 2009, as far as they are alike: faces without expression.

The original, 300W-LP's and face3d's differ in the names of their variables and in their vertices.
All are in micrometres, with triangles that are wound inward.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.mat import open_mat
from e2far_jax.containers.mat_variables import MatVariables
from e2far_jax.morphable.formats.bfm_arrays import (
    colours,
    landmark_vertices,
    require_spread,
    scaled_basis,
    standard_deviations,
    triangles,
    vectors,
)
from e2far_jax.morphable.formats.bfm_expressions import (
    FACEWAREHOUSE,
    KEPT_VERTICES,
    OF_300W_LP,
    kept_vertices,
)
from e2far_jax.morphable.formats.bfm_landmarks import LANDMARKS, VERTICES
from e2far_jax.morphable.formats.errors import ModelFormatError

_MILLIMETRES = np.float32(1e-3)  # a micrometre


@dataclasses.dataclass(frozen=True)
class Form:
    """What a form calls its variables.

    Attributes:
      name: of the model.
      mean: of the identities, and so are
      basis: orthonormal, and
      deviations: of its coefficients.
      triangles: and the axis that their corners lie along.
      landmarks: None where it has none.
      has_colours: as texMU, texPC and texEV.
      expressions: the file that they are in; None for this one.
    """

    name: str
    mean: str
    basis: str
    deviations: str
    triangles: tuple[str, int]
    landmarks: str | None
    has_colours: bool
    expressions: str | None


ORIGINAL = Form(
    name="Basel Face Model 2009",
    mean="shapeMU",
    basis="shapePC",
    deviations="shapeEV",
    triangles=("tl", 1),
    landmarks=None,
    has_colours=True,
    expressions=FACEWAREHOUSE,
)
LP = Form(
    name="Basel Face Model 2009 of 300W-LP",
    mean="mu_shape",
    basis="w",
    deviations="sigma",
    triangles=("tri", 0),
    landmarks="keypoints",
    has_colours=False,
    expressions=OF_300W_LP,
)
FACE3D = dataclasses.replace(
    ORIGINAL, name=LP.name, triangles=LP.triangles, landmarks="kpt_ind", expressions=None
)


@dataclasses.dataclass(frozen=True)
class NeutralFace:
    """A face without expression, mm; its triangles are wound as in the file."""

    mean: Float[np.ndarray, "N 3"]
    basis: Float[np.ndarray, "N 3 I"]
    triangles: Int[np.ndarray, "F 3"]
    landmarks: Int[np.ndarray, "68"]
    colours: dict[str, np.ndarray]


def open_form(path: str | os.PathLike[str]) -> tuple[MatVariables, Form]:
    """The variables of a file, and which form they have."""
    variables = open_mat(path)
    for form in (ORIGINAL, LP):
        if form.mean in variables:
            return variables, form
    if "model" in variables:
        return variables.struct("model"), FACE3D
    raise variables.wrong(
        "variables",
        "are neither shapeMU (of 01_MorphableModel.mat), nor mu_shape (of Model_Shape.mat), nor "
        "model (of BFM.mat)",
    )


def neutral_face(variables: MatVariables, form: Form, folder: pathlib.Path) -> NeutralFace:
    """Read all but the expressions.

    Args:
      variables: of the file.
      form: which it has.
      folder: where the landmarks may be, if the file has none.
    """
    mean = vectors(variables, form.mean) * _MILLIMETRES
    deviations = standard_deviations(variables, form.deviations) * _MILLIMETRES
    basis = scaled_basis(variables, form.basis, len(mean), deviations)
    require_spread(variables.source, form.deviations, basis)
    painted = {}
    if form.has_colours:
        painted = colours(variables, "texMU", "texPC", len(mean), "texEV")
    name, axis = form.triangles
    return NeutralFace(
        mean,
        basis,
        triangles(variables, name, len(mean), axis),
        _landmarks(variables, form, folder, len(mean)),
        painted,
    )


def only(face: NeutralFace, kept: Int[np.ndarray, "K"]) -> NeutralFace:
    """The face without all other vertices, nor the triangles that have one of them.

    Landmarks that are not among them become -1.
    """
    number = np.full(len(face.mean), -1)
    number[kept] = np.arange(len(kept))
    corners = number[face.triangles]
    return NeutralFace(
        face.mean[kept],
        face.basis[kept],
        corners[(corners >= 0).all(axis=1)],
        number[face.landmarks],
        {name: array[kept] for name, array in face.colours.items()},
    )


def _landmarks(
    variables: MatVariables, form: Form, folder: pathlib.Path, vertices: int
) -> Int[np.ndarray, "68"]:
    """The file's own landmarks, the published ones, or those of `Model_Shape.mat` beside it."""
    if form.landmarks is not None:
        return landmark_vertices(variables, form.landmarks, vertices)
    if vertices == VERTICES:
        return np.array(LANDMARKS)
    beside = folder / "Model_Shape.mat"
    if not beside.is_file():
        raise ModelFormatError(
            variables.source,
            "landmarks",
            f"are known for the model of {VERTICES} vertices, not for one of {vertices}; those of "
            f"{beside.name} would be taken, if it and {KEPT_VERTICES} were beside it",
        )
    kept = kept_vertices(folder, vertices)
    return kept[landmark_vertices(open_mat(beside), "keypoints", len(kept))]
