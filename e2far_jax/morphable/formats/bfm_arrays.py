"""What the MATLAB files of the Basel Face Model 2009 have in common.

Vectors are interleaved, x0 y0 z0 x1 ...; bases are orthonormal beside standard deviations, or
scaled already; indices count from 1; colours run from 0 to 255. Paysan, Knothe, Amberg, Romdhani,
Vetter, "A 3D face model for pose and illumination invariant face recognition", AVSS 2009.
"""

from __future__ import annotations

import os

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.containers.mat_variables import MatVariables
from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.formats.outlines import lips_and_brows
from e2far_jax.morphable.formats.validation import checked_model
from e2far_jax.morphable.model import MorphableModel

# Variances taken for deviations, or another unit, would move vertices by far more. Real faces
# and expressions move them by some 3 to 7 mm.
_MOST_SPREAD = 30.0  # mm


def vectors(
    variables: MatVariables, name: str, vertices: int | None = None
) -> Float[np.ndarray, "N 3"]:
    """One vector a vertex, in the file's unit; of so many vertices, where that is known."""
    array = variables.array(name)
    wanted = array.size - array.size % 3 if vertices is None else 3 * vertices
    if not array.size == max(array.shape) == wanted:
        wanted = "3 N" if vertices is None else wanted
        raise variables.wrong(name, f"has shape {array.shape}, expected ({wanted}, 1)")
    return array.astype(np.float32).reshape(-1, 3)


def standard_deviations(variables: MatVariables, name: str) -> Float[np.ndarray, "K"]:
    """Standard deviations, in the file's unit."""
    array = variables.array(name).astype(np.float32)
    if array.size != max(array.shape):
        raise variables.wrong(name, f"has shape {array.shape}, expected (K, 1)")
    if not (np.isfinite(array) & (array > 0.0)).all():
        raise variables.wrong(name, "some are not positive numbers")
    return array.ravel()


def scaled_basis(
    variables: MatVariables,
    name: str,
    vertices: int,
    deviations: Float[np.ndarray, "K"] | None = None,
) -> Float[np.ndarray, "N 3 K"]:
    """A basis that is scaled to one standard deviation, in the file's unit.

    Args:
      variables: of the file.
      name: of the matrix (3 N, K).
      vertices: how many the model has.
      deviations: given, what its columns are yet to be scaled by.
    """
    array = variables.array(name)
    modes = array.shape[-1] if deviations is None else len(deviations)
    if array.shape != (3 * vertices, modes):
        raise variables.wrong(name, f"has shape {array.shape}, expected ({3 * vertices}, {modes})")
    scaled = array.astype(np.float32, order="C")
    if deviations is not None:
        scaled *= deviations
    return scaled.reshape(vertices, 3, modes)


def vertex_indices(variables: MatVariables, name: str, vertices: int) -> Int[np.ndarray, "..."]:
    """Vertices, counted from 0; any kind of number holds them in the file."""
    array = variables.array(name)
    if not (np.isfinite(array) & (array == np.round(array))).all():
        raise variables.wrong(name, "some are not whole numbers")
    if array.size and not 1 <= array.min() <= array.max() <= vertices:
        raise variables.wrong(
            name, f"its indices run from {array.min()} to {array.max()}, expected 1 to {vertices}"
        )
    return array.astype(np.int64) - 1


def triangles(
    variables: MatVariables, name: str, vertices: int, axis: int = 1
) -> Int[np.ndarray, "F 3"]:
    """Triangles, wound as in the file; their corners lie along `axis`."""
    found = vertex_indices(variables, name, vertices)
    if found.ndim != 2 or found.shape[axis] != 3:
        wanted = "(F, 3)" if axis else "(3, F)"
        raise variables.wrong(name, f"has shape {found.shape}, expected {wanted}")
    return found if axis else found.T


def landmark_vertices(variables: MatVariables, name: str, vertices: int) -> Int[np.ndarray, "68"]:
    """The 68 landmarks."""
    found = vertex_indices(variables, name, vertices)
    if found.size != 68:
        raise variables.wrong(name, f"has {found.size} landmarks, expected 68")
    return found.ravel()


def colours(
    variables: MatVariables, mean: str, basis: str, vertices: int, deviations: str | None = None
) -> dict[str, np.ndarray]:
    """The mean colour and its basis, 0 to 1, as `checked_model` takes them; from these names."""
    scale = None if deviations is None else standard_deviations(variables, deviations)
    mean_colour = vectors(variables, mean, vertices)
    colour_basis = scaled_basis(variables, basis, vertices, scale)
    return {"mean_colour": mean_colour / 255.0, "colour_basis": colour_basis / 255.0}


def require_spread(
    source: str | os.PathLike[str], field: str, basis: Float[np.ndarray, "N 3 K"]
) -> None:
    """Check that a basis, mm, moves vertices by what faces differ by, or say `field` is wrong."""
    spread = np.sqrt(np.square(basis).sum() / max(len(basis), 1))
    if spread > _MOST_SPREAD:
        raise ModelFormatError(
            source,
            field,
            f"one standard deviation each would move the vertices by {spread:.3g} mm, "
            f"expected {_MOST_SPREAD:g} mm at most",
        )


def basel_model(
    source: str | os.PathLike[str],
    *,
    mean: Float[np.ndarray, "N 3"],
    landmarks: Int[np.ndarray, "68"],
    **arrays: object,
) -> MorphableModel:
    """Build the model: `checked_model` with what all the files lack.

    Args:
      source: the file, for messages.
      mean: the neutral face, mm.
      landmarks: vertices of it.
      arrays: the others that `checked_model` takes.
    """
    return checked_model(
        source,
        mean=mean,
        landmarks=landmarks,
        regions={"face": np.ones(len(mean), bool), **lips_and_brows(mean, landmarks)},
        licence="free for non-commercial research, University of Basel",
        expression_names=(),
        expression_prior="normal",
        **arrays,
    )
