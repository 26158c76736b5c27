"""How sure a figure is: bootstrap intervals and paired tests; random numbers come from the caller.

The faces of a test set are resampled with replacement; an interval holds the middle of what the
resampled sets give (Efron and Tibshirani, "An introduction to the bootstrap", 1993, percentiles).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.evaluation.sign_flips import sign_flip_p

Values = Float[np.ndarray, "B"]
_AT_ONCE = 1_000_000  # resampled values in memory


@dataclasses.dataclass(frozen=True)
class Interval:
    """A mean, or another statistic, and its confidence interval, in the unit of the values."""

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of zero."""
        return self.low > 0.0 or self.high < 0.0

    def __str__(self) -> str:
        return f"{self.mean:z.2f} [{self.low:z.2f}, {self.high:z.2f}]"


def percentile_interval(
    value: float, draws: Float[np.ndarray, "R"], confidence: float = 0.95
) -> Interval:
    """The value with the middle of its resampled values.

    Raises:
      ValueError: for no draws, or a confidence that is no share.
    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}; expected one within 0 and 1")
    if len(draws) == 0:
        raise ValueError("an interval needs at least one resample")
    tail = 100.0 * (1.0 - confidence) / 2.0
    low, high = np.percentile(draws, [tail, 100.0 - tail])
    return Interval(float(value), float(low), float(high))


def bootstrap(
    values: Float[np.ndarray, "B ..."],
    statistic: Callable[[Float[np.ndarray, "B ..."]], float | np.floating],
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 4000,
) -> Interval:
    """Any statistic of independent examples, such as `np.median`, with its interval.

    Args:
      values: one example a row, at least one.
      statistic: a number of as many rows, in any order.
      generator: numpy's random generator.
      confidence: the share of intervals that would hold the true value.
      resamples: how many resampled sets the interval is read from.
    Raises:
      ValueError: for no values, or values that are not finite.
    """
    _check(values)
    values = values.astype(np.float64)
    picks = (generator.integers(len(values), size=len(values)) for _ in range(resamples))
    draws = np.array([statistic(values[pick]) for pick in picks])
    return percentile_interval(statistic(values), draws, confidence)


def bootstrap_mean(
    values: Values,
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 4000,
) -> Interval:
    """The mean of independent values with its interval: `bootstrap` of `np.mean`, but faster."""
    _check(values)
    values, count = values.astype(np.float64), len(values)
    rows = max(1, _AT_ONCE // count)
    sizes = [min(rows, resamples - start) for start in range(0, resamples, rows)]
    draws = [values[generator.integers(count, size=(size, count))].mean(axis=1) for size in sizes]
    return percentile_interval(values.mean(), np.concatenate(draws or [[]]), confidence)


def stratified_mean(
    values: Values,
    strata: Int[np.ndarray, "_"],
    generator: np.random.Generator,
    *,
    confidence: float = 0.95,
    resamples: int = 4000,
) -> Interval:
    """The mean of the strata's means, each of equal weight, resampled inside each stratum.

    Args:
      values: one an example, at least one; the others are as in `bootstrap`.
      strata: the examples', by any numbers. A single example in one looks certain.
    Raises:
      ValueError: where the two have different lengths, or as in `bootstrap`.
    """
    _check(values)
    if len(values) != len(strata):
        raise ValueError(f"{len(values)} values in strata of {len(strata)}")
    groups = [values[strata == name].astype(np.float64) for name in np.unique(strata)]
    means = [
        [group[generator.integers(len(group), size=len(group))].mean() for group in groups]
        for _ in range(resamples)
    ]
    value = float(np.mean([group.mean() for group in groups]))
    return percentile_interval(value, np.mean(means, axis=1), confidence)


def paired_difference(
    values: Values,
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
      ValueError: where the two have different lengths, or as in `bootstrap`.
    """
    difference = _differences(values, baseline)
    return bootstrap_mean(difference, generator, confidence=confidence, resamples=resamples)


@dataclasses.dataclass(frozen=True)
class PairedTest:
    """Two-sided p values: how often chance alone would tell two systems as far apart.

    Attributes:
      sign_flip: of the mean difference, if the sign of each were tossed for.
      wilcoxon: of the signed ranks, which hardly mind outliers.
      count: of pairs.
    """

    sign_flip: float
    wilcoxon: float
    count: int


def paired_test(
    values: Values,
    baseline: Float[np.ndarray, "_"],
    generator: np.random.Generator,
    *,
    resamples: int = 9999,
) -> PairedTest:
    """Whether two systems differ on the same examples.

    The sign-flip test is that of `sign_flips`. Wilcoxon's leaves out pairs without a difference
    (Wilcoxon, "Individual comparisons by ranking methods", Biometrics 1945). Both p are 1 where no
    pair differs.

    Args:
      values: of a system, one an example.
      baseline: of another one, on the same examples.
      generator: tosses.
      resamples: how many tosses.
    Raises:
      ValueError: where the two have different lengths, or as in `bootstrap`.
    """
    from scipy import stats

    difference = _differences(values, baseline)
    _check(difference)
    if not difference.any():
        return PairedTest(1.0, 1.0, len(difference))
    return PairedTest(
        sign_flip_p(difference, generator, resamples),
        float(stats.wilcoxon(difference[difference != 0.0]).pvalue),
        len(difference),
    )


def _differences(values: Values, baseline: Float[np.ndarray, "_"]) -> Values:
    if len(values) != len(baseline):
        raise ValueError(f"{len(values)} values against {len(baseline)} of the baseline")
    return values.astype(np.float64) - baseline.astype(np.float64)


def _check(values: Float[np.ndarray, "B ..."]) -> None:
    if values.size == 0:
        raise ValueError("there are no values to average")
    if not np.isfinite(values).all():
        raise ValueError(
            f"{int(np.sum(~np.isfinite(values)))} of {values.size} values are not finite"
        )
