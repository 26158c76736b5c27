"""New morphable models from old ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Bool, Float

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.surface_points import SurfacePoints


def crop(model: MorphableModel, keep: ArrayLike | Sequence[int]) -> MorphableModel:
    """Keep some vertices and the triangles that lie wholly among them.

    Args:
      model: the model to cut.
      keep: [N], True at the vertices to keep, or a list of them; the model's order stays.
    Returns:
      The smaller model; texture coordinates keep their numbering.
    Raises:
      ValueError: for vertices that the model does not have, or where a landmark would be cut off.
    """
    mask = _vertex_mask(np.asarray(keep), len(model.mean))
    corners = np.asarray(model.landmarks.corners)
    lost = [int(i) for i in np.flatnonzero(~mask[corners].all(axis=1))]
    if lost:
        raise ValueError(f"the crop cuts off landmarks {lost} of 0..67; keep their vertices")
    renumbered = np.cumsum(mask) - 1
    triangles = np.asarray(model.triangles)
    inside = mask[triangles].all(axis=1)
    texture_triangles = model.texture_triangles
    return dataclasses.replace(
        model,
        mean=model.mean[mask],
        identity_basis=model.identity_basis[mask],
        expression_basis=model.expression_basis[mask],
        triangles=jnp.asarray(renumbered[triangles[inside]], jnp.int32),
        landmarks=SurfacePoints(
            jnp.asarray(renumbered[corners], jnp.int32), model.landmarks.weights
        ),
        regions={name: region[mask] for name, region in model.regions.items()},
        texture_triangles=None if texture_triangles is None else texture_triangles[inside],
        mean_colour=None if model.mean_colour is None else model.mean_colour[mask],
        colour_basis=None if model.colour_basis is None else model.colour_basis[mask],
    )


def _vertex_mask(keep: np.ndarray, count: int) -> Bool[np.ndarray, "N"]:
    if keep.dtype == bool and keep.shape == (count,):
        return keep
    if keep.dtype.kind not in "iu" or keep.ndim != 1:
        raise ValueError(
            f"keep has shape {keep.shape} and dtype {keep.dtype}; expected {count} booleans or a "
            "list of vertices"
        )
    if keep.size and not 0 <= keep.min() <= keep.max() < count:
        raise ValueError(f"vertices {keep.min()} to {keep.max()} of a model that has {count}")
    mask = np.zeros(count, bool)
    mask[keep] = True
    return mask


def variance_kept(model: MorphableModel) -> Float[np.ndarray, "I"]:
    """The share of the face's identity variance that the first 1, 2, ... modes hold, up to 1."""
    inside = np.asarray(model.identity_basis)[np.asarray(model.regions["face"])]
    squares = np.cumsum((inside.astype(np.float64) ** 2).sum(axis=(0, 1)))
    return squares / squares[-1]


def with_expressions_of(model: MorphableModel, other: MorphableModel) -> MorphableModel:
    """A model with the expressions of another one of the same topology.

    Args:
      model: whose mean face and identities stay.
      other: whose expression basis, names and prior are taken.
    Raises:
      ValueError: where their meshes differ.
    """
    if model.triangles.shape != other.triangles.shape or bool(
        (model.triangles != other.triangles).any()
    ):
        raise ValueError(
            f"{model.name!r} and {other.name!r} have different meshes: {len(model.mean)} and "
            f"{len(other.mean)} vertices, {len(model.triangles)} and {len(other.triangles)} "
            "triangles; expressions go over only where the triangles are the same"
        )
    return dataclasses.replace(
        model,
        expression_basis=other.expression_basis,
        expression_names=other.expression_names,
        expression_prior=other.expression_prior,
    )


def truncate(
    model: MorphableModel,
    identity_size: int | None = None,
    expression_names: Sequence[str] | None = None,
) -> MorphableModel:
    """Keep the first identity modes and some of the named expressions.

    Args:
      model: the model to shorten.
      identity_size: how many identity modes to keep; None keeps all.
      expression_names: which expressions to keep, in this order; None keeps all.
    Returns:
      The shorter model.
    Raises:
      ValueError: for more modes than there are, or a name that the model does not have.
    """
    size = model.identity_size if identity_size is None else identity_size
    if not 1 <= size <= model.identity_size:
        raise ValueError(
            f"identity_size is {size}; {model.name!r} has 1 to {model.identity_size} modes"
        )
    names = model.expression_names if expression_names is None else tuple(expression_names)
    unknown = [name for name in names if name not in model.expression_names]
    if unknown:
        raise ValueError(
            f"{model.name!r} has no expression {', '.join(unknown)}; "
            f"it has {', '.join(model.expression_names) or 'no named ones'}"
        )
    columns = np.array([model.expression_names.index(name) for name in names], int)
    return dataclasses.replace(
        model,
        identity_basis=jnp.asarray(np.asarray(model.identity_basis)[..., :size]),
        expression_basis=(
            model.expression_basis
            if expression_names is None
            else jnp.asarray(np.asarray(model.expression_basis)[..., columns])
        ),
        expression_names=names,
    )


def without_similarity(model: MorphableModel, region: str = "face") -> MorphableModel:
    """Take translation, rotation and scale out of the identity basis (ours).

    Absolute size cannot be seen in one picture, and where a head stands is the camera's part. Each
    mode loses its least-squares similarity part over the region, to first order around the mean;
    what is left, P U, is decomposed as P U = W S V^T, and W S is the new basis. V being a
    rotation, the new coefficients V^T a are whitened too, in order of falling variance; the last
    ones, up to seven of them, hold nothing any more and are dropped.

    Args:
      model: the model to reduce.
      region: the vertices that decide what the similarity part is, and the order of the modes.
    Returns:
      The model with its new identity basis.
    """
    mask = np.asarray(model.regions[region])
    motions = similarity_motions(np.asarray(model.mean, np.float64), mask)
    basis = np.asarray(model.identity_basis, np.float64)
    size = basis.shape[-1]
    inside, motions_inside = basis[mask].reshape(-1, size), motions[mask].reshape(-1, 7)
    parts = np.linalg.lstsq(motions_inside, inside, rcond=None)[0]
    left_over = basis - motions @ parts
    kept_inside = left_over[mask].reshape(-1, size)
    # Of (P U)^T P U = V S^2 V^T, which is small; double precision leaves S 1e-8 of its largest.
    squares, rotation = np.linalg.eigh(kept_inside.T @ kept_inside)
    kept = _with_fixed_signs(rotation.T[::-1][squares[::-1] > 1e-10 * squares[-1]]).T
    return dataclasses.replace(
        model, identity_basis=jnp.asarray(left_over @ kept, model.identity_basis.dtype)
    )


def _with_fixed_signs(rows: Float[np.ndarray, "K I"]) -> Float[np.ndarray, "K I"]:
    """Turn every row so that its largest entry is positive; the decomposition leaves it open."""
    largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1)[:, None], axis=1)
    return rows * np.sign(largest)


def similarity_motions(
    mean: Float[np.ndarray, "N 3"], mask: Bool[np.ndarray, "N"]
) -> Float[np.ndarray, "N 3 7"]:
    """Displacements of three translations, three rotations and a growth about the centre."""
    centred = mean - mean[mask].mean(axis=0)
    axes = np.eye(3)
    translations = np.broadcast_to(axes, (len(mean), 3, 3))
    rotations = np.stack([np.cross(axis, centred) for axis in axes], axis=-1)
    return np.concatenate([translations, rotations, centred[..., None]], axis=-1)
