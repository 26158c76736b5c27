from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.maps.texture_charts import MOST_TEXELS, texture_chart, texture_shape
from tests.maps.faces import ball, grid, model_of
from tests.reconstruction.conftest import dome


def test_a_models_own_coordinates_are_taken():
    model = dome()
    chart = texture_chart(model)
    np.testing.assert_array_equal(chart.coordinates, model.texture_coordinates)
    np.testing.assert_array_equal(chart.triangles, model.texture_triangles)


def test_others_are_wrapped_around_a_cylinder():
    model = ball(textured=False)
    coordinates, triangles = texture_chart(model)
    mean = np.asarray(model.mean)
    places = coordinates[triangles]
    assert triangles.shape == model.triangles.shape
    assert places.min() == 0.0
    assert places.max() == 1.0
    # No triangle runs back across the whole texture, and the front is in the middle.
    assert (np.ptp(places[..., 0], axis=1) < 0.1).mean() > 0.9
    front = mean[np.asarray(model.triangles)][..., 2] > 95.0
    np.testing.assert_allclose(places[front][:, 0], 0.5, atol=0.06)
    heights = (mean[np.asarray(model.triangles)][..., 1] + 100.0) / 200.0
    np.testing.assert_allclose(places[..., 1], heights, atol=1e-6)


@pytest.mark.parametrize(
    ("width", "expected"),
    [(1.0, (512, 512)), (1.0 / 7.0, (512, 4096)), (0.01, (512, 4096)), (1.0 / 1.9, (512, 1024))],
)
def test_squeezed_charts_get_wide_textures(width, expected):
    u, v, triangles = grid(10, 10)
    flat = np.stack([100.0 * u, 100.0 * v, 0.0 * u], axis=1)
    model = model_of(flat, triangles, np.stack([width * u, v], axis=1))
    assert texture_shape(model, 512) == expected


def test_no_side_of_a_texture_is_too_long():
    u, v, triangles = grid(10, 10)
    flat = np.stack([100.0 * u, 100.0 * v, 0.0 * u], axis=1)
    model = model_of(flat, triangles, np.stack([u / 8.0, v], axis=1))
    assert texture_shape(model, 2048) == (MOST_TEXELS // 8, MOST_TEXELS)
    tall = dataclasses.replace(model, texture_coordinates=jnp.asarray(np.stack([u, v / 8.0], 1)))
    assert texture_shape(tall, 2048) == (2048, 256)
