from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from e2far_jax.studies.seeds import seed_difference, spread_over_seeds


def test_the_difference_is_students() -> None:
    generator = np.random.default_rng(1)
    for count in (2, 3, 8):
        first, second = generator.normal(size=(2, count))
        errors = dict(enumerate(first.tolist()))
        baseline = dict(reversed([*enumerate(second.tolist())]))  # seeds in another order
        found = seed_difference(errors, baseline)
        expected = stats.ttest_rel(first, second).confidence_interval(0.95)
        np.testing.assert_allclose((found.low, found.high), expected, rtol=1e-9)
        assert found.mean == pytest.approx(np.mean(first - second))
    # From a printed table: t of two degrees of freedom at 0.975 is 4.303.
    three = seed_difference({0: 1.0, 1: 2.0, 2: 3.0}, {0: 0.0, 1: 0.0, 2: 0.0})
    assert three.high - three.mean == pytest.approx(4.303 / math.sqrt(3.0), abs=1e-3)


def test_only_seeds_that_both_have_are_compared() -> None:
    assert seed_difference({0: 1.0, 1: 9.0}, {0: 1.0, 2: 3.0}) is None
    both = seed_difference({0: 1.5, 1: 2.5, 7: 99.0}, {1: 2.0, 0: 1.0})
    assert (both.low, both.mean, both.high) == (0.5, 0.5, 0.5)


def test_the_deviation_is_the_samples() -> None:
    spread = spread_over_seeds({0: 1.0, 1: 2.0, 2: 4.5})
    assert spread.deviation == pytest.approx(stats.tstd([1.0, 2.0, 4.5]))
    assert str(spread) == "2.500 ± 1.803"
    assert str(spread_over_seeds({3: 2.0})) == "2.000"
