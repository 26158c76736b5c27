"""The scaled-orthographic camera that shows points where they were seen."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from e2far_jax.geometry.alignment import Similarity, apply_similarity, fit_similarity
from e2far_jax.geometry.cameras import Camera, project

ITERATIONS = 100


@jax.jit
def fit_camera(points: Float[Array, "K 3"], seen: Float[Array, "K 2"]) -> Camera:
    """The least-squares camera: min over s, R, t of sum ||s (R p)_xy + t - q||^2.

    There is no closed form. If the depths of the seen points were known, a similarity transform
    would be one; so depths and transform are found in turns, each turn lowering the sum (ours;
    a majorisation, as for the orthographic Procrustes problem: Gower, Dijksterhuis, "Procrustes
    Problems", 2004, chapter 5). The first camera is the one whose two rows come nearest to those of
    the best affine one.

    Args:
      points: mm, four or more that do not lie in a plane.
      seen: where they fall, pixels, y down.
    Returns:
      The camera, with a proper rotation.
    """
    middle, seen_middle = points.mean(axis=0), seen.mean(axis=0)
    centred = points - middle
    upward = (seen - seen_middle) * jnp.array([1.0, -1.0])

    def turn(_: Int[Array, ""], similarity: Similarity) -> Similarity:
        depths = apply_similarity(similarity, centred)[:, 2:]
        return fit_similarity(centred, jnp.concatenate([upward, depths], axis=1))

    fitted = jax.lax.fori_loop(0, ITERATIONS, turn, _affine_start(centred, upward))
    camera = Camera(fitted.rotation, fitted.scale, jnp.zeros(2))
    return Camera(fitted.rotation, fitted.scale, seen_middle - project(camera, middle[None])[0, :2])


def _affine_start(centred: Float[Array, "K 3"], upward: Float[Array, "K 2"]) -> Similarity:
    """Near the best affine camera: the rotation whose rows are nearest to its two."""
    rows = jnp.linalg.lstsq(centred, upward)[0].T
    left, singular, right = jnp.linalg.svd(rows, full_matrices=False)
    first, second = jnp.matmul(left, right, precision="highest")
    rotation = jnp.stack([first, second, jnp.cross(first, second)])
    return Similarity(singular.mean(), rotation, jnp.zeros(3))
