"""Bootstrap intervals against scipy's, the normal theory, and their promise of coverage."""

import numpy as np
import pytest
from scipy import stats

from e2far_jax.evaluation import statistics
from e2far_jax.evaluation.statistics import (
    Interval,
    bootstrap,
    bootstrap_mean,
    paired_difference,
    stratified_mean,
)


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


def test_medians_have_scipys_interval():
    values = generator(7).gamma(2.0, 2.0, 81)
    actual = bootstrap(values, np.median, generator(), confidence=0.9)
    expected = stats.bootstrap(
        (values,), np.median, method="percentile", confidence_level=0.9, rng=generator(8)
    ).confidence_interval
    width = expected.high - expected.low
    assert actual.mean == np.median(values)
    assert actual.low == pytest.approx(expected.low, abs=0.1 * width)
    assert actual.high == pytest.approx(expected.high, abs=0.1 * width)


def test_rows_stay_together():
    x = generator(9).normal(size=100)
    rows = np.stack([x, 3.0 * x], axis=1)
    interval = bootstrap(rows, lambda r: float(np.polyfit(*r.T, 1)[0]), generator(), resamples=50)
    np.testing.assert_allclose([interval.mean, interval.low, interval.high], 3.0)


@pytest.mark.parametrize("count", [1, 2, 30, 400])
def test_the_mean_is_one_of_the_statistics(count, monkeypatch):
    """To the last bit, also where not all resamples are in memory at once."""
    monkeypatch.setattr(statistics, "_AT_ONCE", 1000)
    values = generator(10).normal(size=count)
    settings = {"resamples": 101}
    expected = bootstrap(values, np.mean, generator(), **settings)
    assert bootstrap_mean(values, generator(), **settings) == expected


def test_strata_weigh_the_same_and_are_resampled_apart():
    draws = generator(11)
    strata = np.repeat([7, -1, 3], [300, 50, 10])
    values = 100.0 * strata + draws.normal(size=360)
    interval = stratified_mean(values, strata, generator())
    groups = [values[strata == name] for name in (7, -1, 3)]
    assert interval.mean == pytest.approx(np.mean([group.mean() for group in groups]))
    half = 1.96 * np.sqrt(sum(group.var() / len(group) for group in groups)) / 3
    assert interval.high - interval.low == pytest.approx(2 * half, rel=0.1)
    order = draws.permutation(360)
    assert stratified_mean(values[order], strata[order], generator()).mean == pytest.approx(
        interval.mean
    )


def test_one_stratum_is_the_plain_mean():
    values = generator(12).normal(size=40)
    assert stratified_mean(values, np.zeros(40, int), generator()) == bootstrap_mean(
        values, generator()
    )


def test_a_stratum_of_one_looks_certain():
    interval = stratified_mean(np.array([1.0, 5.0]), np.array([0, 1]), generator())
    assert interval == Interval(3.0, 3.0, 3.0)


def test_bad_strata_and_settings_are_refused():
    with pytest.raises(ValueError, match="3 values in strata of 2"):
        stratified_mean(np.ones(3), np.ones(2, int), generator())
    with pytest.raises(ValueError, match="no values"):
        bootstrap(np.ones((0, 2)), np.mean, generator())
    with pytest.raises(ValueError, match=r"confidence is 95\.0"):
        bootstrap_mean(np.ones(3), generator(), confidence=95.0)
    with pytest.raises(ValueError, match="at least one resample"):
        bootstrap_mean(np.ones(3), generator(), resamples=0)
