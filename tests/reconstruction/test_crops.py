"""The crop against closed forms: a gradient, and spots whose centres of mass are known."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.reconstruction.crops import camera_in_photograph, cut_crop

BOXES = [[100.3, 80.7, 220.9, 190.1], [100.3, 80.7, 130.9, 110.1], [60.0, 60.0, 340.0, 235.5]]


def gradient(height: int = 300, width: int = 400) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width] + 0.5
    return np.stack([columns / width, rows / height, 0.0 * rows], -1).astype(np.float32)


@pytest.mark.parametrize("box", BOXES)
def test_a_gradient_tells_where_each_pixel_came_from(box):
    crop = cut_crop(gradient(), np.array(box), 64)
    places = crop.scale * (np.arange(64) + 0.5)[:, None] + crop.offset
    inside = (places > 4.0) & (places < np.array([396.0, 296.0]))
    across, down = crop.pixels[32, :, 0] * 400.0, crop.pixels[:, 32, 1] * 300.0
    assert inside.sum() > 100
    np.testing.assert_allclose(across[inside[:, 0]], places[inside[:, 0], 0], atol=0.05)
    np.testing.assert_allclose(down[inside[:, 1]], places[inside[:, 1], 1], atol=0.05)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("spot", [(116.25, 95.75), (120.0, 100.5)])
def test_a_spot_lies_where_the_mapping_says(box, spot):
    rows, columns = np.mgrid[:300, :400] + 0.5
    blob = np.exp(-((columns - spot[0]) ** 2 + (rows - spot[1]) ** 2) / (2 * 3.0**2))
    picture = np.repeat(blob[..., None], 3, axis=-1).astype(np.float32)
    crop = cut_crop(picture, np.array(box), 96)
    weights = crop.pixels[..., 0] / crop.pixels[..., 0].sum()
    rows, columns = np.mgrid[:96, :96] + 0.5
    centre = np.array([(weights * columns).sum(), (weights * rows).sum()])
    np.testing.assert_allclose(crop.scale * centre + crop.offset, spot, atol=0.05)


def test_the_square_is_the_box_diagonal_around_its_centre():
    crop = cut_crop(gradient(), np.array([100.0, 50.0, 160.0, 130.0]), 50)
    assert crop.scale == pytest.approx(100.0 / 50.0)
    np.testing.assert_allclose(crop.offset, [80.0, 40.0], atol=1e-4)
    assert crop.pixels.shape == (50, 50, 3)
    assert crop.pixels.dtype == np.float32


def test_shrinking_averages_what_it_drops():
    checks = np.repeat((np.indices((500, 500)).sum(0) % 2)[..., None], 3, axis=-1)
    crop = cut_crop(checks.astype(np.float32), np.array([110.3, 110.3, 360.3, 360.3]), 32)
    np.testing.assert_allclose(crop.pixels, 0.5, atol=0.02)


def test_beyond_the_photograph_its_edge_goes_on():
    picture = np.zeros((40, 40, 3), np.float32)
    picture[:, :2], picture[:, -2:] = [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]
    crop = cut_crop(picture, np.array([-40.0, 0.0, 80.0, 40.0]), 64)
    np.testing.assert_allclose(crop.pixels[:, :10], np.broadcast_to([1.0, 0, 0], (64, 10, 3)))
    np.testing.assert_allclose(crop.pixels[:, -10:], np.broadcast_to([0, 0, 1.0], (64, 10, 3)))


def test_one_pixel_is_enough():
    crop = cut_crop(np.full((1, 1, 3), 0.25, np.float32), np.array([0.0, 0.0, 1.0, 1.0]), 8)
    np.testing.assert_allclose(crop.pixels, 0.25, atol=1e-6)


def test_a_camera_moves_with_its_points():
    crop = cut_crop(gradient(), np.array([100.3, 80.7, 220.9, 190.1]), 64)
    camera = Camera(jnp.eye(3), jnp.asarray(0.4), jnp.array([31.0, 33.0]))
    points = jnp.asarray(np.random.default_rng(0).normal(size=(9, 3)) * 50.0, jnp.float32)
    expected = crop.scale * np.asarray(project(camera, points))[:, :2] + crop.offset
    found = np.asarray(project(camera_in_photograph(camera, crop), points))[:, :2]
    np.testing.assert_allclose(found, expected, atol=1e-3)
