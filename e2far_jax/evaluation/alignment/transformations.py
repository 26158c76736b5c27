"""Similarities p -> scale R p + t in double precision.

`geometry.alignment` does this for batches on a device, in float32. Registration by turns stops at
changes of a millionth, which at 100 mm is below what float32 can tell apart; hence this twin.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

Points = Float[np.ndarray, "P 3"]


@dataclasses.dataclass(frozen=True)
class Transformation:
    """p -> scale * R p + t.

    Attributes:
      scale: above 0; 1 for a rigid transformation.
      rotation: proper.
      translation: in the target's unit.
    """

    scale: float
    rotation: Float[np.ndarray, "3 3"]
    translation: Float[np.ndarray, "3"]

    def apply(self, points: Points) -> Points:
        """Map points."""
        return self.scale * points @ self.rotation.T + self.translation

    def inverse(self) -> Transformation:
        """The transformation back."""
        back = self.rotation.T
        return Transformation(1.0 / self.scale, back, -(back @ self.translation) / self.scale)

    def after(self, first: Transformation) -> Transformation:
        """`first`, then this one, as one transformation."""
        return Transformation(
            self.scale * first.scale,
            self.rotation @ first.rotation,
            self.scale * self.rotation @ first.translation + self.translation,
        )


IDENTITY = Transformation(1.0, np.eye(3), np.zeros(3))


def fit_transformation(
    source: Points, target: Points, *, with_scale: bool = False
) -> Transformation:
    """The least-squares transformation that takes `source` onto `target`, without reflection.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    PAMI 1991. Points that all coincide are only moved, at scale 1.

    Args:
      source: points, any unit.
      target: corresponding points, any unit.
      with_scale: a similarity; False for a rigid fit (scale 1).
    Raises:
      ValueError: for no points, or coordinates that are not finite.
    """
    if len(source) == 0:
        raise ValueError("there are no points to align")
    if not (np.isfinite(source).all() and np.isfinite(target).all()):
        raise ValueError("points to align are not finite")
    source, target = source.astype(np.float64), target.astype(np.float64)
    centred = source - source.mean(axis=0)
    left, singular, right = np.linalg.svd((target - target.mean(axis=0)).T @ centred)
    signs = np.array([1.0, 1.0, np.linalg.det(left) * np.linalg.det(right)])
    rotation = (left * signs) @ right
    spread = np.sum(centred**2)
    scale = float(singular @ signs / spread) if with_scale and spread > 0.0 else 1.0
    return Transformation(
        scale, rotation, target.mean(axis=0) - scale * rotation @ source.mean(axis=0)
    )


def small_step(
    points: Points,
    normals: Points,
    offsets: Float[np.ndarray, "P"],
    *,
    with_scale: bool = False,
    damping: float = 0.0,
) -> Transformation:
    """The small transformation that moves points along their normals by given offsets.

        min over w, u, s of sum_i (n_i . (w x v_i + u + s v_i) - o_i)^2,   v_i = p_i - mean(p)

    The normal equations of Low, "Linear least-squares optimization for point-to-plane ICP surface
    registration", UNC TR04-004, 2004, about the points' centre and in units of their spread. Moves
    that the normals do not determine, such as along a plane, are left out.

    Args:
      points: any unit.
      normals: unit vectors.
      offsets: wanted moves along the normals, in the points' unit.
      with_scale: whether the size may change too.
      damping: Levenberg's, as a part of the equations' mean diagonal, at least 0.
    Returns:
      An exact rotation by w and scale exp(s) about the centre, then the shift u.
    """
    centre = points.mean(axis=0)
    arms = points - centre
    spread = float(np.sqrt(np.mean(np.sum(arms**2, axis=1)))) or 1.0
    columns = [np.cross(arms, normals) / spread, normals]
    if with_scale:
        columns.append(np.sum(arms * normals, axis=1, keepdims=True) / spread)
    design = np.concatenate(columns, axis=1)
    square = design.T @ design
    # Never quite 0, so that what is undetermined stays where it is.
    ridge = max(damping, 1e-12) * np.trace(square) / len(square) or 1.0
    step = np.linalg.solve(square + ridge * np.eye(len(square)), design.T @ offsets)
    scale = float(np.exp(step[6] / spread)) if with_scale else 1.0
    turn = rotation_from_vector(step[:3] / spread)
    return Transformation(scale, turn, centre + step[3:6] - scale * turn @ centre)


def rotation_from_vector(vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """Rodrigues' formula: the rotation about a vector by its length in radians."""
    angle = np.linalg.norm(vector)
    x, y, z = vector
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    # np.sinc is sin(pi x) / (pi x), which has no gap at 0.
    first, second = np.sinc(angle / np.pi), 0.5 * np.sinc(angle / (2.0 * np.pi)) ** 2
    return np.eye(3) + first * cross + second * cross @ cross
