"""Paired tests against scipy's, all signs by a loop, and the normal theory."""

import itertools

import numpy as np
import pytest
from scipy import stats

from e2far_jax.evaluation.statistics import PairedTest, paired_test


def generator(seed=0):
    return np.random.default_rng(seed)


def test_few_pairs_are_tested_exactly():
    difference = generator(13).normal(0.5, 1.0, 9)
    baseline = generator(14).normal(size=9)
    test = paired_test(difference + baseline, baseline, generator())
    sums = [abs(np.dot(signs, difference)) for signs in itertools.product((-1, 1), repeat=9)]
    expected = np.mean(np.array(sums) >= abs(difference.sum()) - 1e-9)
    assert test.sign_flip == pytest.approx(expected)
    assert test.wilcoxon == pytest.approx(stats.wilcoxon(difference).pvalue)
    assert test.count == 9


def test_the_exact_test_agrees_with_scipys():
    values, baseline = generator(15).gamma(2.0, size=(2, 12))
    expected = stats.permutation_test(
        (values, baseline),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        n_resamples=np.inf,
        vectorized=True,
    )
    found = paired_test(values, baseline, generator())
    assert found.sign_flip == pytest.approx(expected.pvalue)


def test_many_pairs_are_tossed_for():
    values = generator(16).normal(0.04, 1.0, 1500)
    found = paired_test(values, np.zeros(1500), generator())
    normal = 2 * stats.norm.sf(abs(values.sum()) / np.sqrt(np.sum(values**2)))
    assert found.sign_flip == pytest.approx(normal, abs=0.02)
    assert 0.01 < normal < 0.5
    assert found == paired_test(values, np.zeros(1500), generator())


def test_tosses_and_all_signs_agree():
    values = generator(17).normal(0.4, 1.0, 13)
    exact = paired_test(values, np.zeros(13), generator()).sign_flip
    tossed = paired_test(values, np.zeros(13), generator(), resamples=8000).sign_flip
    assert tossed == pytest.approx(exact, abs=0.02)
    assert tossed != exact


def test_chance_is_never_quite_excluded():
    found = paired_test(np.ones(40), np.zeros(40), generator(), resamples=199)
    assert found.sign_flip == pytest.approx(1 / 200)


def test_equal_systems_are_not_told_apart():
    draws = generator(18)
    systems = (draws.normal(size=(2, 25)) for _ in range(400))
    tests = [paired_test(*pair, draws, resamples=199) for pair in systems]
    assert np.mean([test.sign_flip <= 0.05 for test in tests]) < 0.09
    assert np.mean([test.sign_flip <= 0.5 for test in tests]) == pytest.approx(0.5, abs=0.08)


def test_swapped_systems_and_other_units_give_the_same_p():
    values, baseline = generator(19).gamma(2.0, size=(2, 10))
    found = paired_test(values, baseline, generator())
    assert paired_test(baseline, values, generator()) == found
    assert paired_test(1e-3 * values, 1e-3 * baseline, generator()) == found


def test_pairs_without_a_difference():
    same = np.array([1.0, 2.0, 3.0])
    assert paired_test(same, same, generator()) == PairedTest(1.0, 1.0, 3)
    many = np.ones(60)
    assert paired_test(many, many, generator()) == PairedTest(1.0, 1.0, 60)
    # Ranks of 1, 2, -3, 4: a sum of 3 or less for either sign in 10 of 16 ways.
    few = paired_test(np.r_[many, 2.0, 3.0, -2.0, 5.0], np.ones(64), generator())
    assert few.wilcoxon == pytest.approx(10 / 16)
    one = paired_test(np.array([2.0]), np.array([1.0]), generator())
    assert one == PairedTest(1.0, 1.0, 1)


def test_bad_pairs_are_refused():
    with pytest.raises(ValueError, match="no values"):
        paired_test(np.ones(0), np.ones(0), generator())
    with pytest.raises(ValueError, match="1 of 2 values are not finite"):
        paired_test(np.array([1.0, np.nan]), np.ones(2), generator())
    with pytest.raises(ValueError, match="3 values against 2"):
        paired_test(np.ones(3), np.ones(2), generator())
