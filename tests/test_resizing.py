"""Resizing as a product of matrices, against OpenCV."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from e2far_jax.data.augmentation import move_crop
from e2far_jax.resizing import resized


@pytest.mark.parametrize("side", [13, 40, 56, 80, 112, 150])
def test_pictures_are_resized_as_stored_ones_are(side):
    noise = np.random.default_rng(1).uniform(size=(112, 112, 3)).astype(np.float32)
    coarse = np.asarray(jax.image.resize(noise[:20, :20], noise.shape, "cubic"))
    image = np.clip(np.concatenate([noise[:50], coarse[50:]]), 0.0, 1.0)
    levels = np.rint(255.0 * image).astype(np.uint8)
    example = {"image": levels, "scale": 1.0, "translation": np.zeros(2), "landmarks": np.zeros(2)}
    expected = move_crop(example, 1.0, np.zeros(2), side)["image"] / 255.0
    result = jax.jit(resized, static_argnums=1)(levels[None] / np.float32(255.0), side)[0]
    # OpenCV rounds to levels, places to 1/32 pixel, and the bell's tail away.
    np.testing.assert_allclose(result, expected, atol=0.03)
    assert np.abs(result - expected).mean() < 0.005
