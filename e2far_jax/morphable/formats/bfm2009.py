"""The Basel Face Model 2009, and the forms in which other projects trim and extend it.

Paysan, Knothe, Amberg, Romdhani, Vetter, "A 3D face model for pose and illumination invariant face
recognition", AVSS 2009:

    S = mean + B_I (sigma_I a_I) + B_E (sigma_E a_E)
"""

from __future__ import annotations

import os
import pathlib
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from e2far_jax.containers.mat import open_mat
from e2far_jax.containers.mat_variables import MatVariables
from e2far_jax.morphable.formats.bfm2009_forms import (
    ORIGINAL,
    Form,
    neutral_face,
    only,
    open_form,
)
from e2far_jax.morphable.formats.bfm_arrays import basel_model, standard_deviations, vectors
from e2far_jax.morphable.formats.bfm_expressions import (
    KEPT_VERTICES,
    Expressions,
    facewarehouse_expressions,
    no_expressions,
    scaled_expressions,
)
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.model import MorphableModel


class Deviations(NamedTuple):
    """Standard deviations of a file's own coefficients; dividing by them whitens those."""

    identity: Float[np.ndarray, "I"]
    expression: Float[np.ndarray, "E"]


@np.errstate(all="ignore")  # numbers that are not finite are found when all is there
def read_bfm2009(
    path: str | os.PathLike[str], expressions: str | os.PathLike[str] | None = None
) -> MorphableModel:
    """Read the model in one of three forms, told apart by the variables in the file.

    - The original, `01_MorphableModel.mat`: 199 modes of identity and of colour. With
      `Exp_Pca.bin`, `std_exp.txt` and `BFM_exp_idx.mat` beside it, it gets FaceWarehouse's 79
      expressions and keeps only the vertices that have them; without, it has no expressions.
    - 300W-LP's `Model_Shape.mat`: 199 modes of identity, and 29 expressions where
      `Model_Expression.mat` lies beside it; no colours.
    - face3d's `BFM.mat`, which needs no other file: the same, and 199 modes of colour.

    In the latter two the mean is that of 300W-LP, mu_shape + mu_exp.

    Args:
      path: one of these files.
      expressions: the folder of the files beside it; by default its own.
    Returns:
      The model: all its coefficients are whitened. The landmarks are those of 300W-LP.
    Raises:
      FileNotFoundError: where there is no such file, or one that belongs to others is missing.
      ModelFormatError: where one of them is damaged, or something else.
    """
    variables, form = open_form(path)
    moves = _expressions(variables, form, expressions)
    folder = _folder(path, expressions)
    face = neutral_face(variables, form, folder)
    if moves.kept is not None:
        face = only(face, moves.kept)
        if face.landmarks.min() < 0:
            raise ModelFormatError(folder / KEPT_VERTICES, "trimIndex", "lacks some landmarks")
    return basel_model(
        path,
        mean=face.mean + moves.mean,
        identity_basis=face.basis,
        expression_basis=moves.basis,
        triangles=face.triangles[:, ::-1],
        landmarks=face.landmarks,
        name=form.name,
        **face.colours,
    )


@np.errstate(all="ignore")
def read_bfm2009_deviations(
    path: str | os.PathLike[str], expressions: str | os.PathLike[str] | None = None
) -> Deviations:
    """Read the standard deviations of the coefficients that go with a file.

    Args:
      path: as for `read_bfm2009`.
      expressions: as for `read_bfm2009`.
    Returns:
      Of identity, in micrometres; of expression in micrometres for FaceWarehouse's 79, and as
      multiples of the basis for 300W-LP's 29.
    Raises:
      FileNotFoundError: as `read_bfm2009`.
      ModelFormatError: as `read_bfm2009`.
    """
    variables, form = open_form(path)
    moves = _expressions(variables, form, expressions)
    return Deviations(standard_deviations(variables, form.deviations), moves.deviations)


def _folder(
    path: str | os.PathLike[str], expressions: str | os.PathLike[str] | None
) -> pathlib.Path:
    return pathlib.Path(path).parent if expressions is None else pathlib.Path(expressions)


def _expressions(
    variables: MatVariables, form: Form, given: str | os.PathLike[str] | None
) -> Expressions:
    """The expressions in the file or beside it, or none."""
    vertices = len(vectors(variables, form.mean))
    if form.expressions is None:
        return scaled_expressions(variables, ("expMU", "expPC", "expEV"), vertices)
    folder = _folder(variables.source, given)
    path = folder / form.expressions
    if not path.is_file():
        if given is not None:
            raise FileNotFoundError(f"no such file: {path}")
        return no_expressions(vertices)
    if form is ORIGINAL:
        return facewarehouse_expressions(folder, vertices)
    return scaled_expressions(open_mat(path), ("mu_exp", "w_exp", "sigma_exp"), vertices)
