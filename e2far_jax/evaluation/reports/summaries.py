"""What a report's errors come to: means with intervals, curves, strata, differences and their p.

All random numbers come anew from one seed, so that every interval is what the functions of
`evaluation.statistics` give with `numpy.random.default_rng(seed)` for the same values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.metrics.curves import area_under_curve, failure_rate
from e2far_jax.evaluation.reports.comparisons import Comparison, compared_systems
from e2far_jax.evaluation.reports.contents import Measure, Report, in_order
from e2far_jax.evaluation.statistics import Interval, bootstrap_mean

_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # and their tenfolds, for limits


@dataclasses.dataclass(frozen=True)
class Average:
    """A system's errors on all items or on those of a stratum; None where there are none.

    Attributes:
      measure: its key.
      system: its name.
      stratum: such as "yaw"; None for all items.
      label: of the stratum.
      interval: of the mean.
      median: of the errors.
      high: what 90 % of the errors do not exceed.
      count: of items with an error.
      missing: of items without.
    """

    measure: str
    system: str
    stratum: str | None
    label: str | None
    interval: Interval | None
    median: float | None
    high: float | None
    count: int
    missing: int


@dataclasses.dataclass(frozen=True)
class Curve:
    """A system's cumulative error curve in two numbers; items without an error are failures.

    Attributes:
      measure: its key.
      system: its name.
      limit: where the curve ends, in the measure's unit.
      area: under the curve up to the limit, within [0, 1].
      failures: the share of items above the limit or without an error.
    """

    measure: str
    system: str
    limit: float
    area: float
    failures: float


@dataclasses.dataclass(frozen=True)
class Summary:
    """All that is computed from a report.

    Attributes:
      seed: of all resampling.
      averages: over all items.
      by_stratum: over the items of each label.
      curves: of the measures with at least one error.
      comparisons: with the first system.
    """

    seed: int
    averages: tuple[Average, ...]
    by_stratum: tuple[Average, ...]
    curves: tuple[Curve, ...]
    comparisons: tuple[Comparison, ...]


def summarise(report: Report, seed: int = 0) -> Summary:
    """Compute what tables and plots show.

    Args:
      report: what was measured.
      seed: of all resampling.
    """
    averages = [
        _average(key, system.name, measure.values, seed)
        for key in report.measure_keys
        for system, measure in report.measured(key)
    ]
    curves = [curve for key in report.measure_keys for curve in _curves(report, key)]
    by_stratum = tuple(_by_stratum(report, seed))
    return Summary(seed, tuple(averages), by_stratum, tuple(curves), compared_systems(report, seed))


def curve_limit(measures: Sequence[Measure]) -> float | None:
    """Where the cumulative curves of a measure end, in its unit; None without any error.

    It is the measure's own limit, or else the smallest round number at or above 95 % of all
    systems' errors (ours).
    """
    values = np.concatenate([measure.values for measure in measures])
    values = values[~np.isnan(values)]
    if not values.size:
        return None
    if measures[0].limit is not None:
        return measures[0].limit
    return _at_least(float(np.percentile(values, 95.0))) or 1.0


def _average(
    key: str,
    system: str,
    values: Float[np.ndarray, "B"],
    seed: int,
    stratum: str | None = None,
    label: str | None = None,
) -> Average:
    found = values[~np.isnan(values)]
    missing = len(values) - len(found)
    if not found.size:
        return Average(key, system, stratum, label, None, None, None, 0, missing)
    interval = bootstrap_mean(found, np.random.default_rng(seed))
    median, high = (float(np.percentile(found, share)) for share in (50.0, 90.0))
    return Average(key, system, stratum, label, interval, median, high, len(found), missing)


def _by_stratum(report: Report, seed: int) -> Iterator[Average]:
    for stratum, labels in report.strata.items():
        for key in report.measure_keys:
            for label in in_order(set(labels)):
                chosen = np.array([one == label for one in labels])
                for system, measure in report.measured(key):
                    values = measure.values[chosen]
                    yield _average(key, system.name, values, seed, stratum, label)


def _curves(report: Report, key: str) -> Iterator[Curve]:
    measured = list(report.measured(key))
    limit = curve_limit([measure for _, measure in measured])
    if limit is None:
        return
    for system, measure in measured:
        area = area_under_curve(measure.values, limit)
        yield Curve(key, system.name, limit, area, failure_rate(measure.values, limit))


def _at_least(value: float) -> float:
    """The smallest round number that is no smaller; 0 for 0."""
    if value <= 0.0:
        return 0.0
    tens = 10.0 ** np.floor(np.log10(value))
    return next(float(step * tens) for step in _ROUND if step * tens >= value * (1.0 - 1e-9))
