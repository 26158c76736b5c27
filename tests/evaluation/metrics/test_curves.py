"""Cumulative error curves against counting, numerical integration and by hand."""

import numpy as np
import pytest

from e2far_jax.evaluation.metrics.curves import (
    area_under_curve,
    cumulative_curve,
    failure_rate,
    fraction_within,
)

ERRORS = np.random.default_rng(0).gamma(3.0, 1.0, 200).round(1)
BROKEN = np.concatenate([ERRORS, [np.nan, np.inf]])


def test_a_curve_by_hand():
    curve = cumulative_curve(np.array([3.0, 1.0, np.nan, 3.0, 0.0, np.inf, 8.0, 3.0]))
    np.testing.assert_array_equal(curve.errors, [0.0, 1.0, 3.0, 8.0])
    np.testing.assert_allclose(curve.fractions, np.array([1, 2, 5, 6]) / 8)


@pytest.mark.parametrize("errors", [ERRORS, BROKEN])
def test_fractions_are_counts(errors):
    thresholds = np.array([0.0, 0.05, 1.3, 2.0, ERRORS.max(), 1e9, -1.0])
    expected = [
        sum(error <= x for error in errors if error < 1e9) / len(errors) for x in thresholds
    ]
    np.testing.assert_allclose(fraction_within(errors, thresholds), expected)
    curve = cumulative_curve(errors)
    np.testing.assert_allclose(fraction_within(errors, curve.errors), curve.fractions)


@pytest.mark.parametrize("errors", [ERRORS, BROKEN])
@pytest.mark.parametrize("threshold", [0.7, 4.0, 50.0])
def test_the_area_is_the_curves_integral(errors, threshold):
    middles = (np.arange(100_000) + 0.5) * threshold / 100_000
    expected = fraction_within(errors, middles).mean()
    assert area_under_curve(errors, threshold) == pytest.approx(expected, abs=1e-4)


def test_areas_by_hand():
    assert area_under_curve(np.zeros(3), 8.0) == 1.0
    assert area_under_curve(np.array([8.0, 9.0, np.nan]), 8.0) == 0.0
    assert area_under_curve(np.array([2.0, np.nan]), 8.0) == pytest.approx(0.75 / 2)


def test_an_error_at_the_threshold_is_no_failure():
    assert failure_rate(np.array([1.0, 8.0, 8.1, np.nan, np.inf]), 8.0) == pytest.approx(0.6)
    assert failure_rate(np.array([5.0]), 8.0) == 0.0


def test_the_unit_and_the_order_do_not_matter():
    shuffled = np.random.default_rng(1).permutation(BROKEN)
    assert area_under_curve(shuffled / 100, 0.04) == pytest.approx(area_under_curve(BROKEN, 4.0))
    np.testing.assert_array_equal(
        cumulative_curve(shuffled).fractions, cumulative_curve(BROKEN).fractions
    )


def test_faces_that_all_lack_a_result():
    lost = np.full(4, np.nan)
    assert cumulative_curve(lost).errors.shape == (0,)
    assert failure_rate(lost, 1.0) == 1.0
    assert area_under_curve(lost, 1.0) == 0.0


@pytest.mark.parametrize(
    "measure",
    [
        cumulative_curve,
        lambda errors: fraction_within(errors, np.ones(1)),
        lambda errors: area_under_curve(errors, 1.0),
        lambda errors: failure_rate(errors, 1.0),
    ],
)
def test_no_faces_and_negative_errors_are_refused(measure):
    with pytest.raises(ValueError, match="no errors"):
        measure(np.zeros(0))
    with pytest.raises(ValueError, match=r"the smallest is -0\.5"):
        measure(np.array([1.0, -0.5, np.nan]))


@pytest.mark.parametrize("threshold", [0.0, -1.0, np.nan, np.inf])
def test_areas_up_to_nowhere_are_refused(threshold):
    with pytest.raises(ValueError, match="expected one above 0"):
        area_under_curve(ERRORS, threshold)


def test_a_threshold_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        failure_rate(ERRORS, np.nan)
