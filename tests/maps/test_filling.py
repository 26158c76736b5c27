from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.maps.filling import filled


def test_known_values_stay_and_others_lie_between_them():
    random = np.random.default_rng(0)
    values = random.random((37, 50, 3)).astype(np.float32)
    known = (random.random((37, 50)) < 0.1).astype(np.float32)
    result = filled(values, known)
    np.testing.assert_array_equal(result[known == 1.0], values[known == 1.0])
    assert result.min() >= values[known == 1.0].min() - 1e-5
    assert result.max() <= values[known == 1.0].max() + 1e-5
    assert np.ptp(result[known == 0.0]) > 0.3


def test_one_known_value_is_everywhere():
    values = np.random.default_rng(0).random((20, 13, 2)).astype(np.float32)
    known = np.zeros((20, 13), np.float32)
    known[11, 3] = 1.0
    np.testing.assert_allclose(filled(values, known) - values[11, 3], 0.0, atol=1e-6)


def test_what_is_nearer_counts_more():
    values = np.zeros((64, 64, 1), np.float32)
    values[:, -1] = 1.0
    known = np.zeros((64, 64), np.float32)
    known[:, [0, -1]] = 1.0
    result = filled(values, known)[32, :, 0]
    assert result[8] < 0.35
    assert result[-9] > 0.65


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 4)])
def test_nothing_known_gives_nothing(shape):
    values = np.full((*shape, 3), 0.8, np.float32)
    np.testing.assert_array_equal(filled(values, np.zeros(shape, np.float32)), 0.0)
