from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.video.smoothing import (
    OneEuro,
    one_euro,
    one_euro_rotations,
    smoothed,
    smoothed_rotations,
)
from tests.video.lag import lag_in_frames

FILTER = OneEuro(minimum_cutoff=0.8, speed_gain=2.0, speed_cutoff=1.5)
RATE = 25.0


class PaperFilter:
    """One number at a time, as the paper's algorithms 1 and 2 have it."""

    def __init__(self, mincutoff, beta, dcutoff):
        self.mincutoff, self.beta, self.dcutoff = mincutoff, beta, dcutoff
        self.x = self.raw = self.dx = None

    def __call__(self, x, period):
        if self.x is None:
            self.x, self.raw, self.dx = x, x, 0.0
            return x
        slope = (x - self.raw) / period
        self.dx = self._low_pass(slope, self.dx, self.dcutoff, period)
        self.x = self._low_pass(x, self.x, self.mincutoff + self.beta * abs(self.dx), period)
        self.raw = x
        return self.x

    @staticmethod
    def _low_pass(value, last, cutoff, period):
        tau = 1.0 / (2.0 * math.pi * cutoff)
        alpha = 1.0 / (1.0 + tau / period)
        return alpha * value + (1.0 - alpha) * last


@pytest.fixture
def random():
    return np.random.default_rng(3)


def _uneven(random, count=60):
    return np.cumsum(random.uniform(0.02, 0.06, count))


def test_the_causal_filter_is_the_papers(random):
    seconds, values = _uneven(random), random.normal(size=(60, 3))
    result = one_euro(values, seconds, FILTER)
    for column in range(3):
        paper = PaperFilter(0.8, 2.0, 1.5)
        periods = np.diff(seconds, prepend=0.0)
        expected = [paper(x, p) for x, p in zip(values[:, column], periods, strict=True)]
        np.testing.assert_allclose(result[:, column], expected, atol=1e-12)


def test_rotations_about_one_axis_are_filtered_as_their_angle(random):
    seconds, angles = _uneven(random), 0.4 * random.normal(size=60)
    axis = np.array([2.0, -1.0, 2.0]) / 3.0
    rotations = Rotation.from_rotvec(angles[:, None] * axis).as_matrix()
    for on_rotations, on_numbers in (
        (one_euro_rotations, one_euro),
        (smoothed_rotations, smoothed),
    ):
        result = Rotation.from_matrix(on_rotations(rotations, seconds, FILTER)).as_rotvec()
        expected = on_numbers(angles[:, None], seconds, FILTER) * axis
        np.testing.assert_allclose(result, expected, atol=1e-9)


def test_smoothed_rotations_turn_with_their_axes_and_stay_rotations(random):
    seconds = _uneven(random)
    rotations = Rotation.from_rotvec(np.cumsum(0.3 * random.normal(size=(60, 3)), axis=0))
    turn = Rotation.from_rotvec([0.5, 2.0, -1.0])
    result = smoothed_rotations(rotations.as_matrix(), seconds, FILTER)
    np.testing.assert_allclose(
        result @ result.swapaxes(1, 2), np.tile(np.eye(3), (60, 1, 1)), atol=1e-9
    )
    turned = smoothed_rotations((turn * rotations).as_matrix(), seconds, FILTER)
    np.testing.assert_allclose(turned, turn.as_matrix() @ result, atol=1e-9)


def test_a_reversed_video_gives_the_reversed_result(random):
    seconds, values = _uneven(random), random.normal(size=(60, 2))
    reversed_ = smoothed(values[::-1], -seconds[::-1], FILTER)[::-1]
    np.testing.assert_allclose(reversed_, smoothed(values, seconds, FILTER), atol=1e-12)
    assert np.abs(one_euro(values, seconds, FILTER) - reversed_).max() > 0.1


@pytest.mark.parametrize("period", [0.5, 1.0, 2.0])
def test_nothing_lags_by_a_quarter_of_a_frame(random, period):
    seconds = np.arange(100) / RATE
    truth = np.sin(2.0 * np.pi * seconds / period)
    noisy = (truth + 0.05 * random.normal(size=100))[:, None]
    causal = lag_in_frames(truth, one_euro(noisy, seconds, FILTER)[:, 0])
    assert abs(lag_in_frames(truth, smoothed(noisy, seconds, FILTER)[:, 0])) < 0.25
    assert causal > 0.25


def test_rest_is_smoothed_and_motion_followed(random):
    seconds = np.arange(200) / RATE
    truth = np.clip(seconds - 4.0, 0.0, 2.0)
    noise = 0.02 * random.normal(size=200)
    result = smoothed((truth + noise)[:, None], seconds, OneEuro(0.5, 10.0))[:, 0] - truth
    assert result[10:90].std() < 0.5 * noise[10:90].std()
    assert np.abs(result[115:135]).max() < 0.05  # of the 2 that it moves by


def test_what_is_constant_or_alone_stays():
    constant = np.full((5, 2), 3.0)
    np.testing.assert_array_equal(smoothed(constant, np.arange(5.0), FILTER), constant)
    np.testing.assert_array_equal(smoothed(constant[:1], np.zeros(1), FILTER), constant[:1])
    one = Rotation.from_rotvec([[0.1, 0.2, 0.3]]).as_matrix()
    np.testing.assert_allclose(smoothed_rotations(one, np.zeros(1), FILTER), one, atol=1e-12)


def test_a_half_turn_between_frames_is_no_trouble():
    turns = Rotation.from_rotvec([[0, 0, 0], [0, np.pi, 0], [0, 0, 0]]).as_matrix()
    assert np.isfinite(smoothed_rotations(turns, np.arange(3.0), FILTER)).all()
