"""The same training with several seeds: what differs between variants, and what is chance."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from e2far_jax.evaluation.face_errors import NETWORK
from e2far_jax.evaluation.report import SHAPES
from e2far_jax.evaluation.statistics import Interval
from e2far_jax.studies.runs import Result
from e2far_jax.studies.tables import NONE

_SEED = " seed "
PHOTOGRAPHS = "photographs"


@dataclasses.dataclass(frozen=True)
class Variant:
    """Runs that differ in nothing but their seeds.

    Attributes:
      name: what they have in common.
      errors: by seed: the mean RMSE over the test's faces, mm, for "neutral" and "expressive"; the
        mean NME, percent, for "photographs", where there are any.
    """

    name: str
    errors: dict[str, dict[int, float]]


@dataclasses.dataclass(frozen=True)
class Spread:
    """A mean over seeds.

    Attributes:
      mean: over the seeds.
      deviation: sample standard deviation; NaN for a single seed.
    """

    mean: float
    deviation: float

    def __str__(self) -> str:
        known = not math.isnan(self.deviation)
        return f"{self.mean:.3f} ± {self.deviation:.3f}" if known else f"{self.mean:.3f}"


def run_name(variant: str, seed: int) -> str:
    """The name of a variant's run with a seed."""
    return f"{variant}{_SEED}{seed}"


def by_variant(results: Sequence[Result]) -> dict[str, dict[int, Result]]:
    """The results by variant, in the order of their first runs, and by seed.

    Args:
      results: of runs that `run_name` named.
    """
    variants: dict[str, dict[int, Result]] = {}
    for result in results:
        name, _, seed = result.name.rpartition(_SEED)
        variants.setdefault(name, {})[int(seed)] = result
    return variants


def variants_of(results: Sequence[Result]) -> list[Variant]:
    """The variants in the order of their first runs.

    Args:
      results: of runs that `run_name` named.
    """
    variants = []
    for name, runs in by_variant(results).items():
        variants.append(Variant(name, {}))
        for seed, result in runs.items():
            for kind, error in _errors(result).items():
                variants[-1].errors.setdefault(kind, {})[seed] = error
    return variants


def spread_over_seeds(errors: Mapping[int, float]) -> Spread:
    """The mean and the standard deviation of errors by seed, at least one."""
    values = np.array([*errors.values()])
    return Spread(float(values.mean()), _deviation(values))


def seed_difference(errors: Mapping[int, float], baseline: Mapping[int, float]) -> Interval | None:
    """The mean of `errors - baseline`, seed by seed, with the 95 % interval of Student's paired t.

    Runs of the same seed see the same pictures in the same order and begin, where their networks
    are the same, with the same parameters. The interval is about other seeds on the same test.

    Args:
      errors: of a variant, by seed.
      baseline: of another variant, by seed.
    Returns:
      The difference; None with fewer than two seeds in common.
    """
    from scipy import stats

    shared = [seed for seed in errors if seed in baseline]
    if len(shared) < 2:
        return None
    values = np.array([errors[seed] - baseline[seed] for seed in shared])
    quantile = float(stats.t.ppf(0.975, len(values) - 1))
    mean, half = float(values.mean()), quantile * _deviation(values) / math.sqrt(len(values))
    return Interval(mean, mean - half, mean + half)


def verdict(difference: Interval | None) -> str:
    """What a `seed_difference` says, in a table's cell."""
    if difference is None:
        return NONE
    word = "not told from chance"
    if difference.excludes_zero:
        word = "better" if difference.mean < 0.0 else "worse"
    low, high = difference.low, difference.high
    return f"{difference.mean:+.3f} [{low:+.3f}, {high:+.3f}], {word}"


def _deviation(values: Float[np.ndarray, "seeds"]) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan


def _errors(result: Result) -> dict[str, float]:
    shapes = result.synthetic["shape_rmse_mm"]["errors"][NETWORK]
    errors = {kind: shapes[kind]["mean"] for kind in SHAPES}
    if result.photographs is not None:
        errors[PHOTOGRAPHS] = float(np.mean([*result.photographs.values()]))
    return errors
