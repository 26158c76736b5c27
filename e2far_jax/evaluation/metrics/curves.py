"""How many faces have an error of at most x: the cumulative curve, its area, and failures.

All count a NaN as an error above every threshold: a face without a result stays in the number of
faces, as the 300-W challenges count it (Sagonas, Antonakos, Tzimiropoulos, Zafeiriou, Pantic, "300
faces in-the-wild challenge: database and results", Image and Vision Computing 2016).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float


@dataclasses.dataclass(frozen=True)
class CumulativeCurve:
    """A step function that rises at each error and is 0 before the first.

    Attributes:
      errors: all different finite ones, rising.
      fractions: of the faces that have at most this error, within [0, 1].
    """

    errors: Float[np.ndarray, "K"]
    fractions: Float[np.ndarray, "K"]


def cumulative_curve(errors: Float[np.ndarray, "B"]) -> CumulativeCurve:
    """The cumulative error curve of a set of faces.

    Args:
      errors: one a face, at least 0; NaN or inf for a face without a result.
    Returns:
      Its steps; the last fraction is below 1 by the faces without a result.
    Raises:
      ValueError: for no faces, or negative errors.
    """
    _check(errors)
    steps, counts = np.unique(errors[np.isfinite(errors)].astype(np.float64), return_counts=True)
    return CumulativeCurve(steps, np.cumsum(counts) / len(errors))


def fraction_within(
    errors: Float[np.ndarray, "B"], thresholds: Float[np.ndarray, "T"]
) -> Float[np.ndarray, "T"]:
    """The fraction of faces with an error of at most each threshold, within [0, 1].

    Raises:
      ValueError: for no faces, negative errors, or a threshold that is NaN.
    """
    _check(errors)
    if np.isnan(thresholds).any():
        raise ValueError("a threshold is not a number")
    ordered = np.sort(errors[np.isfinite(errors)])
    return np.searchsorted(ordered, thresholds, side="right") / len(errors)


def area_under_curve(errors: Float[np.ndarray, "B"], threshold: float) -> float:
    """The area under the cumulative curve up to a threshold, as a part of the largest possible.

        1 / x integral_0^x F(e) de = mean_b max(0, 1 - e_b / x)

    Exact, unlike sums over a curve's points.

    Args:
      errors: one a face, at least 0; NaN or inf for a face without a result.
      threshold: x, in the errors' unit, above 0.
    Returns:
      Within [0, 1]; 1 if all errors are 0.
    Raises:
      ValueError: for no faces, negative errors, or another threshold.
    """
    _check(errors)
    if not 0.0 < threshold < np.inf:
        raise ValueError(f"the threshold is {threshold}; expected one above 0")
    # fmax passes over NaN.
    return float(np.mean(np.fmax(0.0, 1.0 - errors.astype(np.float64) / threshold)))


def failure_rate(errors: Float[np.ndarray, "B"], threshold: float) -> float:
    """The fraction of faces with an error above a threshold or without a result.

    Raises:
      ValueError: as in `fraction_within`.
    """
    return 1.0 - float(fraction_within(errors, np.array([threshold]))[0])


def _check(errors: Float[np.ndarray, "B"]) -> None:
    if len(errors) == 0:
        raise ValueError("there are no errors")
    if (errors < 0.0).any():
        raise ValueError(f"errors must be at least 0; the smallest is {np.nanmin(errors)}")
