"""Left and right exchanged: what a mirrored face's coefficients are."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import cKDTree

from e2far_jax.morphable.model import MorphableModel

# The 68 iBUG points in the order of a mirrored face.
MIRRORED_LANDMARKS = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
     45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
     *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1)]
)  # fmt: skip
MOST_ASYMMETRY = 0.05
FLIP = np.array([-1.0, 1.0, 1.0], np.float32)  # of x


class AsymmetryError(ValueError):
    """A morphable model whose mirrored faces are not among its faces."""


@dataclasses.dataclass(frozen=True)
class Mirror:
    """What becomes of coefficients when left and right are exchanged.

    Attributes:
      identity: the matrix that a row of identity coefficients is multiplied by.
      expression: the same for expression coefficients.
    """

    identity: Float[np.ndarray, "I I"]
    expression: Float[np.ndarray, "E E"]


def mirror_of(model: MorphableModel) -> Mirror:
    """How a model mirrors its faces, by least squares over the face.

    Args:
      model: any whose mean face is symmetric about x = 0.
    Raises:
      AsymmetryError: where mirrored faces are not among the model's: a twentieth or more of a basis
        is left over.
    """
    partner = mirror_partners(model)
    face = np.asarray(model.regions["face"])
    return Mirror(
        *(
            _mirrored(f"{model.name}: the {kind} basis", np.asarray(basis), partner, face)
            for kind, basis in (
                ("identity", model.identity_basis),
                ("expression", model.expression_basis),
            )
        )
    )


def mirror_partners(model: MorphableModel) -> Int[np.ndarray, "N"]:
    """The vertex on the other side of the face for each of a model's vertices.

    It is the one nearest to the vertex' mirror image in x = 0, on the mean face and in how all
    expressions together move it, which tells the lips apart where they touch.
    """
    mean, expressions = np.asarray(model.mean, np.float64), np.asarray(model.expression_basis)
    moved = np.concatenate([mean, expressions.sum(axis=-1, dtype=np.float64)], axis=-1)
    return cKDTree(moved).query(moved * np.tile(FLIP, 2))[1]


def _mirrored(
    what: str,
    basis: Float[np.ndarray, "N 3 K"],
    partner: Int[np.ndarray, "N"],
    face: np.ndarray,
) -> Float[np.ndarray, "K K"]:
    """The matrix M of a -> a M for which U (a M) is U a mirrored."""
    size = basis.shape[-1]
    wanted = (basis[partner] * FLIP[:, None])[face].reshape(-1, size).astype(np.float64)
    own = basis[face].reshape(-1, size).astype(np.float64)
    matrix = np.linalg.lstsq(own, wanted, rcond=None)[0]
    left = np.linalg.norm(own @ matrix - wanted) / np.linalg.norm(wanted)
    if left >= MOST_ASYMMETRY:
        raise AsymmetryError(
            f"{what} is not symmetric: {left:.0%} of it is left over when left and right are "
            "exchanged; train with augmentation.mirror at 0"
        )
    return matrix.T.astype(np.float32)
