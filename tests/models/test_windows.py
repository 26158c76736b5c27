"""Windows are where a camera puts them, and show what scipy reads there."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from e2far_jax.geometry.cameras import Camera
from e2far_jax.models.windows import sample, window_grid


def camera(roll: float = 0.0, scale: float = 2.0) -> Camera:
    """Looks at a face turned counter-clockwise in the picture's plane."""
    cosine, sine = np.cos(roll), np.sin(roll)
    rotation = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]], np.float32)
    return Camera(
        jnp.asarray(rotation[None]), jnp.full(1, scale), jnp.array([[30.0, 20.0]], jnp.float32)
    )


def test_a_window_of_an_upright_face_is_a_square_around_its_point() -> None:
    grid = window_grid(camera(), jnp.array([[[5.0, 3.0, 7.0]]]), samples=2, extent=4.0)
    # The point is at (30 + 2 * 5, 20 - 2 * 3); samples are at a quarter of 8 pixels around it.
    expected = [[38.0, 12.0], [42.0, 12.0], [38.0, 16.0], [42.0, 16.0]]
    np.testing.assert_allclose(grid[0, 0], expected, atol=1e-5)


def test_a_window_turns_with_the_face() -> None:
    """A quarter turn counter-clockwise: right on the face is up in the picture."""
    point = jnp.array([[[0.0, 0.0, 0.0]]])
    grid = window_grid(camera(np.pi / 2), point, samples=2, extent=4.0)
    expected = [[28.0, 22.0], [28.0, 18.0], [32.0, 22.0], [32.0, 18.0]]
    np.testing.assert_allclose(grid[0, 0], expected, atol=1e-5)


def test_a_window_shows_the_same_skin_however_the_face_is_turned() -> None:
    """Points of the face around a centre, projected, are the window's samples."""
    steps = np.array([-1.5, -0.5, 0.5, 1.5], np.float32)
    right, down = np.meshgrid(steps, steps)
    around = np.stack([right, -down, 0 * right], -1).reshape(1, -1, 3)
    for roll in (-2.0, 0.3, 1.0):
        centre = jnp.array([[[4.0, -2.0, 1.0]]])
        one_by_one = window_grid(camera(roll), centre + around, samples=1, extent=1.0)
        window = window_grid(camera(roll), centre, samples=4, extent=4.0)
        np.testing.assert_allclose(window[0, 0], one_by_one[0, :, 0], atol=1e-4)


def test_samples_are_scipys() -> None:
    images = np.asarray(jax.random.uniform(jax.random.key(0), (2, 9, 9, 3)))
    places = np.asarray(jax.random.uniform(jax.random.key(1), (2, 200, 2), minval=-5, maxval=14))
    found = jax.jit(sample)(images, places)
    for picture in range(2):
        inside = np.clip(places[picture] - 0.5, 0.0, 8.0)
        for channel in range(3):
            expected = map_coordinates(images[picture, ..., channel], inside.T[::-1], order=1)
            np.testing.assert_allclose(found[picture, :, channel], expected, atol=1e-5)


@pytest.mark.parametrize("place", [(0.0, 0.0), (9.0, 9.0), (-1e6, 4.5), (4.5, 1e6)])
def test_the_edge_goes_on_outside(place: tuple[float, float]) -> None:
    images = jax.random.uniform(jax.random.key(2), (1, 9, 9, 1))
    column, row = (int(np.clip(np.floor(at), 0, 8)) for at in place)
    found = sample(images, jnp.array([[place]]))
    np.testing.assert_allclose(found[0, 0], images[0, row, column], atol=1e-6)
