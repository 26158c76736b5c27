"""Bootstrap intervals against scipy's, the normal theory, and their promise of coverage."""

import numpy as np
import pytest
from scipy import stats

from e2far_jax.evaluation.statistics import Interval, bootstrap_mean, paired_difference


def generator(seed=0):
    return np.random.default_rng(seed)


def test_interval_agrees_with_scipy():
    values = generator(1).gamma(2.0, 2.0, 80)
    actual = bootstrap_mean(values, generator())
    expected = stats.bootstrap(
        (values,), np.mean, method="percentile", rng=generator(2)
    ).confidence_interval
    assert actual.mean == pytest.approx(values.mean())
    assert actual.low == pytest.approx(expected.low, abs=0.05 * (expected.high - expected.low))
    assert actual.high == pytest.approx(expected.high, abs=0.05 * (expected.high - expected.low))


def test_interval_of_many_values_is_that_of_the_normal_theory():
    values = generator(3).normal(4.0, 2.0, 1000)
    interval = bootstrap_mean(values, generator(), confidence=0.9)
    half = stats.norm.ppf(0.95) * values.std() / np.sqrt(1000)
    np.testing.assert_allclose(
        [interval.low, interval.high], values.mean() + np.array([-half, half]), atol=0.1 * half
    )


def test_intervals_hold_the_truth_as_often_as_promised():
    draws = generator(4)
    intervals = [
        bootstrap_mean(draws.normal(1.0, 1.0, 60), draws, resamples=300) for _ in range(300)
    ]
    held = np.mean([interval.low <= 1.0 <= interval.high for interval in intervals])
    assert 0.90 < held < 0.98


def test_pairing_removes_what_both_share():
    draws = generator(5)
    difficulty = draws.gamma(4.0, 1.0, 200)
    baseline = difficulty + draws.normal(0.0, 0.1, 200)
    values = difficulty - 0.1 + draws.normal(0.0, 0.1, 200)
    difference = paired_difference(values, baseline, generator())
    assert difference.mean == pytest.approx(np.mean(values - baseline))
    assert difference.high < 0.0
    assert difference.excludes_zero
    alone, other = bootstrap_mean(values, generator()), bootstrap_mean(baseline, generator())
    assert alone.high > other.low  # two separate intervals would not have shown it


def test_the_same_generator_gives_the_same_interval():
    values = generator(6).normal(size=50)
    assert bootstrap_mean(values, generator()) == bootstrap_mean(values, generator())
    assert bootstrap_mean(values, generator()) != bootstrap_mean(values, generator(1))


def test_single_precision_is_averaged_in_double():
    values = np.full(100_000, 0.1, np.float32)
    assert bootstrap_mean(values, generator(), resamples=5).mean == pytest.approx(
        float(np.float32(0.1)), rel=1e-12
    )


def test_one_value_is_its_own_interval():
    assert bootstrap_mean(np.array([3.0]), generator()) == Interval(3.0, 3.0, 3.0)


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match="no values"):
        bootstrap_mean(np.array([]), generator())
    with pytest.raises(ValueError, match="2 of 3 values are not finite"):
        bootstrap_mean(np.array([np.nan, 1.0, np.inf]), generator())
    with pytest.raises(ValueError, match="3 values against 2"):
        paired_difference(np.ones(3), np.ones(2), generator())


@pytest.mark.parametrize(
    ("low", "high", "excludes"),
    [(-1, 1, False), (0.1, 1, True), (-1, -0.1, True), (0, 1, False), (-1, 0, False)],
)
def test_excluding_zero(low, high, excludes):
    assert Interval(0.5 * (low + high), float(low), float(high)).excludes_zero is excludes
