"""Distances between corresponding vertices, after the prediction was aligned with the truth.

In float64, for reports; `metrics.batches` has the commonest case for batches on a device. The
alignment is a least-squares one without reflection (Umeyama, "Least-squares estimation of
transformation parameters between two point patterns", PAMI 1991), rigid or with scale.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.evaluation.alignment.transformations import Transformation, fit_transformation
from e2far_jax.geometry.meshes import vertex_areas


@dataclasses.dataclass(frozen=True)
class VertexErrors:
    """Averages over a region's vertices, in the unit of the vertices, one a face.

    Attributes:
      rmse: sqrt(sum_i w_i d_i^2 / sum_i w_i).
      mean: sum_i w_i d_i / sum_i w_i.
    """

    rmse: Float[np.ndarray, "B"]
    mean: Float[np.ndarray, "B"]


def region_errors(
    predicted: Float[np.ndarray, "B N 3"],
    true: Float[np.ndarray, "B N 3"],
    regions: Mapping[str, Bool[np.ndarray, "N"]],
    *,
    aligned_over: Bool[np.ndarray, "N"] | None = None,
    with_scale: bool = True,
    weights: Float[np.ndarray, "B N"] | None = None,
) -> dict[str, VertexErrors]:
    """RMSE and mean distance of each region after one alignment, or after its own.

    Args:
      predicted: vertices, any unit (mm in this package).
      true: corresponding vertices, the same unit.
      regions: masks of vertices by name.
      aligned_over: one alignment over these vertices for all regions, which sees a region that is
        well shaped but in the wrong place; None aligns each region by itself.
      with_scale: a similarity fit, which forgives a wrong size; False for a rigid one.
      weights: of the vertices, in the alignment and in the averages, such as `true_areas`; None
        for equal ones.
    Returns:
      Errors by the regions' names; NaN where a face has vertices there that are not finite.
    Raises:
      ValueError: as in `aligned_distances` and `average_errors`.
    """
    align = functools.partial(
        aligned_distances, predicted, true, with_scale=with_scale, weights=weights
    )
    shared = None if aligned_over is None else align(region=aligned_over)
    return {
        name: average_errors(align(region=region) if shared is None else shared, region, weights)
        for name, region in regions.items()
    }


def aligned_distances(
    predicted: Float[np.ndarray, "B N 3"],
    true: Float[np.ndarray, "B N 3"],
    region: Bool[np.ndarray, "N"],
    with_scale: bool = True,
    weights: Float[np.ndarray, "B N"] | None = None,
) -> Float[np.ndarray, "B N"]:
    """Distances |s R p_i + t - q_i| of all vertices after the best alignment over a region.

        min over s, R, t of sum_i w_i |s R p_i + t - q_i|^2,   i in the region

    Args:
      predicted: vertices p, any unit.
      true: corresponding vertices q.
      region: the vertices that are aligned.
      with_scale: a similarity fit; False for a rigid one (s = 1).
      weights: w, at least 0; None for equal ones.
    Returns:
      In the true vertices' unit; all NaN for a face with coordinates or weights in the region that
      are not finite.
    Raises:
      ValueError: for a region without vertices, or without weight, or negative weights.
    """
    _check(region, weights)
    rows = [
        _distances(*face, region, with_scale, None if weights is None else weights[number])
        for number, face in enumerate(zip(predicted, true, strict=True))
    ]
    return np.stack(rows) if rows else np.zeros((0, len(region)))


def average_errors(
    distances: Float[np.ndarray, "B N"],
    region: Bool[np.ndarray, "N"],
    weights: Float[np.ndarray, "B N"] | None = None,
) -> VertexErrors:
    """Averages of the distances in a region.

    With `true_areas` they are the averages over the true surface, which do not depend on how
    densely it is sampled.

    Raises:
      ValueError: as in `aligned_distances`.
    """
    _check(region, weights)
    distances = distances[:, region].astype(np.float64)
    parts = np.ones_like(distances) if weights is None else weights[:, region].astype(np.float64)
    total = parts.sum(axis=1)
    square = np.sum(parts * distances**2, axis=1) / total
    return VertexErrors(np.sqrt(square), np.sum(parts * distances, axis=1) / total)


def true_areas(
    true: Float[np.ndarray, "B N 3"], triangles: Int[np.ndarray, "F 3"]
) -> Float[np.ndarray, "B N"]:
    """A third of the area of the triangles around each vertex, in the square of their unit.

    The barycentric cells of Meyer, Desbrun, Schröder, Barr, "Discrete differential-geometry
    operators for triangulated 2-manifolds", 2003.
    """
    corners = jnp.asarray(triangles)
    areas = [_areas(jnp.asarray(face, jnp.float32), corners) for face in true]
    return np.stack(areas).astype(np.float64) if areas else np.zeros(true.shape[:2])


_areas = jax.jit(vertex_areas)


def _check(region: Bool[np.ndarray, "N"], weights: Float[np.ndarray, "B N"] | None) -> None:
    if not region.any():
        raise ValueError(f"none of {len(region)} vertices is in the region")
    if weights is None:
        return
    inside = weights[:, region]
    if (inside < 0.0).any():
        raise ValueError(f"weights must be at least 0; the smallest is {np.nanmin(inside)}")
    if (inside == 0.0).all(axis=1).any():
        raise ValueError("a face has no weight in the region")


def _distances(
    predicted: Float[np.ndarray, "N 3"],
    true: Float[np.ndarray, "N 3"],
    region: Bool[np.ndarray, "N"],
    with_scale: bool,
    weights: Float[np.ndarray, "N"] | None,
) -> Float[np.ndarray, "N"]:
    source, target = predicted[region].astype(np.float64), true[region].astype(np.float64)
    parts = None if weights is None else weights[region].astype(np.float64)
    if not all(np.isfinite(array).all() for array in (source, target, parts) if array is not None):
        return np.full(len(true), np.nan)
    fit = _fit(source, target, parts, with_scale)
    return np.linalg.norm(fit.apply(predicted.astype(np.float64)) - true, axis=1)


def _fit(
    source: Float[np.ndarray, "P 3"],
    target: Float[np.ndarray, "P 3"],
    weights: Float[np.ndarray, "P"] | None,
    with_scale: bool,
) -> Transformation:
    if weights is None:
        return fit_transformation(source, target, with_scale=with_scale)
    centres = [np.average(points, axis=0, weights=weights) for points in (source, target)]
    # Arms as long as their weights' roots. With their opposites the fit's own centres are 0.
    roots = np.sqrt(weights / weights.max())[:, None]
    arms = [roots * (side - centre) for side, centre in zip((source, target), centres, strict=True)]
    fit = fit_transformation(*(np.concatenate([a, -a]) for a in arms), with_scale=with_scale)
    moved = fit.scale * fit.rotation @ centres[0]
    return Transformation(fit.scale, fit.rotation, centres[1] - moved)
