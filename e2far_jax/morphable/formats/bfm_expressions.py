"""Expressions for the Basel Face Model 2009, which has none of its own.

FaceWarehouse's (Cao, Weng, Zhou, Tong, Zhou, 2014) come in two forms, both on the model without
the vertices inside the mouth. 79 modes are those of Guo, Zhang, Cai, Jiang, Zheng, "CNN-based
real-time dense face reconstruction", 2018: `Exp_Pca.bin`, `std_exp.txt`, and which vertices are
left, `BFM_exp_idx.mat`. 29 modes are those of 300W-LP: `Model_Expression.mat`.
"""

from __future__ import annotations

import dataclasses
import pathlib
import struct

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.mat import open_mat
from e2far_jax.containers.mat_variables import MatVariables
from e2far_jax.morphable.formats.bfm_arrays import (
    require_spread,
    scaled_basis,
    standard_deviations,
    vectors,
    vertex_indices,
)
from e2far_jax.morphable.formats.errors import ModelFormatError

FACEWAREHOUSE, DEVIATIONS, KEPT_VERTICES = "Exp_Pca.bin", "std_exp.txt", "BFM_exp_idx.mat"
OF_300W_LP = "Model_Expression.mat"

_MILLIMETRES = np.float32(1e-3)  # a micrometre
_LONGEST_TEXT = 1 << 16  # bytes


@dataclasses.dataclass(frozen=True)
class Expressions:
    """What expressions add to the neutral face.

    Attributes:
      mean: without coefficients, mm.
      basis: scaled to one standard deviation, mm.
      deviations: what the basis was scaled by, in the file's unit.
      kept: which vertices of the neutral face these are; None for all.
    """

    mean: Float[np.ndarray, "N 3"]
    basis: Float[np.ndarray, "N 3 E"]
    deviations: Float[np.ndarray, "E"]
    kept: Int[np.ndarray, "N"] | None = None


def no_expressions(vertices: int) -> Expressions:
    """Nothing, for a face of so many vertices."""
    nothing = np.zeros((vertices, 3, 0), np.float32)
    return Expressions(np.zeros((vertices, 3), np.float32), nothing, np.zeros(0, np.float32))


def facewarehouse_expressions(folder: pathlib.Path, vertices: int) -> Expressions:
    """Read `Exp_Pca.bin`: the number of modes K, the mean, and K columns, in micrometres.

    Its mean is left out, as Deep3DFaceRecon leaves it out: no expression is the neutral face.

    Args:
      folder: where it, `std_exp.txt` and `BFM_exp_idx.mat` lie.
      vertices: how many the whole model has.
    """
    path = folder / FACEWAREHOUSE
    deviations, kept = _facewarehouse_deviations(folder), kept_vertices(folder, vertices)
    content = path.read_bytes()
    modes = struct.unpack_from("<i", content)[0] if len(content) >= 4 else 0
    expected = 4 + 4 * 3 * len(kept) * (1 + modes)
    if modes < 1 or len(content) != expected:
        raise ModelFormatError(
            path,
            "size",
            f"has {len(content)} bytes, expected {expected}: {modes} modes, {len(kept)} vertices",
        )
    if modes != len(deviations):
        raise ModelFormatError(
            folder / DEVIATIONS, "numbers", f"are {len(deviations)}, expected {modes}"
        )
    columns = np.frombuffer(content, "<f4", offset=4).reshape(1 + modes, -1)[1:]
    basis = np.ascontiguousarray(columns.T) * (deviations * _MILLIMETRES)
    basis = basis.reshape(len(kept), 3, modes)
    require_spread(folder / DEVIATIONS, "numbers", basis)
    return Expressions(no_expressions(len(kept)).mean, basis, deviations, kept)


def _facewarehouse_deviations(folder: pathlib.Path) -> Float[np.ndarray, "E"]:
    """Read `std_exp.txt`: standard deviations in micrometres."""
    path = _companion(folder, DEVIATIONS)
    content = path.read_bytes()
    if len(content) > _LONGEST_TEXT:
        raise ModelFormatError(path, "numbers", f"take {len(content)} bytes, far too many")
    try:
        deviations = np.array([float(word) for word in content.split()], np.float32)
    except ValueError as error:
        raise ModelFormatError(path, "numbers", str(error)) from error
    if not (np.isfinite(deviations) & (deviations > 0.0)).all():
        raise ModelFormatError(path, "numbers", "some are not positive numbers")
    return deviations


def kept_vertices(folder: pathlib.Path, vertices: int) -> Int[np.ndarray, "N"]:
    """Read `BFM_exp_idx.mat`: which vertices of the whole model are left."""
    variables = open_mat(_companion(folder, KEPT_VERTICES))
    kept = vertex_indices(variables, "trimIndex", vertices).ravel()
    if len(np.unique(kept)) != len(kept):
        raise variables.wrong("trimIndex", "some vertices come twice")
    return kept


def scaled_expressions(
    variables: MatVariables, names: tuple[str, str, str], vertices: int
) -> Expressions:
    """Read expressions of 300W-LP: coefficients whose deviations are multiples of the basis.

    The columns of the basis are about equally long. What differs between the modes is in the
    coefficients: those of 300W-LP itself deviate by 1.5 in the first mode and by 0.2 in the tenth
    (the statistics that 3DDFA publishes). So sigma_exp is taken for the prior's deviations.

    Args:
      variables: of the file.
      names: of the mean, the basis and the deviations.
      vertices: how many the model has.
    """
    mean = vectors(variables, names[0], vertices)
    deviations = standard_deviations(variables, names[2])
    basis = scaled_basis(variables, names[1], vertices, deviations * _MILLIMETRES)
    require_spread(variables.source, names[2], basis)
    return Expressions(mean * _MILLIMETRES, basis, deviations)


def _companion(folder: pathlib.Path, name: str) -> pathlib.Path:
    if not (folder / name).is_file():
        raise FileNotFoundError(f"{folder / name} is missing, which {FACEWAREHOUSE} needs")
    return folder / name
