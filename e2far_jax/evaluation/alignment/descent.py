"""Levenberg and Marquardt's descent over rigid motions and similarities."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.alignment.transformations import Transformation, small_step

# The damping at first, and where no step helps any more.
_DAMPING, _HOPELESS = 1e-4, 1e8
# Root mean square offsets below this part of the points' spread are rounding.
_EXACT = 1e-12


@dataclasses.dataclass(frozen=True)
class Registration:
    """How points or a surface were registered.

    Attributes:
      transformation: what was looked for.
      converged: whether it ended by itself, rather than by the number of iterations.
      iterations: how many were made.
    """

    transformation: Transformation
    converged: bool
    iterations: int


@dataclasses.dataclass(frozen=True)
class Offsets:
    """How far a transformation's points are from where they belong, along directions.

    Attributes:
      points: after the transformation.
      directions: unit vectors.
      lengths: wanted moves along them.
    """

    points: Float[np.ndarray, "P 3"]
    directions: Float[np.ndarray, "P 3"]
    lengths: Float[np.ndarray, "P"]

    @property
    def error(self) -> float:
        """Root mean square length."""
        return float(np.sqrt(np.mean(self.lengths**2)))


def descend(
    offsets_of: Callable[[Transformation], Offsets],
    start: Transformation,
    *,
    with_scale: bool,
    iterations: int,
    tolerance: float,
) -> Registration:
    """Make the root mean square offset small by `small_step`s that are kept only where it falls.

    Steps that do not help are tried again with ten times the damping. It ends where a step helps
    by less than the tolerance, where none helps, or where the offsets are rounding.

    Args:
      offsets_of: what a transformation leaves.
      start: where to begin.
      with_scale: whether the scale may change.
      iterations: steps tried, at most.
      tolerance: the part of the error by which it must fall to go on.
    """
    current, best, damping = start, offsets_of(start), _DAMPING
    exact = _EXACT * float(np.linalg.norm(np.ptp(best.points, axis=0)))
    for iteration in range(1, iterations + 1):
        step = small_step(
            best.points, best.directions, best.lengths, with_scale=with_scale, damping=damping
        )
        trial = step.after(current)
        offsets = offsets_of(trial)
        if offsets.error < best.error:
            gain = best.error - offsets.error
            current, best, damping = trial, offsets, damping / 10.0
            if gain <= tolerance * best.error:
                return Registration(current, True, iteration)
        else:
            damping *= 10.0
        if best.error <= exact or damping > _HOPELESS:
            return Registration(current, True, iteration)
    return Registration(current, False, iterations)
