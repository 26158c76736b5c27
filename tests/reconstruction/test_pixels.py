from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.photographs import as_photograph

BYTES = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (BYTES, BYTES / 255.0),
        (np.uint16(BYTES) * 257, BYTES / 255.0),
        (BYTES / 255.0, BYTES / 255.0),
        (np.float16(BYTES / 255.0), BYTES / 255.0),
        (BYTES[..., 0], np.stack([BYTES[..., 0]] * 3, axis=2) / 255.0),
        (BYTES[..., :1], np.stack([BYTES[..., 0]] * 3, axis=2) / 255.0),
        (np.array([[[255, 0, 0, 0], [0, 0, 255, 255]]], np.uint8), [[[1, 1, 1], [0, 0, 1]]]),
        (np.array([[[1.0, 0.0, 0.0, 0.5]]]), [[[1.0, 0.5, 0.5]]]),
        (np.array([[1.004, -0.003]]), [[[1.0] * 3, [0.0] * 3]]),
    ],
)
def test_arrays_become_float_rgb(given, expected):
    photograph = as_photograph(given)
    assert photograph.dtype == np.float32
    np.testing.assert_allclose(photograph, expected, atol=5e-4)


def test_what_is_right_already_is_not_copied():
    given = np.full((4, 4, 3), 0.5, np.float32)
    assert as_photograph(given) is given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((0, 7, 3), np.uint8), r"shape \(0, 7, 3\) has no pixels"),
        (np.zeros((0, 0)), "no pixels"),
        (np.zeros(5), r"shape \(5,\); expected"),
        (np.zeros((3, 20, 30), np.uint8), r"\(3, 20, 30\); expected .* its channels last"),
        (np.zeros((2, 4, 4, 3)), r"\(2, 4, 4, 3\); expected"),
        (np.zeros((4, 4, 3), np.int64), "a picture of int64; expected uint8"),
        (np.zeros((4, 4, 3), bool), "bool; expected"),
        (np.array([["a"]]), "expected uint8"),
        (np.full((4, 4, 3), np.nan), "not finite"),
        (np.full((4, 4, 3), np.inf), "not finite"),
        (np.full((4, 4, 3), 200.0), "from 200 to 200; expected 0 to 1"),
        (np.full((4, 4), -0.5), "from -0.5"),
    ],
)
def test_what_is_no_picture_is_refused_on_one_line(given, message):
    with pytest.raises(PhotographError, match=message) as caught:
        as_photograph(given)
    assert "\n" not in str(caught.value)
