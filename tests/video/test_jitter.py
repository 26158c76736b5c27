from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.video.jitter import jitter

FACE = np.random.default_rng(0).uniform(0.0, 100.0, (68, 2))


def _moving(count: int) -> np.ndarray:
    return FACE + 3.0 * np.arange(count)[:, None, None]


def test_steady_motion_has_none():
    assert jitter(_moving(20), np.arange(20)).pixels == pytest.approx(0.0, abs=1e-9)


def test_independent_errors_read_as_their_own_size():
    errors = np.random.default_rng(1).normal(size=(400, 68, 2))
    seen = jitter(FACE + 0.7 * errors, np.arange(400))
    assert seen.pixels == pytest.approx(0.7 * np.sqrt(2.0), rel=0.02)


def test_it_is_relative_to_the_face():
    errors = np.random.default_rng(1).normal(size=(50, 68, 2))
    once = jitter(FACE + errors, np.arange(50))
    twice = jitter(2.0 * (FACE + errors), np.arange(50))
    assert twice.pixels == pytest.approx(2.0 * once.pixels)
    assert twice.relative == pytest.approx(once.relative)
    side = np.sqrt(np.ptp(FACE, axis=0).prod())
    assert once.relative == pytest.approx(100.0 * once.pixels / side, rel=0.1)


def test_frames_apart_are_not_compared():
    landmarks = np.concatenate([_moving(10), 500.0 + _moving(10)])
    frames = np.concatenate([np.arange(10), np.arange(30, 40)])
    assert jitter(landmarks, frames).pixels == pytest.approx(0.0, abs=1e-9)
    assert jitter(landmarks, np.arange(20)).pixels > 10.0


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_frames_have_no_jitter(count):
    assert np.isnan(jitter(_moving(count), np.arange(count)).pixels)
