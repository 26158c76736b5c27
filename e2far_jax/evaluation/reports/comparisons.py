"""Systems against the first one of a report, item by item."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from e2far_jax.evaluation.reports.contents import Report
from e2far_jax.evaluation.statistics import (
    Interval,
    PairedTest,
    paired_difference,
    paired_test,
)


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A system against the report's first one, on the items where both have an error.

    Attributes:
      measure: its key.
      system: its name.
      baseline: the first system's name.
      difference: of the mean errors, system minus baseline; None without a common item.
      test: of no difference; None without a common item.
      adjusted: the sign-flip p after Holm, over all comparisons of the report.
      count: of common items.
    """

    measure: str
    system: str
    baseline: str
    difference: Interval | None
    test: PairedTest | None
    adjusted: float | None
    count: int


def compared_systems(report: Report, seed: int) -> tuple[Comparison, ...]:
    """Compare each system with the first, on every measure that both have.

    Args:
      report: what was measured.
      seed: of all resampling, anew for each number.
    """
    pairs = [pair for key in report.measure_keys for pair in _pairs(report, key, seed)]
    return tuple(with_holm(pairs))


def with_holm(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Comparisons with p values that allow for their number.

    The smallest of m p values is multiplied by m, the next by m - 1 and so on; none is below the
    one before it, nor above 1 (Holm, "A simple sequentially rejective multiple test procedure",
    Scandinavian Journal of Statistics 1979). Comparisons without a test do not count.
    """
    tested = [number for number, one in enumerate(comparisons) if one.test is not None]
    tested.sort(key=lambda number: comparisons[number].test.sign_flip)
    adjusted, so_far = list(comparisons), 0.0
    for rank, number in enumerate(tested):
        p = comparisons[number].test.sign_flip
        so_far = max(so_far, min(1.0, (len(tested) - rank) * p))
        adjusted[number] = dataclasses.replace(comparisons[number], adjusted=so_far)
    return adjusted


def _pairs(report: Report, key: str, seed: int) -> Iterator[Comparison]:
    baseline = report.systems[0]
    if key not in baseline.measures:
        return
    reference = baseline.measures[key].values
    for system, measure in report.measured(key):
        if system is baseline:
            continue
        both = ~np.isnan(measure.values) & ~np.isnan(reference)
        difference = test = None
        if both.any():
            pair = measure.values[both], reference[both]
            difference = paired_difference(*pair, np.random.default_rng(seed))
            test = paired_test(*pair, np.random.default_rng(seed))
        count = int(both.sum())
        yield Comparison(key, system.name, baseline.name, difference, test, None, count)
