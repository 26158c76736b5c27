"""Landmark boxes and their crops against hand-made cases."""

import jax.numpy as jnp
import numpy as np

from e2far_jax.geometry.boxes import bounding_box, crop_square


def test_box_touches_the_outermost_points():
    points = np.random.default_rng(0).normal(size=(3, 68, 2)).astype(np.float32)
    box = np.asarray(bounding_box(jnp.asarray(points)))
    for b in range(3):
        x, y = points[b].T
        np.testing.assert_array_equal(box[b], [min(x), min(y), max(x), max(y)])


def test_box_of_one_point_has_no_size():
    np.testing.assert_array_equal(bounding_box(jnp.array([[3.0, 4.0]])), [3, 4, 3, 4])


def test_crop_is_centred_with_the_diagonal_as_side():
    centre, side = crop_square(jnp.array([[0.0, 0.0, 3.0, 4.0], [10.0, 20.0, 20.0, 30.0]]))
    np.testing.assert_allclose(centre, [[1.5, 2.0], [15.0, 25.0]])
    np.testing.assert_allclose(side, [5.0, 10.0 * np.sqrt(2.0)], rtol=1e-6)
