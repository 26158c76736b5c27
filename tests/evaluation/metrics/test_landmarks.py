"""Landmark errors against loops and by hand, in all normalisers; means by yaw."""

import jax
import numpy as np
import pytest

from e2far_jax.evaluation.metrics.landmarks import (
    dense_error,
    errors_by_yaw,
    face_length,
    normalised_mean_error,
    yaw_bin,
)
from e2far_jax.evaluation.statistics import bootstrap_mean
from tests.evaluation.metrics.shapes import RNG, float32


def test_landmark_error_agrees_with_a_loop():
    true = RNG.uniform(0, 200, (3, 68, 2))
    predicted = true + RNG.normal(size=true.shape)
    expected = []
    for p, t in zip(predicted, true, strict=True):
        size = np.sqrt(np.prod(t.max(0) - t.min(0)))
        expected.append(100 * sum(np.hypot(*(p[i] - t[i])) for i in range(68)) / 68 / size)
    actual = normalised_mean_error(float32(predicted), float32(true))
    np.testing.assert_allclose(actual, expected, rtol=1e-4)


def test_landmark_error_does_not_depend_on_the_resolution():
    true = RNG.uniform(0, 200, (2, 68, 2))
    predicted = true + 1.0
    small = normalised_mean_error(float32(predicted), float32(true))
    large = normalised_mean_error(float32(10 * predicted + 7), float32(10 * true + 7))
    np.testing.assert_allclose(small, large, rtol=1e-4)


def square_face():
    """Outer eye corners 60 apart, eye centres 50, in a box of 100 by 64."""
    points = np.full((1, 68, 2), 50.0)
    points[0, 0], points[0, 16] = [0, 0], [100, 64]
    points[0, 36:48, 1] = 20
    points[0, 36:48, 0] = [20, 30, 30, 30, 30, 40, 70, 80, 80, 80, 80, 90]
    return points


@pytest.mark.parametrize(
    ("normaliser", "boxes", "length"),
    [
        ("true_box", None, 80.0),
        ("given_box", [[10.0, 10.0, 19.0, 26.0]], 12.0),
        ("outer_eyes", None, 60.0),
        ("eye_centres", None, 50.0),
    ],
)
def test_lengths_by_hand(normaliser, boxes, length):
    true = square_face()
    boxes = None if boxes is None else np.array(boxes)
    np.testing.assert_allclose(face_length(true, normaliser, boxes), [length])
    error = normalised_mean_error(true + np.array([3.0, -4.0]), true, normaliser, boxes)
    np.testing.assert_allclose(error, [100 * 5.0 / length])


def test_depth_counts_in_distances_and_not_in_the_box():
    true = np.concatenate([square_face(), np.arange(68.0)[None, :, None]], axis=-1)
    error = normalised_mean_error(true + np.array([2.0, 1.0, -2.0]), true)
    np.testing.assert_allclose(error, [100 * 3.0 / 80.0])
    deep = true.copy()
    deep[0, 45, 2] = true[0, 36, 2] + 80.0
    np.testing.assert_allclose(face_length(deep, "outer_eyes"), [100.0])


def test_dense_errors_agree_with_a_loop():
    true, landmarks = RNG.uniform(0, 200, (3, 500, 2)), RNG.uniform(0, 200, (3, 68, 3))
    predicted = true + RNG.normal(size=true.shape)
    expected = []
    for p, t, points in zip(predicted, true, landmarks, strict=True):
        (x0, y0), (x1, y1) = points[:, :2].min(0), points[:, :2].max(0)
        total = sum(np.hypot(*(p[i] - t[i])) for i in range(500))
        expected.append(100 * total / 500 / np.sqrt((x1 - x0) * (y1 - y0)))
    np.testing.assert_allclose(dense_error(predicted, true, landmarks), expected)


def test_dense_errors_of_the_landmarks_themselves_are_theirs():
    true = RNG.uniform(0, 200, (3, 68, 3))
    predicted = true + RNG.normal(size=true.shape)
    dense = dense_error(predicted, true, true, "eye_centres")
    np.testing.assert_array_equal(dense, normalised_mean_error(predicted, true, "eye_centres"))


def test_doubles_stay_doubles_and_programs_can_be_compiled():
    true = RNG.uniform(0, 200, (2, 68, 2))
    predicted = true + RNG.normal(size=true.shape)
    error = normalised_mean_error(predicted, true)
    assert error.dtype == np.float64
    compiled = jax.jit(normalised_mean_error)(float32(predicted), float32(true))
    np.testing.assert_allclose(compiled, error, rtol=1e-5)


def test_turned_and_moved_together_landmarks_by_the_eyes_stay_as_wrong():
    true = RNG.uniform(0, 200, (2, 68, 2))
    predicted = true + RNG.normal(size=true.shape)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    for normaliser in ("outer_eyes", "eye_centres"):
        before = normalised_mean_error(predicted, true, normaliser)
        after = normalised_mean_error(predicted @ turn + 9.0, true @ turn + 9.0, normaliser)
        np.testing.assert_allclose(after, before)


@pytest.mark.filterwarnings("error")
def test_faces_without_a_size_and_broken_or_no_faces():
    true = RNG.uniform(0, 200, (3, 68, 2))
    true[0, :, 1] = 7.0
    predicted = true + 1.0
    predicted[2, 5, 0] = np.nan
    first, second, third = normalised_mean_error(predicted, true)
    assert np.isinf(first)
    assert np.isfinite(second)
    assert np.isnan(third)
    assert np.isnan(normalised_mean_error(true[:1], true[:1])[0])
    assert np.isinf(normalised_mean_error(predicted, true, "given_box", np.full((3, 4), 9.0))[1])
    swapped = np.array([[20.0, 30.0, 10.0, 10.0]])
    assert np.isinf(normalised_mean_error(true[1:2] + 1, true[1:2], "given_box", swapped)[0])
    assert normalised_mean_error(true[:0], true[:0]).shape == (0,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"normaliser": "given_box"}, "'given_box' without boxes"),
        ({"boxes": np.ones((1, 4))}, "'true_box' with boxes"),
    ],
)
def test_boxes_go_with_their_normaliser(arguments, message):
    with pytest.raises(ValueError, match=message):
        normalised_mean_error(square_face(), square_face(), **arguments)


def test_points_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="68 points; there are 67"):
        face_length(square_face()[:, :67], "outer_eyes")
    with pytest.raises(ValueError, match="4 coordinates"):
        face_length(np.zeros((1, 68, 4)))


def test_bins_of_yaw_have_their_lower_edge():
    yaw = np.array([0.0, 29.99, 30.0, -30.0, -59.9, 60.0, -90.0, 97.0])
    np.testing.assert_array_equal(yaw_bin(yaw), [0, 0, 1, 1, 1, 2, 2, 2])
    with pytest.raises(ValueError, match="1 of 2 yaws"):
        yaw_bin(np.array([0.0, np.nan]))


def test_the_headline_is_the_mean_of_three_means():
    errors = np.array([1.0, 3.0, 2.0, 6.0, 10.0, 12.0, 14.0])
    yaw = np.array([0.0, -10.0, 20.0, 45.0, -70.0, 80.0, 61.0])
    found = errors_by_yaw(errors, yaw, np.random.default_rng(0), resamples=50)
    assert found.counts == {"0-30": 3, "30-60": 1, "60-90": 3}
    means = {name: interval.mean for name, interval in found.bins.items()}
    assert means == pytest.approx({"0-30": 2.0, "30-60": 6.0, "60-90": 12.0})
    assert found.balanced.mean == pytest.approx(20 / 3)
    assert found.balanced.low < 20 / 3 < found.balanced.high


def test_the_headlines_interval_knows_that_the_bins_are_fixed():
    generator = np.random.default_rng(1)
    yaw = np.repeat([0.0, 45.0, 75.0], [400, 60, 20])
    errors = np.repeat([2.0, 5.0, 9.0], [400, 60, 20]) + generator.normal(0, 0.5, 480)
    found = errors_by_yaw(errors, yaw, generator).balanced
    variances = [errors[yaw == angle].var() / np.sum(yaw == angle) for angle in (0.0, 45.0, 75.0)]
    width = 2 * 1.96 * np.sqrt(sum(variances)) / 3  # of normal means, added
    assert found.high - found.low == pytest.approx(width, rel=0.08)
    pooled = bootstrap_mean(errors, generator)
    assert abs(found.mean - 16 / 3) < 0.15 < abs(pooled.mean - 16 / 3)


def test_without_profiles_there_is_no_headline():
    found = errors_by_yaw(np.ones(3), np.array([0.0, 40.0, 50.0]), np.random.default_rng(0))
    assert found.balanced is None
    assert set(found.bins) == {"0-30", "30-60"}


@pytest.mark.parametrize("errors", [[], [1.0, np.nan]])
def test_no_errors_and_broken_ones_are_refused(errors):
    with pytest.raises(ValueError, match=r"no values|1 of 2 values"):
        errors_by_yaw(np.array(errors), np.zeros(len(errors)), np.random.default_rng(0))
