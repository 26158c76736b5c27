"""How sure a mean is: bootstrap confidence intervals (Efron and Tibshirani 1993, percentiles).

The faces of a test set are resampled with replacement; random numbers come from the caller.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float


@dataclasses.dataclass(frozen=True)
class Interval:
    """A mean and its confidence interval, in the unit of the values."""

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of zero."""
        return self.low > 0.0 or self.high < 0.0

    def __str__(self) -> str:
        return f"{self.mean:z.2f} [{self.low:z.2f}, {self.high:z.2f}]"


def bootstrap_mean(
    values: Float[np.ndarray, "B"],
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 4000,
) -> Interval:
    """The mean of independent values with its bootstrap interval.

    Args:
      values: one an example, at least one.
      generator: numpy's random generator.
      confidence: the share of intervals that would hold the true mean.
      resamples: how many resampled sets the interval is read from.
    Returns:
      The mean and its interval.
    Raises:
      ValueError: for no values, or values that are not finite.
    """
    if values.size == 0:
        raise ValueError("there are no values to average")
    if not np.isfinite(values).all():
        raise ValueError(
            f"{int(np.sum(~np.isfinite(values)))} of {values.size} values are not finite"
        )
    values = values.astype(np.float64)
    picks = (generator.integers(values.size, size=values.size) for _ in range(resamples))
    means = np.array([values[pick].mean() for pick in picks])
    tail = 100.0 * (1.0 - confidence) / 2.0
    low, high = np.percentile(means, [tail, 100.0 - tail])
    return Interval(float(values.mean()), float(low), float(high))


def paired_difference(
    values: Float[np.ndarray, "B"],
    baseline: Float[np.ndarray, "_"],
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 4000,
) -> Interval:
    """The mean of `values - baseline` over the same examples; negative errors are gains.

    What all systems find hard cancels out, so this interval is far narrower than that of two
    separate means.

    Raises:
      ValueError: where the two have different lengths, or as in `bootstrap_mean`.
    """
    if len(values) != len(baseline):
        raise ValueError(f"{len(values)} values against {len(baseline)} of the baseline")
    difference = values.astype(np.float64) - baseline.astype(np.float64)
    return bootstrap_mean(difference, generator, confidence=confidence, resamples=resamples)
