"""The one place where arrays from a file become a `MorphableModel`, after every check.

Readers hand over plain numpy arrays; nothing about them is trusted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.formats.errors import ModelFormatError
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.surface_points import SurfacePoints, points_at_vertices

# A face in other units than millimetres is caught by its outer eye corners.
OUTER_EYE_DISTANCE_RANGE = (80.0, 100.0)
PRIORS = ("normal", "unit")


def checked_model(
    source: str | os.PathLike[str],
    *,
    mean: np.ndarray,
    identity_basis: np.ndarray,
    expression_basis: np.ndarray,
    triangles: np.ndarray,
    landmarks: np.ndarray,
    landmark_weights: np.ndarray | None = None,
    regions: Mapping[str, np.ndarray],
    texture_coordinates: np.ndarray | None = None,
    texture_triangles: np.ndarray | None = None,
    mean_colour: np.ndarray | None = None,
    colour_basis: np.ndarray | None = None,
    name: str,
    licence: str = "not stated",
    expression_names: Sequence[str],
    expression_prior: str,
) -> MorphableModel:
    """Build a model from arrays of a file, or say what is wrong with them.

    Args:
      source: the file that the arrays came from, for messages.
      mean: as in `MorphableModel`, and so are all the others, but for
      landmarks: 68 vertices.
      landmark_weights: given, where the landmarks are 68 triples of vertices instead, the
        barycentric weights of each.
    Returns:
      The model, float32 and int32.
    Raises:
      ModelFormatError: for wrong shapes or kinds, numbers that are not finite, indices out of
        range, a face that is not in millimetres, or triangles that face inward.
    """
    vertices = len(mean) if np.ndim(mean) else 0
    _require(source, "mean", mean, "f", (vertices, 3))
    _require(source, "identity_basis", identity_basis, "f", (vertices, 3, None))
    _require(source, "expression_basis", expression_basis, "f", (vertices, 3, None))
    _require_indices(source, "triangles", triangles, (None, 3), vertices)
    points = _surface_points(source, landmarks, landmark_weights, vertices)
    for region, mask in regions.items():
        _require(source, f"region {region!r}", mask, "b", (vertices,))
    if (texture_coordinates is None) != (texture_triangles is None):
        raise ModelFormatError(
            source, "texture_triangles", "they and texture_coordinates come together or not at all"
        )
    if texture_coordinates is not None:
        _require(source, "texture_coordinates", texture_coordinates, "f", (None, 2))
        _require_indices(
            source,
            "texture_triangles",
            texture_triangles,
            triangles.shape,
            len(texture_coordinates),
        )
    if (mean_colour is None) != (colour_basis is None):
        raise ModelFormatError(
            source, "colour_basis", "it and mean_colour come together or not at all"
        )
    if mean_colour is not None:
        _require(source, "mean_colour", mean_colour, "f", (vertices, 3))
        _require(source, "colour_basis", colour_basis, "f", (vertices, 3, None))
    _require_expressions(source, expression_names, expression_prior, expression_basis.shape[-1])
    _require_face(source, mean, triangles, np.asarray(points.on(mean)), regions)
    return MorphableModel(
        mean=jnp.asarray(mean, jnp.float32),
        identity_basis=jnp.asarray(identity_basis, jnp.float32),
        expression_basis=jnp.asarray(expression_basis, jnp.float32),
        triangles=jnp.asarray(triangles, jnp.int32),
        landmarks=points,
        regions={key: jnp.asarray(mask) for key, mask in regions.items()},
        texture_coordinates=_optional(texture_coordinates, jnp.float32),
        texture_triangles=_optional(texture_triangles, jnp.int32),
        mean_colour=_optional(mean_colour, jnp.float32),
        colour_basis=_optional(colour_basis, jnp.float32),
        name=name,
        licence=licence,
        expression_names=tuple(expression_names),
        expression_prior=expression_prior,
    )


def _optional(array: np.ndarray | None, dtype: type) -> jnp.ndarray | None:
    return None if array is None else jnp.asarray(array, dtype)


def _require(
    source: str | os.PathLike[str],
    field: str,
    array: np.ndarray,
    kinds: str,
    shape: tuple[int | None, ...],
) -> None:
    """Check an array's kind (numpy's letters), its shape (None for any size) and its numbers."""
    if array.dtype.kind not in kinds:
        wanted = {"f": "floating-point numbers", "b": "booleans", "iu": "integers"}[kinds]
        raise ModelFormatError(source, field, f"has dtype {array.dtype}, expected {wanted}")
    fits = array.ndim == len(shape) and all(
        size is None or size == actual for size, actual in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise ModelFormatError(source, field, f"has shape {array.shape}, expected ({wanted})")
    if kinds == "f" and not np.isfinite(array).all():
        bad = int(np.sum(~np.isfinite(array)))
        raise ModelFormatError(source, field, f"{bad} of its {array.size} numbers are not finite")


def _require_indices(
    source: str | os.PathLike[str],
    field: str,
    array: np.ndarray,
    shape: tuple[int | None, ...],
    count: int,
) -> None:
    _require(source, field, array, "iu", shape)
    if array.size and (int(array.min()) < 0 or int(array.max()) >= count):
        raise ModelFormatError(
            source,
            field,
            f"its indices run from {array.min()} to {array.max()}, expected 0 to {count - 1}",
        )


def _surface_points(
    source: str | os.PathLike[str],
    landmarks: np.ndarray,
    weights: np.ndarray | None,
    vertices: int,
) -> SurfacePoints:
    if weights is None:
        _require_indices(source, "landmarks", landmarks, (68,), vertices)
        return points_at_vertices(landmarks)
    _require_indices(source, "landmarks", landmarks, (68, 3), vertices)
    _require(source, "landmark_weights", weights, "f", (68, 3))
    if not np.allclose(weights.sum(axis=1), 1.0, atol=1e-3):
        raise ModelFormatError(source, "landmark_weights", "those of a point do not sum to 1")
    return SurfacePoints(jnp.asarray(landmarks, jnp.int32), jnp.asarray(weights, jnp.float32))


def _require_expressions(
    source: str | os.PathLike[str], names: Sequence[str], prior: str, size: int
) -> None:
    if prior not in PRIORS:
        raise ModelFormatError(
            source, "expression_prior", f"is {prior!r}, expected one of {', '.join(PRIORS)}"
        )
    if names and (len(names) != size or len(set(names)) != size):
        raise ModelFormatError(
            source,
            "expression_names",
            f"has {len(set(names))} different names for {size} expressions",
        )


def _require_face(
    source: str | os.PathLike[str],
    mean: np.ndarray,
    triangles: np.ndarray,
    landmarks: Float[np.ndarray, "68 3"],
    regions: Mapping[str, np.ndarray],
) -> None:
    """Check the unit and the axes: what a face can be known by."""
    low, high = OUTER_EYE_DISTANCE_RANGE
    distance = float(np.linalg.norm(landmarks[36] - landmarks[45]))
    if not low <= distance <= high:
        raise ModelFormatError(
            source,
            "mean",
            f"the outer eye corners are {distance:.4g} apart, expected {low:g} to {high:g} mm",
        )
    if "face" not in regions or not regions["face"].any():
        raise ModelFormatError(source, "region 'face'", "is missing or empty")
    corners = mean[triangles[regions["face"][triangles].all(axis=1)]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    if not normals[:, 2].sum() > 0.0:
        raise ModelFormatError(
            source, "triangles", "those of the face look inward, expected outward normals (+z)"
        )
